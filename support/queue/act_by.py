"""The order in which tickets want staff: by the day on which they should have acted (`docs/design.md`, The queue)."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils.timezone import localdate

from portal_project.common import bulk
from subscriptions.billing.catch_up import as_of
from subscriptions.models import Subscription
from support.models import CancellationRequest, Ticket

Priority = Ticket.Priority

# Within how many days of the customer's last message an answer is due.
ANSWER_WITHIN = {Priority.URGENT: 0, Priority.HIGH: 1, Priority.MEDIUM: 3, Priority.LOW: 7}
# The customer has the last word of staff: no answer is due, but a ticket that stays silent wants to be finished.
SILENT_AFTER = timedelta(days=14)
# Of a subscription, whose dates count; to be prefetched where many are looked at.
SERVICES = "linked_services__wind_down_steps"


def act_by(ticket: Ticket, today: date) -> date | None:
    """The day by which staff should have acted; None for a finished ticket.

    While a request to cancel is undecided: the earliest of its end, the next invoice, a linked service's renewal, a step of
    its winding down, and the answer to what the customer has written since. Otherwise the day the answer is due. The request's
    subscription must be caught up to `today`.
    """
    if ticket.is_finished:
        return None
    request = _undecided(ticket)
    if request is None:
        return _silent_on(ticket) if ticket.is_answered else _answer_due(ticket)
    days = [request.promised_on, *_dates_before_the_end(request.subscription, today)]
    if ticket.wrote_at > request.requested_at and not ticket.is_answered:
        days.append(_answer_due(ticket))
    return min(days)


def refresh(tickets: Iterable[int], today: date) -> None:
    """Write `act_by` anew onto the tickets with these primary keys. Whoever finishes a ticket clears it by themselves."""
    with transaction.atomic():
        rows = Ticket.objects.filter(pk__in=list(tickets)).order_by("pk").select_for_update(of=("self",))
        known = rows.select_related("cancellation_request__subscription__plan__product").prefetch_related(
            f"cancellation_request__subscription__{SERVICES}"
        )
        moved = []
        for ticket in known:
            if request := _undecided(ticket):
                request.subscription = as_of(request.subscription, today)
            day = act_by(ticket, today)
            if day != ticket.act_by:
                ticket.act_by = day
                moved.append(ticket)
        bulk.update(moved, ["act_by"])


def _undecided(ticket: Ticket) -> CancellationRequest | None:
    request = getattr(ticket, "cancellation_request", None)
    return request if request and request.decided_at is None else None


def _answer_due(ticket: Ticket) -> date:
    return localdate(ticket.wrote_at) + timedelta(days=ANSWER_WITHIN[Priority(ticket.priority)])


def _silent_on(ticket: Ticket) -> date:
    return localdate(ticket.answered_at) + SILENT_AFTER


def _dates_before_the_end(subscription: Subscription, today: date) -> list[date]:
    """What still happens to the subscription, and better not if the customer stays: the next invoice, and renewals; and what
    is to be done about its services, also where that is late.
    """
    prefetch_related_objects([subscription], SERVICES)
    services = subscription.linked_services.all()
    to_come = [subscription.next_billing_on, *(service.renews_on for service in services)]
    to_do = [step.due_on for service in services for step in service.wind_down_steps.all() if step.done_at is None]
    return [*to_do, *(day for day in to_come if day and day >= today)]
