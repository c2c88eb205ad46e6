"""Opening tickets and answering them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy

from portal_project.accounts.forgetting import hold
from portal_project.mail import outbox
from portal_project.mail.models import OutgoingMail
from subscriptions.models import Invoice, Subscription
from support.mails import notifications
from support.models import CancellationRequest, Message, Ticket, TicketEvent
from support.queue import act_by
from support.tickets import triage
from support.tickets.attachments import are_kept, attached
from support.tickets.news import Overtaken, Seen, since

if TYPE_CHECKING:
    from portal_project.accounts.models import User

# What one customer may send within an hour. A request to cancel is not counted and never refused.
NEW_TICKETS_AN_HOUR, REPLIES_AN_HOUR = 20, 60
HOUR = timedelta(hours=1)
# What the mails about it name.
WITH = ("customer", "subscription__plan__product")

SENT_BEFORE = gettext_lazy("This page had been sent before. Send your new text once more.")


class SentBefore(Exception):
    """The token came before with something else, as after going back in the browser, so nothing was added."""


def open_ticket(
    *,
    customer: "User",
    kind: str,
    subject: str,
    body: str,
    subscription: Subscription | None,
    token: UUID,
    today: date,
    invoice: Invoice | None = None,
    files: Sequence[UploadedFile] = (),
) -> Ticket:
    """A new ticket with its first message; the same token with the same again gives the first one.

    Raises `SentBefore` when the token made something else.
    """
    asked = {"customer": customer, "type": kind, "subject": subject, "subscription": subscription, "invoice": invoice}
    try:
        if first := Ticket.objects.filter(token=token).first():
            return _opened_before(first, asked, body, files)
        with transaction.atomic():
            return _opened(Ticket(token=token, **asked), body, files, today)
    except IntegrityError:
        # The same page sent twice at the same moment: the other one was quicker.
        if first := Ticket.objects.filter(token=token).first():
            return _opened_before(first, asked, body, files)
        raise


def _opened(ticket: Ticket, body: str, files: Sequence[UploadedFile], today: date) -> Ticket:
    hold(ticket.customer)
    ticket.act_by = act_by.act_by(ticket, today)
    ticket.save()
    message = Message.objects.create(ticket=ticket, author=ticket.customer, body=body, language=get_language() or "")
    with attached(message, files) as names:
        mails = notifications.staff_about_message(message, names, is_new=True)
        outbox.add(notifications.ticket_opened(ticket), *mails)
    return ticket


def _opened_before(first: Ticket, asked: dict[str, Any], body: str, files: Sequence[UploadedFile]) -> Ticket:
    is_same = all(getattr(first, name) == value for name, value in asked.items())
    if not is_same or not _is_same(first.messages.first(), body, files):
        raise SentBefore
    return first


def reply(
    ticket: Ticket,
    *,
    author: "User",
    body: str,
    token: UUID,
    today: date,
    is_internal: bool = False,
    sends_mail: bool = True,
    files: Sequence[UploadedFile] = (),
    seen: Seen | None = None,
) -> Message:
    """Add to the conversation; the same token with the same again gives the first message.

    A customer's reply reopens a finished ticket. A public reply of staff is mailed to the customer, unless `sends_mail` is
    off. Raises `SentBefore` when the token made something else, `Overtaken` when others have written, decided or offered
    something past `seen` (None asks for no such check), and `PermissionDenied` where the customer is forgotten.
    """
    with transaction.atomic():
        hold(ticket.customer)
        if ticket.type == Ticket.Type.CANCEL and author != ticket.customer:
            # A decision locks the request before its ticket too.
            CancellationRequest.objects.lock(ticket)
        ticket = Ticket.objects.select_for_update(of=("self",)).select_related(*WITH).get(pk=ticket.pk)
        mails = sends_mail and not is_internal and author != ticket.customer
        if first := Message.objects.filter(token=token).first():
            is_same = (first.ticket_id, first.author_id, _was_mailed(first)) == (ticket.pk, author.pk, mails)
            if not is_same or not _is_same(first, body, files, is_internal):
                raise SentBefore
            return first
        _check_that_all_was_seen(ticket, author, seen, today)
        written = {"body": body, "is_internal": is_internal, "language": _read_by(author, ticket)}
        message = Message.objects.create(token=token, ticket=ticket, author=author, **written)
        with attached(message, files) as names:
            if not is_internal:
                _said(ticket, message, names, today, mails)
    return message


def saw(ticket: Ticket, by: "User") -> None:
    """Note that the customer looked at the ticket: at most once an hour, and once after each answer."""
    since = max(timezone.now() - HOUR, ticket.answered_at or ticket.created_at)
    recent = TicketEvent.objects.filter(ticket=ticket, kind=TicketEvent.Kind.VIEWED, at__gte=since)
    if recent.exists():
        return
    with transaction.atomic():
        # Asked again under the lock, for two pages that are opened together.
        Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
        if not recent.exists():
            TicketEvent.objects.create(ticket=ticket, kind=TicketEvent.Kind.VIEWED, actor=by)


def opened_enough(customer: "User", token: UUID) -> bool:
    """Whether the customer has opened as many tickets as one may within an hour, besides the one of that token."""
    recent = Ticket.objects.filter(customer=customer, created_at__gt=timezone.now() - HOUR)
    return recent.exclude(type=Ticket.Type.CANCEL).exclude(token=token).count() >= NEW_TICKETS_AN_HOUR


def wrote_enough(customer: "User", token: UUID) -> bool:
    """Whether the customer has written as many messages as one may within an hour, besides the one of that token."""
    recent = Message.objects.filter(author=customer, created_at__gt=timezone.now() - HOUR)
    return recent.exclude(token=token).count() >= REPLIES_AN_HOUR


def _read_by(author: "User", ticket: Ticket) -> str:
    """The language of the page on which the customer writes; empty for staff."""
    return (get_language() or "") if author == ticket.customer else ""


def _is_same(sent: Message | None, body: str, files: Sequence[UploadedFile], is_internal: bool = False) -> bool:
    """Whether that message is what was sent once more, so that neither text nor file gets lost."""
    return sent is not None and (sent.body, sent.is_internal) == (body, is_internal) and are_kept(sent, files)


def _was_mailed(message: Message) -> bool:
    return OutgoingMail.objects.filter(key=notifications.reply_key(message)).exists()


def _check_that_all_was_seen(ticket: Ticket, author: "User", seen: Seen | None, today: date) -> None:
    if seen and (news := since(seen, ticket, author, today)):
        raise Overtaken(news)


def _said(ticket: Ticket, message: Message, files: list[str], today: date, mails: bool) -> None:
    """`files` are the names of those that came with the message."""
    if message.author == ticket.customer:
        _heard(ticket, message, files, today)
    else:
        _answered(ticket, message, files, mails)
    act_by.refresh([ticket.pk], today)


def _heard(ticket: Ticket, message: Message, files: list[str], today: date) -> None:
    ticket.wrote_at = ticket.updated_at = message.created_at
    ticket.save(update_fields=["wrote_at", "updated_at"])
    if ticket.is_finished:
        triage.change([ticket.pk], by=message.author, today=today, status=Ticket.Status.OPEN)
    outbox.add(*notifications.staff_about_message(message, files))


def _answered(ticket: Ticket, message: Message, files: list[str], mails: bool) -> None:
    ticket.answered_at = ticket.updated_at = message.created_at
    ticket.save(update_fields=["answered_at", "updated_at"])
    if ticket.type == Ticket.Type.CANCEL:
        CancellationRequest.objects.answered(ticket, message.created_at)
    if mails:
        message.ticket = ticket
        outbox.add(notifications.reply(message, files))
