"""The mails that support writes to customers."""

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime

from portal_project.mail.models import OutgoingMail
from subscriptions.notifications import context
from subscriptions.wording import day
from support.models import CancellationRequest, Message


def request_received(request: CancellationRequest) -> OutgoingMail:
    return _about_request(request, "received")


def request_withdrawn(request: CancellationRequest) -> OutgoingMail:
    return _about_request(request, "withdrawn")


def reply(message: Message) -> OutgoingMail:
    """To the customer, about a public reply of staff."""
    ticket = message.ticket
    return OutgoingMail(
        key=f"message:{message.pk}:reply",
        thread=ticket.number,
        recipient=ticket.customer.email,
        template="support/reply",
        context={
            "name": ticket.customer.get_short_name(),
            "number": ticket.number,
            "subject": ticket.subject,
            "body": message.body,
            "url": settings.PORTAL_URL + ticket.get_absolute_url(),
        },
    )


def _about_request(request: CancellationRequest, what: str) -> OutgoingMail:
    subscription = request.subscription
    return OutgoingMail(
        key=f"request:{request.pk}:{what}",
        thread=request.ticket.number,
        recipient=subscription.customer.email,
        template=f"support/request_{what}",
        context=context(subscription)
        | {
            "ticket": request.ticket.number,
            "ticket_url": settings.PORTAL_URL + request.ticket.get_absolute_url(),
            "requested_at": date_format(localtime(request.requested_at), "DATETIME_FORMAT"),
            "promised_on": day(request.promised_on),
            "ends_at_once": request.promised_on <= request.requested_on,
            "why": request.why,
            "reason": str(request.get_reason_display()),
            "message": request.message,
        },
    )
