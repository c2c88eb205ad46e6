"""What happened to a ticket, from the rows that each hold a part of it. Bounded, and a constant number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal_project.mail.models import OutgoingMail
from subscriptions.rules.dates_in_words import day
from support.models import CancellationRequest, Message, Offer, Ticket, TicketEvent
from support.tickets.conversation import Conversation

if TYPE_CHECKING:
    from portal_project.accounts.models import User

Kind = TicketEvent.Kind

MOST = 100
"""Of each kind of row, the newest; and of the whole."""
# The mail about a decision is written in its transaction, but a moment later.
SAME_MOMENT = timedelta(minutes=1)

MAILS: dict[str, str | Promise] = {
    "support/ticket_opened": gettext_lazy("Mail that the message is received"),
    "support/reply": gettext_lazy("Mail with the reply"),
    "support/staff_message": gettext_lazy("Mail about the message"),
    "support/staff_request": gettext_lazy("Mail about the request"),
    "receipts/receipt": gettext_lazy("Receipt"),
    "support/request_received": gettext_lazy("Mail that the request is received"),
    "support/request_withdrawn": gettext_lazy("Mail that it is withdrawn"),
    "support/request_kept": gettext_lazy("Mail that the subscription is kept"),
    "support/offer_made": gettext_lazy("Mail with the offer"),
    "subscriptions/discount_granted": gettext_lazy("Mail about the discount"),
    "subscriptions/plan_chosen": gettext_lazy("Mail about the other plan"),
    "subscriptions/price_announced": gettext_lazy("Mail about the new price"),
    "subscriptions/price_change_dropped": gettext_lazy("Mail that the price stays"),
    "subscriptions/pause_scheduled": gettext_lazy("Mail that a pause is planned"),
    "subscriptions/paused": gettext_lazy("Mail that the subscription is paused"),
    "subscriptions/resumed": gettext_lazy("Mail that the subscription goes on"),
    "subscriptions/ended": gettext_lazy("Mail that the subscription has ended"),
}
OUTCOMES: dict[str, str | Promise] = {
    OutgoingMail.State.PENDING: gettext_lazy("%(mail)s to %(recipient)s: not sent yet"),
    OutgoingMail.State.SENT: gettext_lazy("%(mail)s to %(recipient)s: sent"),
    OutgoingMail.State.FAILED: gettext_lazy("%(mail)s to %(recipient)s: could not be delivered"),
    OutgoingMail.State.EXPIRED: gettext_lazy("%(mail)s to %(recipient)s: expired before it could be sent"),
}


@dataclass(frozen=True)
class Entry:
    at: datetime
    text: str
    by: str = ""
    """Who did it; empty for what nobody did by hand."""
    detail: str = ""
    is_bad: bool = False


def for_staff(ticket: Ticket, messages: Iterable[Message], offers: Iterable[Offer] = ()) -> list[Entry]:
    """Everything, newest first; `messages` are those on the page, with their authors, `offers` all of the request."""
    events = list(ticket.events.select_related("actor").order_by("-id")[:MOST])
    turned_at = _turned_at(events)
    entries = [Entry(ticket.created_at, _("Ticket opened"))]
    entries += [_of_message(ticket, message) for message in messages]
    entries += [_of_event(event) for event in events]
    entries += [_of_mail(mail) for mail in _mails(ticket, turned_at or ticket.created_at)]
    if request := _request(ticket):
        entries += _of_request(request, was_turned=turned_at is not None)
    entries += [entry for offer in offers for entry in _of_offer(offer)]
    # Of one instant, what was gathered first came first.
    return sorted(entries, key=_when)[::-1][:MOST]


def for_customer(ticket: Ticket, shown: Conversation) -> list[Message | Entry]:
    """A page of the public messages, and between them how the status changed; oldest first."""
    changes = ticket.events.filter(kind=Kind.STATUS).order_by("-id")
    if shown.messages and shown.earlier:
        changes = changes.filter(at__gte=shown.messages[0].created_at)
    if newer := _after(ticket, shown):
        changes = changes.filter(at__lt=newer.created_at)
    lines = [Entry(event.at, _("Status: %(new)s") % {"new": event.became}) for event in changes[:MOST]]
    return sorted([*shown.messages, *lines], key=_when)


def _after(ticket: Ticket, shown: Conversation) -> Message | None:
    """The message with which the next page begins; up to it, whatever happened belongs to this page."""
    if shown.is_latest or not shown.messages:
        return None
    return ticket.messages.filter(is_internal=False, pk__gt=shown.last).first()


def _when(line: Message | Entry) -> datetime:
    return line.created_at if isinstance(line, Message) else line.at


def _of_message(ticket: Ticket, message: Message) -> Entry:
    text = _("Message") if message.author_id == ticket.customer_id else _("Reply")
    if message.is_internal:
        text = _("Internal note")
    return Entry(message.created_at, text, _name(message.author))


def _of_event(event: TicketEvent) -> Entry:
    return Entry(event.at, _said(event), _name(event.actor))


def _said(event: TicketEvent) -> str:
    values = {"old": event.was or _("nobody"), "new": event.became or _("nobody")}
    match event.kind:
        case Kind.STATUS:
            return _("Status: %(old)s → %(new)s") % values
        case Kind.PRIORITY:
            return _("Priority: %(old)s → %(new)s") % values
        case Kind.ASSIGNEE:
            return _("Assigned: %(old)s → %(new)s") % values
    return str(event.get_kind_display())


def _mails(ticket: Ticket, requested_at: datetime) -> Iterable[OutgoingMail]:
    """The ticket's own; and its subscription's from the request until the decision."""
    about = Q(thread=ticket.number)
    request = _request(ticket)
    if request and ticket.subscription:
        of_subscription = Q(thread=ticket.subscription.number, created_at__gte=requested_at)
        if request.decided_at:
            of_subscription &= Q(created_at__lte=request.decided_at + SAME_MOMENT)
        about |= of_subscription
    shown = OutgoingMail.objects.only("template", "recipient", "state", "error", "sent_at", "created_at")
    return shown.filter(about).order_by("-id")[:MOST]


def _of_mail(mail: OutgoingMail) -> Entry:
    values = {"mail": MAILS.get(mail.template, _("Mail")), "recipient": mail.recipient}
    text = str(OUTCOMES[mail.state]) % values
    failed = mail.state == OutgoingMail.State.FAILED
    return Entry(mail.sent_at or mail.created_at, text, detail=mail.error, is_bad=failed)


def _request(ticket: Ticket) -> CancellationRequest | None:
    return getattr(ticket, "cancellation_request", None)


def _turned_at(events: list[TicketEvent]) -> datetime | None:
    """When staff turned the plain ticket into the request; None for a request that was one from the start.

    Where that is older than `MOST` events, so is all that it decides about, and none of it is shown.
    """
    return next((event.at for event in events if event.kind == Kind.REQUEST), None)


def _of_request(request: CancellationRequest, *, was_turned: bool) -> list[Entry]:
    entries = []
    if not was_turned:
        text = _("Cancellation requested, to end on %(day)s") % {"day": day(request.promised_on)}
        entries.append(Entry(request.requested_at, text))
    if request.decided_at:
        text = _("Decision: %(decision)s") % {"decision": request.get_decision_display()}
        entries.append(Entry(request.decided_at, text, _name(request.decided_by), detail=request.agreement))
    return entries


def _of_offer(offer: Offer) -> list[Entry]:
    made = Entry(offer.made_at, _("Offer: %(offer)s") % {"offer": offer}, _name(offer.made_by), detail=offer.message)
    if offer.closed_at is None:
        return [made]
    text = _("Offer, %(offer)s: %(outcome)s") % {"offer": offer, "outcome": offer.get_state_display()}
    return [made, Entry(offer.closed_at, text, _name(offer.closed_by))]


def _name(person: "User | None") -> str:
    return person.get_full_name() if person else ""
