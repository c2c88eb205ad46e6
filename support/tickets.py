"""Opening tickets and answering them."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from portal_project.mail import outbox
from subscriptions.models import Subscription
from support import notifications
from support.models import Message, Ticket

if TYPE_CHECKING:
    from portal_project.accounts.models import User


def open_ticket(
    *, customer: "User", kind: str, subject: str, body: str, subscription: Subscription | None, token: UUID
) -> Ticket:
    """A new ticket with its first message; the same token again gives the first one."""
    with transaction.atomic():
        ticket, created = Ticket.objects.get_or_create(
            token=token,
            customer=customer,
            defaults={"type": kind, "subject": subject, "subscription": subscription},
        )
        if created:
            Message.objects.create(ticket=ticket, author=customer, body=body)
    return ticket


def reply(ticket: Ticket, *, author: "User", body: str, token: UUID, is_internal: bool = False) -> Message:
    """Add to the conversation; the same token again gives the first message.

    A customer's reply reopens a finished ticket. A public reply of staff is mailed to the customer.
    """
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update(of=("self",)).select_related("customer").get(pk=ticket.pk)
        message, created = Message.objects.get_or_create(
            token=token,
            ticket=ticket,
            author=author,
            defaults={"body": body, "is_internal": is_internal},
        )
        if not created:
            return message
        if is_internal:
            return message
        if author == ticket.customer and ticket.is_finished:
            ticket.status = Ticket.Status.OPEN
        ticket.updated_at = timezone.now()
        ticket.save(update_fields=["status", "updated_at"])
        if author != ticket.customer:
            message.ticket = ticket
            outbox.add(notifications.reply(message))
    return message
