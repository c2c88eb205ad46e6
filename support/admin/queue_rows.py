"""The rows of the queue as staff read them: texts alone, each made once, so that the template only places them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.db.models import Choices
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from products import money
from subscriptions.rules.mrr import mrr
from support.models import Ticket
from support.models.ticket import is_answered
from support.queue.pressing import days_left, pressing

# What a row is made of; nothing of it costs another query.
COLUMNS = (
    "pk",
    "number",
    "type",
    "subject",
    "status",
    "priority",
    "act_by",
    "wrote_at",
    "answered_at",
    "customer__name",
    "customer__email",
    "assignee_id",
    "assignee__name",
    "assignee__email",
    "subscription__plan__product__name",
    "subscription__amount",
    "subscription__currency",
    "subscription__interval",
    "subscription__interval_count",
    "subscription__discount_percent",
    "subscription__plan__product__tax_rate",
    "cancellation_request__reason_label",
)


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket in the queue. What it has none of is empty."""

    key: str
    address: str
    choose: str
    """What its box to tick is called."""
    act_by: str
    days_left: str
    pressing: str
    subject: str
    number: str
    about: str
    """Its number, its type, and what else there is to know before it is opened."""
    customer: str
    product: str
    mrr: str
    """What the subscription brings in a month, or would while it is paused or in its trial."""
    status: str
    status_label: str
    priority: str
    priority_label: str
    assignee: str
    can_be_taken: bool
    shows_nobody: bool


class Writer:
    """Makes the rows of one page, for somebody who `may_change` tickets or not; `able` are the keys of those who may."""

    def __init__(self, today: date, *, able: Collection[int], may_change: bool) -> None:
        self.today, self.able, self.may_change = today, able, may_change
        self.types = _labels(Ticket.Type)
        self.statuses, self.priorities = _labels(Ticket.Status), _labels(Ticket.Priority)
        self.choose, self.answered = _("Choose %(number)s"), _("answered")
        self.before, self.after = reverse("admin:support_ticket_change", args=[0]).split("0")
        # Many rows of a page have the same day.
        self.day = cache(self._day)

    def row(self, ticket: Any) -> Row:
        """Of a ticket that was read as `COLUMNS`."""
        key, is_unfinished = str(ticket.pk), ticket.status in Ticket.UNFINISHED
        act_by, left, mark = self.day(ticket.act_by)
        assignee = ticket.assignee__name or ticket.assignee__email or ""
        return Row(
            key=key,
            address=f"{self.before}{key}{self.after}",
            choose=self.choose % {"number": ticket.number},
            act_by=act_by,
            days_left=left,
            pressing=mark,
            subject=ticket.subject,
            number=ticket.number,
            about=" · ".join(self._about(ticket, is_unfinished=is_unfinished)),
            customer=ticket.customer__name or ticket.customer__email,
            product=ticket.subscription__plan__product__name or "",
            mrr=_mrr(ticket),
            status=ticket.status,
            status_label=self.statuses[ticket.status],
            priority=str(ticket.priority),
            priority_label=self.priorities[ticket.priority],
            assignee=assignee,
            can_be_taken=self.may_change and is_unfinished and ticket.assignee_id not in self.able,
            shows_nobody=not assignee and not (self.may_change and is_unfinished),
        )

    def _day(self, day: date | None) -> tuple[str, str, str]:
        if day is None:
            return "", "", ""
        return date_format(day, "SHORT_DATE_FORMAT"), days_left(day, self.today), pressing(day, self.today)

    def _about(self, ticket: Any, *, is_unfinished: bool) -> Iterator[str]:
        yield ticket.number
        yield self.types[ticket.type]
        if ticket.cancellation_request__reason_label:
            yield ticket.cancellation_request__reason_label
        if is_unfinished and is_answered(ticket.wrote_at, ticket.answered_at):
            yield self.answered


def _labels(choices: type[Choices]) -> dict[Any, str]:
    return {value: str(label) for value, label in choices.choices}


def _mrr(ticket: Any) -> str:
    if ticket.subscription__amount is None:
        return ""
    currency = ticket.subscription__currency
    value = mrr(
        ticket.subscription__amount,
        ticket.subscription__interval,
        ticket.subscription__interval_count,
        ticket.subscription__discount_percent,
        ticket.subscription__plan__product__tax_rate,
    )
    return money.formatted(money.rounded(value, currency), currency)
