"""Requests to cancel, and their ends. The only callers of `schedule_cancellation` and `withdraw_cancellation`.

All of it is done to a subscription that is locked and caught up, and inside its transaction; locks are taken in the order of
`docs/design.md`, The unit of work: the subscription, then its request and ticket.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal_project.common import bulk, numbers
from portal_project.mail import outbox
from products.models import CancellationReason
from subscriptions.models import Channel, Subscription
from subscriptions.preview.trial_run import Trial
from subscriptions.rules.states import Code, NotAllowed, Verdict
from support.cancellations import from_ticket
from support.cancellations.decisions import Decision, all_locked_undecided, decide, locked_undecided
from support.cancellations.end_date import PromisedEnd, promise
from support.mails import notifications
from support.models import CancellationRequest, Message, Offer, Ticket
from support.queue.act_by import SERVICES, act_by

if TYPE_CHECKING:
    from portal_project.accounts.models import User


@dataclass(frozen=True)
class Asked:
    """What the customer, or staff on the customer's behalf, gave with a request, and what they were promised."""

    reason: CancellationReason
    """With the wording that was chosen, whatever has become of it since."""
    message: str
    on: date
    promised: PromisedEnd


def schedule(subscription: Subscription, today: date, asked_on: date | None = None) -> PromisedEnd:
    """Set the end that is promised to a request made today, or to one that the customer wrote on `asked_on`."""
    promised = promise(subscription, today, asked_on)
    subscription.schedule_cancellation(today, promised.ends_on)
    return promised


def bring_over(subscription: Subscription, today: date, ends_on: date) -> None:
    """Set the end that another system has promised."""
    subscription.schedule_cancellation(today, ends_on)


def withdraw(subscription: Subscription, today: date) -> None:
    subscription.withdraw_cancellation(today)


def submit(made: Sequence[tuple[Trial, Asked]], *, by: "User", today: date, channel: Channel) -> list[Ticket]:
    """Open a ticket and a request for each end that a trial has scheduled, and return the tickets in the same order.

    Where the end came out as today, it has come already, and the ticket is resolved.
    """
    now = timezone.now()
    tickets = [new_ticket(trial.subscription, now) for trial, _asked in made]
    requests = [_request(ticket, *each, now) for ticket, each in zip(tickets, made, strict=True)]
    _record(requests, [trial for trial, _asked in made], by=by, today=today, channel=channel)
    bulk.insert(
        [
            Message(ticket=ticket, author=by, body=asked.message, language=_read_by(by, ticket), is_request=True)
            for ticket, (_trial, asked) in zip(tickets, made, strict=True)
            if asked.message
        ]
    )
    return tickets


def _read_by(by: "User", ticket: Ticket) -> str:
    return (get_language() or "") if by == ticket.customer else ""


def new_ticket(subscription: Subscription, at: datetime) -> Ticket:
    """For a request made then, not saved; it is the customer's last word, also when it is staff who write it down."""
    return Ticket(
        type=Ticket.Type.CANCEL,
        subject=f"Cancel {subscription.plan.product.name}",
        subject_is_ours=True,
        customer=subscription.customer,
        subscription=subscription,
        wrote_at=at,
        created_at=at,
    )


def turn(key: int, trial: Trial, asked: Asked, *, by: "User", today: date, channel: Channel) -> None:
    """Make the plain ticket with this primary key the request that its customer wrote; otherwise as `submit`.

    The message is what staff tell the customer. Raises `NotAllowed` where the ticket holds a request already.
    """
    ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=key)
    from_ticket.become_a_request(ticket, trial.subscription, by=by, answer=asked.message)
    at = from_ticket.written_at(ticket, asked.on)
    _record([_request(ticket, trial, asked, at)], [trial], by=by, today=today, channel=channel)


def withdrawn(trial: Trial, *, by: "User", channel: Channel) -> Ticket | None:
    """Decide the request, if there is one, whose end `trial` has cleared; its ticket is closed, and returned."""
    request = locked_undecided(trial.subscription)
    if request is None:
        return None
    decide([request], Decision.WITHDRAWN, by=by)
    if channel != Channel.PORTAL:
        outbox.add(notifications.request_withdrawn(request, trial.effect))
    return request.ticket


