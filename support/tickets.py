"""Opening tickets and answering them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from portal_project.mail import outbox
from subscriptions.models import Invoice, Subscription
from support import notifications, queue, triage
from support.attachments import attach
from support.models import Message, Ticket, TicketEvent

if TYPE_CHECKING:
    from portal_project.accounts.models import User

# What one customer may send within an hour. A request to cancel is not counted and never refused.
NEW_TICKETS_AN_HOUR, REPLIES_AN_HOUR = 20, 60
HOUR = timedelta(hours=1)


class SomebodyWrote(Exception):
    """Others have written since the page was opened, so nothing was added; `messages` are theirs, oldest first."""

    def __init__(self, messages: list[Message]) -> None:
        super().__init__()
        self.messages = messages


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
    """A new ticket with its first message; the same token again gives the first one."""
    with transaction.atomic():
        ticket, created = Ticket.objects.get_or_create(
            token=token,
            customer=customer,
            defaults={"type": kind, "subject": subject, "subscription": subscription, "invoice": invoice},
        )
        if created:
            message = Message.objects.create(ticket=ticket, author=customer, body=body)
            attach(message, files)
            outbox.add(notifications.ticket_opened(ticket), *notifications.staff_about_message(message, is_new=True))
            queue.refresh([ticket.pk], today)
    return ticket


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
    seen: int | None = None,
) -> Message:
    """Add to the conversation; the same token again gives the first message.

    A customer's reply reopens a finished ticket. A public reply of staff is mailed to the customer, unless `sends_mail` is
    off. Raises `SomebodyWrote` when others have written after the message with the key `seen`; None asks for no such check.
    """
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update(of=("self",)).select_related("customer").get(pk=ticket.pk)
        if sent_before := Message.objects.filter(token=token, ticket=ticket, author=author).first():
            return sent_before
        _check_that_all_was_seen(ticket, author, seen)
        message = Message.objects.create(token=token, ticket=ticket, author=author, body=body, is_internal=is_internal)
        attach(message, files)
        if is_internal:
            return message
        if author == ticket.customer:
            _heard(ticket, message, today)
        else:
            _answered(ticket, message, sends_mail)
        queue.refresh([ticket.pk], today)
    return message


def saw(ticket: Ticket, by: "User") -> None:
    """Note that the customer looked at the ticket, at most once an hour."""
    recent = TicketEvent.objects.filter(ticket=ticket, kind=TicketEvent.Kind.VIEWED, at__gt=timezone.now() - HOUR)
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


def _check_that_all_was_seen(ticket: Ticket, author: "User", seen: int | None) -> None:
    if seen is None:
        return
    newer = ticket.messages.filter(pk__gt=seen).exclude(author=author).select_related("author")
    if newer:
        raise SomebodyWrote(list(newer))


def _heard(ticket: Ticket, message: Message, today: date) -> None:
    ticket.wrote_at = ticket.updated_at = message.created_at
    ticket.save(update_fields=["wrote_at", "updated_at"])
    if ticket.is_finished:
        triage.change([ticket.pk], by=message.author, today=today, status=Ticket.Status.OPEN)
    outbox.add(*notifications.staff_about_message(message))


def _answered(ticket: Ticket, message: Message, sends_mail: bool) -> None:
    ticket.answered_at = ticket.updated_at = message.created_at
    ticket.save(update_fields=["answered_at", "updated_at"])
    if sends_mail:
        message.ticket = ticket
        outbox.add(notifications.reply(message))
