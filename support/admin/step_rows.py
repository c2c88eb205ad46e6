"""Wind-down steps as staff read them, in the queue, on a ticket and on a subscription: texts alone, each made once."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from subscriptions.models import LinkedService
from subscriptions.rules.dates_in_words import short_day
from support.models import WindDownStep
from support.queue.pressing import days_left, pressing
from support.queue.steps import with_ticket

# What a row is made of; nothing of it costs another query.
COLUMNS = (
    "pk",
    "task",
    "what",
    "due_on",
    "can_be_undone",
    "point_of_no_return",
    "done_at",
    "done_by_id",
    "done_by__name",
    "done_by__email",
    "service__name",
    "service__kind",
    "service__reference",
    "service__subscription_id",
    "service__subscription__number",
    "service__subscription__cancels_on",
    "service__subscription__canceled_on",
    "service__subscription__customer__name",
    "service__subscription__customer__email",
    "service__subscription__plan__product__name",
    "service__provider_call__error",
    "ticket",
)
LISTED = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A step. What it has none of is empty."""

    key: str
    choose: str
    """What its box to tick is called."""
    due_on: str
    days_left: str
    pressing: str
    what: str
    service: str
    about: str
    """Of what kind the service is, what its provider calls it, and what there is to know of the step."""
    address: str
    """Of its ticket, or where there is none, of its subscription."""
    customer: str
    product: str
    end: str
    done: str
    """By whom and when."""
    is_done: bool
    error: str
    """Why the provider could not be told."""


class Writer:
    """Makes the rows of one page."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.kinds = {value: str(label) for value, label in LinkedService.Kind.choices}
        self.choose = _("Choose “%(what)s” of %(service)s")
        self.ticket = reverse("admin:support_ticket_change", args=[0]).split("0")
        self.subscription = reverse("admin:subscriptions_subscription_change", args=[0]).split("0")
        # Many rows of a page have the same day.
        self.day = cache(self._day)

    def row(self, step: Any) -> Row:
        """Of a step that was read as `COLUMNS`."""
        due_on, left, mark = self.day(step.due_on)
        end = step.service__subscription__canceled_on or step.service__subscription__cancels_on
        before, after = self.ticket if step.ticket else self.subscription
        return Row(
            key=str(step.pk),
            choose=self.choose % {"what": step.what, "service": step.service__name},
            due_on=due_on,
            days_left="" if step.done_at else left,
            pressing="" if step.done_at else mark,
            what=step.what,
            service=step.service__name,
            about=" · ".join(self._about(step)),
            address=f"{before}{step.ticket or step.service__subscription_id}{after}",
            customer=step.service__subscription__customer__name or step.service__subscription__customer__email,
            product=step.service__subscription__plan__product__name,
            end=short_day(end) or _("goes on"),
            done=_done(step),
            is_done=step.done_at is not None,
            error=_error(step),
        )

    def _day(self, day: date) -> tuple[str, str, str]:
        return date_format(day, "SHORT_DATE_FORMAT"), days_left(day, self.today), pressing(day, self.today)

    def _about(self, step: Any) -> Iterable[str]:
        yield self.kinds[step.service__kind]
        if step.service__reference:
            yield step.service__reference
        if step.point_of_no_return:
            last = step.point_of_no_return - timedelta(days=1)
            yield _("can be undone until %(day)s") % {"day": short_day(last)}
        elif not step.can_be_undone and not step.done_at:
            yield _("cannot be undone")


def of_subscription(subscription: int, today: date) -> list[Row]:
    """The steps of one subscription's services, as its pages show them; what was done and undone again is left out."""
    steps = WindDownStep.objects.filter(service__subscription=subscription, is_over=False)
    standing = steps.exclude(undoes__is_over=True).order_by("due_on", "pk")
    return written(with_ticket(standing).values_list(*COLUMNS, named=True)[:LISTED], today)


def written(steps: Collection[Any] | Any, today: date) -> list[Row]:
    writer = Writer(today)
    return [writer.row(step) for step in steps]


def _error(step: Any) -> str:
    is_told = step.task != WindDownStep.Task.AUTO_RENEW or step.done_at is not None
    error = "" if is_told else step.service__provider_call__error
    return _("The provider was not told: %(error)s") % {"error": error} if error else ""


def _done(step: Any) -> str:
    if step.done_at is None:
        return ""
    day = short_day(localdate(step.done_at))
    who = step.done_by__name or step.done_by__email or _("by the provider")
    return _("%(day)s, %(who)s") % {"day": day, "who": who}
