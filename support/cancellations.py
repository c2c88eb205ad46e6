"""Requests to cancel, and their ends. The only callers of `schedule_cancellation` and `withdraw_cancellation`.

Locks are taken in the order of `design.md`, section 4: the subscription by `confirmed`, then its request and ticket.
"""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from portal_project.mail import outbox
from subscriptions.confirming import Confirmation, confirmed
from subscriptions.models import Subscription, SubscriptionQuerySet
from subscriptions.reasons import why_it_ends
from subscriptions.states import Action
from support import notifications
from support.models import CancellationRequest, Message, Ticket

if TYPE_CHECKING:
    from portal_project.accounts.models import User

Decision = CancellationRequest.Decision

TICKET_ENDS = {
    Decision.WITHDRAWN: Ticket.Status.CLOSED,
    Decision.CANCELED_NOW: Ticket.Status.RESOLVED,
    Decision.KEPT: Ticket.Status.REJECTED,
    Decision.OFFER_ACCEPTED: Ticket.Status.RESOLVED,
    Decision.ENDED: Ticket.Status.RESOLVED,
}


def scheduling(today: date) -> Callable[[Subscription], None]:
    """What a request made today does to a subscription: the date comes from the product's notice period as it is now."""

    def act(subscription: Subscription) -> None:
        ends_on = subscription.earliest_end(today, subscription.product.notice_days)
        subscription.schedule_cancellation(today, ends_on)

    return act


def withdrawing(today: date) -> Callable[[Subscription], None]:
    return lambda subscription: subscription.withdraw_cancellation(today)


def canceling(today: date) -> Callable[[Subscription], None]:
    return lambda subscription: subscription.cancel(today)


def submit(
    subscriptions: SubscriptionQuerySet, confirmation: Confirmation, *, reason: str, message: str
) -> CancellationRequest:
    """Schedule the cancellation and open its ticket and request.

    Where the end comes out as today, the subscription ends in the same transaction and the ticket is resolved. Raises as
    `confirming.confirmed`.
    """
    act = scheduling(confirmation.today)
    with confirmed(subscriptions, Action.SCHEDULE_CANCELLATION, act, confirmation) as subscription:
        before = subscription.draft()
        act(subscription)
        request = _request(subscription, before, confirmation, reason, message)
        outbox.add(notifications.request_received(request))
        if request.promised_on <= confirmation.today:
            decide(request, Decision.ENDED, by=None)
    return request


def withdraw(subscriptions: SubscriptionQuerySet, confirmation: Confirmation) -> None:
    """Clear the scheduled end; its ticket is closed. Raises as `confirming.confirmed`."""
    act = withdrawing(confirmation.today)
    with confirmed(subscriptions, Action.WITHDRAW_CANCELLATION, act, confirmation) as subscription:
        act(subscription)
        if request := undecided(subscription):
            decide(request, Decision.WITHDRAWN, by=confirmation.by)
            outbox.add(notifications.request_withdrawn(request))


def cancel_now(subscriptions: SubscriptionQuerySet, confirmation: Confirmation) -> None:
    """End the subscription today, without a ticket; one that was requested before is resolved. Raises as `confirmed`."""
    act = canceling(confirmation.today)
    with confirmed(subscriptions, Action.CANCEL, act, confirmation) as subscription:
        act(subscription)
        if request := undecided(subscription):
            decide(request, Decision.CANCELED_NOW, by=confirmation.by)


def undecided(subscription: Subscription) -> CancellationRequest | None:
    """The subscription's undecided request, locked, with its ticket; or None."""
    requests = CancellationRequest.objects.undecided().filter(subscription=subscription)
    return requests.select_related("ticket", "subscription").select_for_update(of=("self",)).first()


def decide(request: CancellationRequest, decision: Decision, *, by: "User | None") -> None:
    """Record who decided what, and finish the ticket accordingly."""
    now = timezone.now()
    request.decision, request.decided_at, request.decided_by = decision, now, by
    request.save(update_fields=["decision", "decided_at", "decided_by"])
    request.ticket.status, request.ticket.updated_at = TICKET_ENDS[decision], now
    request.ticket.save(update_fields=["status", "updated_at"])


def _request(
    subscription: Subscription, before: Subscription, confirmation: Confirmation, reason: str, message: str
) -> CancellationRequest:
    """The request with its ticket; `before` is the subscription as it was when the customer asked."""
    today, notice_days = confirmation.today, subscription.product.notice_days
    ends_on = subscription.cancels_on or today
    return CancellationRequest.objects.create(
        ticket=_open_ticket(subscription, confirmation.by, message),
        subscription=subscription,
        reason=reason,
        message=message,
        requested_on=today,
        notice_days=notice_days,
        promised_on=ends_on,
        why=why_it_ends(before, today, notice_days, ends_on),
    )


def _open_ticket(subscription: Subscription, by: "User", message: str) -> Ticket:
    ticket = Ticket.objects.create(
        type=Ticket.Type.CANCEL,
        subject=_("Cancel %(product)s") % {"product": subscription.product.name},
        customer=subscription.customer,
        subscription=subscription,
    )
    if message:
        Message.objects.create(ticket=ticket, author=by, body=message)
    return ticket
