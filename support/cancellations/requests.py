"""Requests to cancel, and their ends. The only callers of `schedule_cancellation` and `withdraw_cancellation`.

Locks are taken in order (`docs/design.md`, The unit of work): the subscription by `confirmed`, then its request and ticket.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal_project.mail import outbox
from subscriptions.confirm.confirmation import Confirmation, confirmed
from subscriptions.models import Subscription, SubscriptionQuerySet
from subscriptions.rules.states import Action, Code, NotAllowed, Verdict
from support.cancellations import from_ticket
from support.cancellations.decisions import Decision, decide, explained, locked_undecided
from support.cancellations.end_date import promise
from support.mails import notifications
from support.models import CancellationRequest, Message, Ticket
from support.queue import act_by

if TYPE_CHECKING:
    from portal_project.accounts.models import User


@dataclass(frozen=True)
class Asked:
    """What the customer, or staff on the customer's behalf, gave with a request."""

    reason: str
    message: str
    on: date
    at: datetime


def scheduling(today: date, asked_on: date | None = None) -> Callable[[Subscription], None]:
    """What a request does to a subscription: one made today, or one that the customer wrote on `asked_on`."""

    def act(subscription: Subscription) -> None:
        subscription.schedule_cancellation(today, promise(subscription, today, asked_on).ends_on)

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
    today = confirmation.today
    asked = Asked(reason, message, today, timezone.now())
    with transaction.atomic():
        with _deciding(subscriptions, Action.SCHEDULE_CANCELLATION, scheduling(today), confirmation) as subscription:
            ticket = _open_ticket(subscription, confirmation.by, asked)
            request = _request(subscription, ticket, asked, confirmation)
        # Reads the dates that leaving the block has written.
        act_by.refresh([request.ticket_id], today)
    return request


def turn(
    ticket: int, subscriptions: SubscriptionQuerySet, confirmation: Confirmation, *, reason: str, message: str, on: date
) -> CancellationRequest:
    """Make the plain ticket with this primary key the request that its customer wrote on that day; otherwise as `submit`.

    `message` is what staff tell the customer. Also raises `NotAllowed` where the ticket holds a request already.
    """
    by, today = confirmation.by, confirmation.today
    act = scheduling(today, on)
    with transaction.atomic():
        with _deciding(subscriptions, Action.SCHEDULE_CANCELLATION, act, confirmation) as subscription:
            row = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket)
            from_ticket.become_a_request(row, subscription, by=by, answer=message)
            asked = Asked(reason, message, on, from_ticket.written_at(row, on))
            request = _request(subscription, row, asked, confirmation)
        act_by.refresh([ticket], today)
    return request


def withdraw(subscriptions: SubscriptionQuerySet, confirmation: Confirmation) -> None:
    """Clear the scheduled end; its ticket is closed. Raises as `confirming.confirmed`."""
    act = withdrawing(confirmation.today)
    with _deciding(subscriptions, Action.WITHDRAW_CANCELLATION, act, confirmation) as subscription:
        act(subscription)
        if request := locked_undecided(subscription):
            decide([request], Decision.WITHDRAWN, by=confirmation.by)
            outbox.add(notifications.request_withdrawn(request))


def keep_active(
    subscriptions: SubscriptionQuerySet, confirmation: Confirmation, *, agreement: str, agreed_on: date
) -> None:
    """Clear the scheduled end because the customer agreed to stay; the ticket is rejected. Raises as `confirmed`.

    Also raises `NotAllowed` where no request is undecided: an end that came from another system can be withdrawn alone.
    """
    act = withdrawing(confirmation.today)
    with _deciding(subscriptions, Action.WITHDRAW_CANCELLATION, act, confirmation) as subscription:
        request = locked_undecided(subscription)
        if request is None:
            raise NotAllowed(nothing_to_keep(subscription))
        act(subscription)
        request.agreement, request.agreed_on = agreement, agreed_on
        decide([request], Decision.KEPT, by=confirmation.by)
        outbox.add(notifications.request_kept(request))


def nothing_to_keep(subscription: Subscription) -> Verdict:
    """For an end that nobody requested here, or whose request somebody has just decided."""
    was_decided = CancellationRequest.objects.filter(subscription=subscription.pk).exists()
    return Verdict(Code.DONE if was_decided else Code.NOT_NOW, _("No cancellation request is undecided here."))


def cancel_now(subscriptions: SubscriptionQuerySet, confirmation: Confirmation) -> None:
    """End the subscription today, without a ticket; one that was requested before is resolved. Raises as `confirmed`."""
    act = canceling(confirmation.today)
    with _deciding(subscriptions, Action.CANCEL, act, confirmation) as subscription:
        act(subscription)
        if request := locked_undecided(subscription):
            decide([request], Decision.CANCELED_NOW, by=confirmation.by)


@contextmanager
def _deciding(
    subscriptions: SubscriptionQuerySet,
    action: Action,
    act: Callable[[Subscription], None],
    confirmation: Confirmation,
) -> Iterator[Subscription]:
    """As `confirmed`; who comes second is told what was decided before."""
    try:
        with confirmed(subscriptions, action, act, confirmation) as subscription:
            yield subscription
    except NotAllowed as refusal:
        raise NotAllowed(explained(refusal.verdict, subscriptions, confirmation.by)) from None


def _request(
    subscription: Subscription, ticket: Ticket, asked: Asked, confirmation: Confirmation
) -> CancellationRequest:
    """Schedule the end that is promised, record the request, and tell everybody; an end that comes out as today is decided."""
    by, today = confirmation.by, confirmation.today
    promised = promise(subscription, today, asked.on)
    subscription.schedule_cancellation(today, promised.ends_on)
    request = CancellationRequest.objects.create(
        ticket=ticket,
        subscription=subscription,
        reason=asked.reason,
        message=asked.message,
        requested_on=asked.on,
        requested_at=asked.at,
        notice_days=subscription.product.notice_days,
        promised_on=promised.ends_on,
        why=promised.why,
    )
    outbox.add(
        notifications.request_received(request, today), *notifications.staff_about_request(request, today, by=by)
    )
    if promised.ends_on <= today:
        decide([request], Decision.ENDED, by=None)
    return request


def _open_ticket(subscription: Subscription, by: "User", asked: Asked) -> Ticket:
    # The request is the customer's last word, also when it is staff who write it down.
    ticket = Ticket.objects.create(
        type=Ticket.Type.CANCEL,
        subject=_("Cancel %(product)s") % {"product": subscription.product.name},
        customer=subscription.customer,
        subscription=subscription,
        wrote_at=asked.at,
    )
    if asked.message:
        Message.objects.create(ticket=ticket, author=by, body=asked.message)
    return ticket