def kept(trial: Trial, *, agreement: str, agreed_on: date, by: "User") -> None:
    """Decide the request whose end `trial` has cleared because the customer agreed to stay; its ticket is rejected.

    Raises `NotAllowed` where no request is undecided: an end that came from another system can be withdrawn alone.
    """
    request = locked_undecided(trial.subscription)
    if request is None:
        raise NotAllowed(nothing_undecided(trial.subscription))
    request.agreement, request.agreed_on = agreement, agreed_on
    decide([request], Decision.KEPT, by=by)
    outbox.add(notifications.request_kept(request, trial.effect))


def accepted(trial: Trial, offer: Offer, *, cost: Decimal, by: "User") -> None:
    """Decide the request whose end `trial` has cleared by accepting the open offer; its ticket is resolved.

    Raises `NotAllowed` where the request is decided.
    """
    request = locked_undecided(trial.subscription)
    if request is None or request.pk != offer.request_id:
        raise NotAllowed(nothing_undecided(trial.subscription))
    decide([request], Decision.OFFER_ACCEPTED, by=by)
    Offer.objects.filter(pk=offer.pk).update(cost=cost)


def nothing_undecided(subscription: Subscription) -> Verdict:
    """For an end that nobody requested here, or whose request somebody has just decided."""
    was_decided = CancellationRequest.objects.filter(subscription=subscription.pk).exists()
    return Verdict(Code.DONE if was_decided else Code.NOT_NOW, _("No cancellation request is undecided here."))


def canceled_now(trials: Sequence[Trial], *, by: "User", channel: Channel) -> None:
    """Decide the requests, where there are some, of subscriptions that the trials have ended; no ticket is made for an end.

    One is undecided only where an end was scheduled.
    """
    ended = [trial.subscription for trial in trials if trial.effect.scheduled_on]
    if ended and (requests := all_locked_undecided(ended)):
        decide(requests, Decision.CANCELED_NOW, by=by, in_bulk=channel == Channel.BULK)


def _request(ticket: Ticket, trial: Trial, asked: Asked, at: datetime) -> CancellationRequest:
    """Not saved."""
    subscription, promised = trial.subscription, asked.promised
    return CancellationRequest(
        ticket=ticket,
        subscription=subscription,
        reason=asked.reason,
        reason_label=asked.reason.label,
        reason_others=asked.reason.others,
        message=asked.message,
        requested_on=asked.on,
        requested_at=at,
        answered_at=ticket.answered_at if ticket.is_answered else None,
        notice_days=subscription.plan.product.notice_days,
        promised_on=promised.ends_on,
        why_facts=promised.why,
    )


def _record(
    requests: Sequence[CancellationRequest], trials: Sequence[Trial], *, by: "User", today: date, channel: Channel
) -> None:
    """Save the requests and their tickets, and tell everybody; an end that came out as today is decided."""
    prefetch_related_objects([request.subscription for request in requests], SERVICES)
    for request in requests:
        request.ticket.act_by = act_by(request.ticket, today)
    _save([request.ticket for request in requests])
    for request in requests:
        # Once more, because a new ticket has its key only now.
        request.ticket = request.ticket
    bulk.insert(requests)
    outbox.add_new(
        [
            mail
            for request, trial in zip(requests, trials, strict=True)
            for mail in notifications.request_received(request, trial.effect, today, by=by, channel=channel)
        ]
    )
    if ended := [request for request in requests if request.promised_on <= today]:
        decide(ended, Decision.ENDED, by=None)


def _save(tickets: Sequence[Ticket]) -> None:
    old = [ticket for ticket in tickets if not ticket._state.adding]
    new = [ticket for ticket in tickets if ticket._state.adding]
    numbers.draw_free(Ticket.objects, new, numbers.TICKET)
    bulk.insert(new)
    for ticket in old:
        ticket.save()
