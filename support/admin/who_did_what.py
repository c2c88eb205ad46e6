"""What staff did at the support desk."""

from django.db.models import F, QuerySet
from django.urls import reverse

from portal_project.common.who_did_what import Source
from support.models import CancellationRequest, Message, Offer, Ticket, TicketEvent

Kind = TicketEvent.Kind
TICKETS, CANCELLATIONS = "Tickets", "Cancellations"


def _events() -> QuerySet[TicketEvent]:
    rows = TicketEvent.objects.filter(actor__isnull=False, is_consequence=False).exclude(kind=Kind.VIEWED)
    return rows.exclude(actor=F("ticket__customer")).select_related("ticket")


def _event(event: TicketEvent) -> tuple[str, str]:
    match event.kind:
        case Kind.ASSIGNEE:
            return _of(event.ticket, _assigned(event.old, event.new))
        case Kind.STATUS | Kind.PRIORITY:
            return _of(event.ticket, f"{event.get_kind_display()} changed from {event.was} to {event.became}")
    return _of(event.ticket, str(event.get_kind_display()))


def _assigned(old: str, new: str) -> str:
    """By the names that people had then."""
    if not new:
        return f"No longer assigned to {old}"
    return f"Assigned to {new} in place of {old}" if old else f"Assigned to {new}"


def _messages() -> QuerySet[Message]:
    """What comes with a request that staff write down is told as the request."""
    rows = Message.objects.filter(is_request=False).exclude(author=F("ticket__customer"))
    return rows.defer("body", "search_text").select_related("ticket")


def _message(message: Message) -> tuple[str, str]:
    return _of(message.ticket, "Internal note written" if message.is_internal else "Answered")


def _decided() -> QuerySet[CancellationRequest]:
    """One by one: those of a bulk act are told as the act."""
    rows = CancellationRequest.objects.filter(decided_by__isnull=False, decided_in_bulk=False)
    rows = rows.exclude(decided_by=F("ticket__customer"))
    return rows.select_related("ticket")


def _decision(request: CancellationRequest) -> tuple[str, str]:
    return _of(request.ticket, f"Request decided as “{request.get_decision_display()}”")


def _offers() -> QuerySet[Offer]:
    return Offer.objects.select_related("request__ticket")


def _offer(offer: Offer) -> tuple[str, str]:
    return _of(offer.request.ticket, f"Offer made ({offer.get_kind_display()})")


def _taken_back() -> QuerySet[Offer]:
    rows = Offer.objects.filter(state=Offer.State.WITHDRAWN, closed_by__isnull=False)
    return rows.select_related("request__ticket")


def _took_back(offer: Offer) -> tuple[str, str]:
    return _of(offer.request.ticket, f"Offer taken back ({offer.get_kind_display()})")


def _of(ticket: Ticket, did: str) -> tuple[str, str]:
    return f"{ticket.number}: {did}", reverse("admin:support_ticket_change", args=[ticket.pk])


SOURCES = [
    Source("support.event", TICKETS, _events, "at", "actor", _event),
    Source("support.message", TICKETS, _messages, "created_at", "author", _message),
    Source("support.decision", CANCELLATIONS, _decided, "decided_at", "decided_by", _decision),
    Source("support.offer", CANCELLATIONS, _offers, "made_at", "made_by", _offer),
    Source("support.taken_back", CANCELLATIONS, _taken_back, "closed_at", "closed_by", _took_back),
]
