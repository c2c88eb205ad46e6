"""What staff offer to a customer whose request to cancel is undecided: made, taken back, accepted (`docs/design.md`, Offers).

All of it is done under the lock of the subscription, so that an offer has one outcome.
"""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from portal_project.mail import outbox
from subscriptions.models import Subscription
from subscriptions.preview.effect import Effect
from subscriptions.rules.dates_in_words import day
from subscriptions.rules.offers import may_accept
from subscriptions.rules.policies import may
from subscriptions.rules.states import Action, Code, NotAllowed, Verdict
from support.cancellations import requests
from support.cancellations.decisions import told
from support.mails import notifications
from support.models import CancellationRequest, Offer, Ticket
from support.models.offer import OfferQuerySet
from support.queue import act_by

if TYPE_CHECKING:
    from portal_project.accounts.models import User

State = Offer.State
SHOWN = 10
"""Of earlier offers to a customer; and of open ones on a page."""


def open_for(customer: "User", today: date) -> OfferQuerySet:
    """What this customer can accept: the open offers for what has not ended by `today`, whether or not the job has run."""
    found = Offer.objects.open().filter(request__subscription__customer=customer)
    running = found.filter(request__subscription__cancels_on__gt=today)
    return running.select_related("plan", "request__subscription__plan__product")[:SHOWN]


def made_to(customer: "User") -> OfferQuerySet:
    """What was offered to this customer before, newest first."""
    made = Offer.objects.filter(request__subscription__customer=customer)
    return made.select_related("plan", "made_by", "request__subscription__plan__product")[:SHOWN]


def may_be_accepted(offer: Offer, subscription: Subscription, *, by: "User", today: date) -> Verdict:
    """Whether `by`, the customer, may accept it now; the subscription is caught up to `today`."""
    if not offer.is_open:
        return closed(offer, by)
    verdict = may(Action.WITHDRAW_CANCELLATION, subscription, by=by, today=today)
    return verdict and going_on(offer, subscription, by=by, today=today)


def going_on(offer: Offer, subscription: Subscription, *, by: "User", today: date) -> Verdict:
    """Whether the terms can be accepted once the end of the subscription is lifted."""
    lifted = subscription.draft()
    requests.withdraw(lifted, today)
    verdict = may_accept(offer, lifted, by=by, today=today, limited=False)
    # What it has already is nothing to stay for.
    return Verdict(Code.NOT_NOW, verdict.reason) if verdict.code == Code.DONE else verdict


def closed(offer: Offer, reader: "User") -> Verdict:
    """For an offer that is open no more: what became of it."""
    on = day(localdate(offer.closed_at))
    match offer.state:
        case State.ACCEPTED:
            return Verdict(Code.DONE, _("This offer was accepted on %(day)s.") % {"day": on})
        case State.WITHDRAWN:
            reason = _("This offer was taken back on %(day)s.") % {"day": on}
        case State.REPLACED:
            reason = _("This offer was replaced by another on %(day)s, which is on the subscription’s page.") % {
                "day": on
            }
        case _:
            reason = _("This offer lapsed on %(day)s.") % {"day": on} + f" {told(offer.request, reader)}"
    return Verdict(Code.NOT_NOW, reason)


def check_is_new(offer: Offer, request: CancellationRequest) -> None:
    """Raises `NotAllowed` for a form that was sent before, and for what is offered already."""
    if Offer.objects.filter(token=offer.token).exists():
        raise NotAllowed(Verdict(Code.DONE, _("This offer has been sent before.")))
    same = request.offers.open().first()
    if same and same.terms == offer.terms:
        made = {"day": day(localdate(same.made_at))}
        raise NotAllowed(Verdict(Code.DONE, _("This has been on offer since %(day)s already.") % made))


def make(offer: Offer, effect: Effect, today: date) -> None:
    """Save the offer, in the place of an open one, and tell the customer; the ticket then waits for them."""
    now = timezone.now()
    request = offer.request
    CancellationRequest.objects.lock(request.ticket)
    ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=request.ticket_id)
    _close(request.offers.open(), State.REPLACED, offer.made_by, now)
    offer.made_at = now
    offer.save()
    ticket.answered_at = ticket.updated_at = now
    ticket.save(update_fields=["answered_at", "updated_at"])
    CancellationRequest.objects.answered(ticket, now)
    act_by.refresh([ticket.pk], today)
    outbox.add(notifications.offer_made(offer, ticket, effect))


def take_back(request: CancellationRequest, key: int, *, by: "User") -> Verdict:
    """Take back the open offer with this primary key; the verdict tells of one that is open no more."""
    with transaction.atomic():
        Subscription.objects.select_for_update(of=("self",)).get(pk=request.subscription_id)
        if _close(request.offers.open().filter(pk=key), State.WITHDRAWN, by, timezone.now()):
            return Verdict()
        return closed(request.offers.select_related("request__ticket").get(pk=key), by)


def _close(offers: OfferQuerySet, state: State, by: "User | None", at: datetime) -> int:
    return offers.update(state=state, closed_at=at, closed_by=by)
