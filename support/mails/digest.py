"""The daily mail to each of the staff: what needs somebody today."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext_lazy as _

from portal_project.common.counting import MOST, capped
from portal_project.common.facts import sentences, told
from portal_project.mail import outbox
from portal_project.mail.models import OutgoingMail
from support.models import Ticket, TicketQuerySet, WindDownStep
from support.queue import rows, steps
from support.queue.staff import able, nobodys

if TYPE_CHECKING:
    from portal_project.accounts.models import User

SHOWN = 10

sentences(
    ticket_to_act_on=_("%(day)s: “%(subject)s”, %(customer)s (%(number)s)"),
    step_to_do=_("%(day)s: %(what)s, %(service)s (%(number)s)"),
)


@dataclass(frozen=True)
class Part:
    """One heading of the mail: how many there are, and the first of them, each with its link."""

    title: Promise
    count: str
    rows: list[dict[str, Any]]
    has_more: bool


def add(today: date) -> None:
    """Write today's digests to those who do not have theirs and have something to do. Safe to repeat."""
    keys = {f"digest:{today}:{person.pk}": person for person in able() if person.wants_status_mails}
    for written in OutgoingMail.objects.filter(key__in=keys).values_list("key", flat=True):
        del keys[written]
    if keys:
        shared = (_ending(today), _late(_("Unassigned tickets to act on"), today, nobodys()), _overdue_steps(today))
        mails = [_digest(key, person, shared, today) for key, person in keys.items()]
        outbox.add(*[mail for mail in mails if mail.context["parts"]])


def _digest(key: str, person: "User", shared: tuple[Part, ...], today: date) -> OutgoingMail:
    mine = _late(_("Your tickets to act on"), today, Q(assignee=person))
    context = {
        "name": person.name,
        "day": today,
        "url": settings.PORTAL_URL + reverse("admin:support_ticket_changelist"),
        "parts": [vars(part) for part in (mine, *shared) if part.rows],
    }
    return outbox.mail_to(person, key=key, template="support/digest", context=context)


def _ending(today: date) -> Part:
    """What ends within a week unless it is withdrawn or kept, the first one first."""
    tickets = rows.ending_within(_before(today), rows.WEEK, today).select_related("cancellation_request")
    ordered = tickets.order_by("cancellation_request__promised_on", "pk")
    return _part(_("Ending within a week"), ordered, lambda ticket: ticket.cancellation_request.promised_on)


def _late(title: Promise, today: date, whose: Q) -> Part:
    """Whose day to act is today or has passed, the first one first."""
    tickets = _before(today).unfinished().filter(whose, act_by__lte=today)
    return _part(title, tickets.order_by("act_by", "pk"), lambda ticket: ticket.act_by)


def _overdue_steps(today: date) -> Part:
    """Steps of the wind-down whose day has passed, the first one first, also those of ends without a ticket."""
    late = steps.to_do().filter(due_on__lt=today)
    count = late.order_by()[: MOST + 1].count()
    first = late.select_related("service__subscription")[:SHOWN] if count else []
    return Part(_("Overdue wind-down steps"), capped(count), [_step(step) for step in first], count > SHOWN)


def _step(step: WindDownStep) -> dict[str, Any]:
    subscription = step.service.subscription
    values = {"day": step.due_on, "what": step.what, "service": step.service.name, "number": subscription.number}
    return {
        "text": told("step_to_do", **values),
        "url": settings.PORTAL_URL + reverse("admin:subscriptions_subscription_change", args=[subscription.pk]),
    }


def _before(today: date) -> TicketQuerySet:
    """What came in before today: the rest has mails of its own, and so makes nobody's digest come later in the day."""
    return Ticket.objects.filter(created_at__lt=datetime.combine(today, time.min, get_current_timezone()))


def _part(title: Promise, tickets: TicketQuerySet, date_of: Callable[[Ticket], date | None]) -> Part:
    count = tickets.order_by()[: MOST + 1].count()
    first = tickets.select_related("customer", "subscription__plan__product")[:SHOWN] if count else []
    return Part(title, capped(count), [_row(ticket, date_of(ticket)) for ticket in first], count > SHOWN)


def _row(ticket: Ticket, on: date | None) -> dict[str, Any]:
    values = {
        "day": on,
        "subject": ticket.titled,
        "number": ticket.number,
        "customer": ticket.customer.get_full_name(),
    }
    return {
        "text": told("ticket_to_act_on", **values),
        "url": settings.PORTAL_URL + reverse("admin:support_ticket_change", args=[ticket.pk]),
    }
