"""How a plain ticket becomes a request to cancel, when staff find one in what its customer wrote."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from subscriptions.models import Subscription
from subscriptions.rules.dates_in_words import day
from subscriptions.rules.states import OK, Code, Verdict
from support.models import CancellationRequest, Message, Ticket, TicketEvent
from support.tickets import triage

if TYPE_CHECKING:
    from portal_project.accounts.models import User


def may_turn(ticket: Ticket) -> Verdict:
    """Whether the ticket can become a request: it holds one at most."""
    request = CancellationRequest.objects.filter(ticket=ticket.pk).first()
    if request is None:
        return OK
    reason = _("This ticket already holds the cancellation request of %(asked)s.") % {
        "asked": day(request.requested_on)
    }
    return Verdict(Code.NOT_NOW if request.decided_at else Code.DONE, reason)


def become_a_request(ticket: Ticket, subscription: Subscription, *, by: "User", answer: str) -> None:
    """Give the locked ticket its type and subscription, open again, with what staff answer; the caller saves it.

    Raises `NotAllowed`.
    """
    may_turn(ticket).enforce()
    events = [TicketEvent(ticket=ticket, kind=TicketEvent.Kind.REQUEST, actor=by, old=ticket.type)]
    now = timezone.now()
    if ticket.is_finished and (reopened := triage.set_status(ticket, Ticket.Status.OPEN, by=by, at=now)):
        reopened.is_consequence = True
        events.append(reopened)
    if answer:
        message = Message.objects.create(ticket=ticket, author=by, body=answer, is_request=True)
        ticket.answered_at = message.created_at
    ticket.type, ticket.subscription, ticket.updated_at = Ticket.Type.CANCEL, subscription, now
    TicketEvent.objects.bulk_create(events)


def first_day(ticket: Ticket, subscription: Subscription) -> date:
    """The first day on which the customer can have asked for it here: the ticket's, and not before the subscription's."""
    return max(localdate(ticket.created_at), subscription.started_on)


def written_at(ticket: Ticket, on: date) -> datetime:
    """When the customer asked for it on that day; now, where they did so in another way."""
    written = ticket.messages.filter(author=ticket.customer_id, is_internal=False, created_at__date=on).first()
    return written.created_at if written else timezone.now()
