"""What becomes of a request to cancel: one decision, by one person or by the calendar, and its ticket finished with it."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal_project.common import bulk
from subscriptions.models import Subscription
from subscriptions.rules.dates_in_words import day
from subscriptions.rules.states import Code, Verdict
from support.models import CancellationRequest, Offer, Ticket
from support.tickets import triage

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
ENDINGS = {Decision.CANCELED_NOW, Decision.ENDED}
# What staff read are the labels of the decisions themselves.
FOR_CUSTOMERS: dict[str, str | Promise] = {
    "": gettext_lazy("In notice"),
    Decision.WITHDRAWN: gettext_lazy("Withdrawn"),
    Decision.CANCELED_NOW: gettext_lazy("Ended early"),
    Decision.KEPT: gettext_lazy("Kept, as agreed with you"),
    Decision.OFFER_ACCEPTED: gettext_lazy("Offer accepted"),
    Decision.ENDED: gettext_lazy("Ended on its date"),
}


def undecided(subscription: Subscription) -> CancellationRequest | None:
    """The subscription's undecided request with its ticket, or None."""
    return CancellationRequest.objects.undecided().filter(subscription=subscription.pk).select_related("ticket").first()


def locked_undecided(subscription: Subscription) -> CancellationRequest | None:
    """As `undecided`, locked; its subscription is the one at hand, whose new dates are not saved yet."""
    found = all_locked_undecided([subscription])
    return found[0] if found else None


def all_locked_undecided(subscriptions: Sequence[Subscription]) -> list[CancellationRequest]:
    """The same of many, in the order of their keys."""
    at_hand = {subscription.pk: subscription for subscription in subscriptions}
    requests = CancellationRequest.objects.undecided().filter(subscription__in=at_hand).select_related("ticket")
    found = list(requests.order_by("pk").select_for_update(of=("self",)))
    for request in found:
        request.subscription = at_hand[request.subscription_id]
    return found


def decide(
    requests: Sequence[CancellationRequest], decision: Decision, *, by: "User | None", in_bulk: bool = False
) -> None:
    """Record who decided what, and finish the tickets and open offers accordingly. The requests are locked, or new.

    `in_bulk` where what was confirmed was a bulk act.
    """
    now = timezone.now()
    for request in requests:
        request.decision, request.decided_at, request.decided_by = decision, now, by
        request.decided_in_bulk = in_bulk
    written = ["decision", "decided_at", "decided_by", "decided_in_bulk", "agreed_on", "agreement"]
    bulk.update(requests, written)
    _finish([request.ticket_id for request in requests], TICKET_ENDS[decision], by, now)
    state = Offer.State.ACCEPTED if decision == Decision.OFFER_ACCEPTED else Offer.State.LAPSED
    Offer.objects.filter(request__in=requests, state=Offer.State.OPEN).update(state=state, closed_at=now, closed_by=by)


def _finish(tickets: list[int], status: Ticket.Status, by: "User | None", now: datetime) -> None:
    rows = list(Ticket.objects.filter(pk__in=tickets).order_by("pk").select_for_update(of=("self",)))
    events = [event for ticket in rows if (event := triage.set_status(ticket, status, by=by, at=now))]
    for event in events:
        event.is_consequence = True
    bulk.update(rows, triage.WITH_STATUS)
    bulk.insert(events)


def outcome(request: CancellationRequest, reader: "User") -> str:
    """What became of the request, in the words for who reads it."""
    return str(request.get_decision_display() if reader.is_staff else FOR_CUSTOMERS[request.decision])


def explained(verdict: Verdict, subscription: Subscription, reader: "User") -> Verdict:
    """The verdict with what became of the newest request, where somebody else was quicker with the subscription."""
    if verdict.code not in (Code.DONE, Code.NOT_NOW):
        return verdict
    request = subscription.cancellation_requests.all().first()
    # What is not possible now has to do with the request only where it has ended the subscription.
    if request is None or (verdict.code == Code.NOT_NOW and request.decision not in ENDINGS):
        return verdict
    return Verdict(verdict.code, f"{verdict.reason} {told(request, reader)}")


def told(request: CancellationRequest, reader: "User") -> str:
    """When it was requested, and what became of it, in a sentence."""
    values = {"asked": day(request.requested_on), "ticket": request.ticket.number}
    if request.decided_at is None:
        return _("It was requested on %(asked)s, as %(ticket)s.") % values
    values |= {"decided": day(localdate(request.decided_at)), "decision": outcome(request, reader)}
    return _("The request of %(asked)s was decided on %(decided)s: %(decision)s.") % values
