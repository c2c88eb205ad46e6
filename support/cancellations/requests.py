"""Requests to cancel, and their ends. The only callers of `schedule_cancellation` and `withdraw_cancellation`.

All of it is done to a subscription that is locked and caught up, and inside its transaction; locks are taken in the order of
`docs/design.md`, The unit of work: the subscription, then its request and ticket.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal_project.mail import outbox
from products.models import CancellationReason
from subscriptions.models import Channel, Subscription
from subscriptions.preview.trial_run import Trial
from subscriptions.rules.states import Code, NotAllowed, Verdict
from support.cancellations import from_ticket
from support.cancellations.decisions import Decision, decide, locked_undecided
from support.cancellations.end_date import PromisedEnd, promise
from support.mails import notifications
from support.models import CancellationRequest, Message, Offer, Ticket
from support.queue.act_by import act_by

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


def submit(trial: Trial, asked: Asked, *, by: "User", today: date, channel: Channel) -> Ticket:
    """Open the ticket and the request, and return the ticket, for an end that `trial` has scheduled.

    Where the end came out as today, it has come already, and the ticket is resolved.
    """
    subscription, now = trial.subscription, timezone.now()
    ticket = new_ticket(subscription, now)
    _record(ticket, trial, asked, now, by=by, today=today, channel=channel)
    if asked.message:
        language = (get_language() or "") if by == subscription.customer else ""
        Message.objects.create(ticket=ticket, author=by, body=asked.message, language=language)
    return ticket


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
    _record(ticket, trial, asked, at, by=by, today=today, channel=channel)


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


def canceled_now(trial: Trial, *, by: "User") -> None:
    """Decide the request, if there is one, of a subscription that `trial` has ended; no ticket is made for the end.

    One is undecided only where an end was scheduled.
    """
    if trial.effect.scheduled_on and (request := locked_undecided(trial.subscription)):
        decide([request], Decision.CANCELED_NOW, by=by)


def _record(
    ticket: Ticket, trial: Trial, asked: Asked, at: datetime, *, by: "User", today: date, channel: Channel
) -> None:
    """Save the request and its ticket, and tell everybody; an end that came out as today is decided."""
    subscription, promised = trial.subscription, asked.promised
    request = CancellationRequest(
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
    ticket.act_by = act_by(ticket, today)
    ticket.save()
    request.ticket = ticket
    request.save()
    outbox.add(*notifications.request_received(request, trial.effect, today, by=by, channel=channel))
    if promised.ends_on <= today:
        decide([request], Decision.ENDED, by=None)
