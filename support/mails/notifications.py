"""The mails that support writes, to customers and to staff. Internal notes are in none of them."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localtime

from portal_project.mail.models import OutgoingMail
from portal_project.mail.outbox import mail_to
from products.models.cancellation_reason import fact as reason_fact
from subscriptions.lifecycle.notifications import bill_facts, context
from subscriptions.models import Channel
from subscriptions.preview.effect import BILLS, Bill, Effect
from subscriptions.preview.trial_run import upcoming
from subscriptions.rules.offers import offered
from support.models import CancellationRequest, Message, Offer, Ticket
from support.queue.staff import able

if TYPE_CHECKING:
    from portal_project.accounts.models import User

# A mail names as many bills; a long notice of a subscription billed by the day has hundreds.
MOST_BILLS = 12


def request_received(
    request: CancellationRequest, effect: Effect, today: date, *, by: "User", channel: Channel
) -> list[OutgoingMail]:
    """To staff, and to the customer for whom staff made the request, with its effect; its subscription is the one at hand."""
    subscription, ticket = request.subscription, request.ticket
    about = context(subscription) | _asked(request, today)
    bills = _bills(request, effect, today)
    still_billed = {
        "bills": [bill_facts(bill) for bill in bills[:MOST_BILLS]],
        "has_more_bills": len(bills) > MOST_BILLS,
        "beyond": [each.fact for each in effect.beyond],
    }
    for_staff = _of_ticket(ticket) | about | {"price": subscription.price_fact}
    to_customer = [_about_request(request, "received", about | still_billed)]
    tells_staff = channel != Channel.BULK
    return [
        *(to_customer if channel != Channel.PORTAL else []),
        # Of many at once, each colleague would get as many mails.
        *(_to_staff(ticket, f"request:{request.pk}", "support/staff_request", for_staff, by=by) if tells_staff else []),
    ]


def request_withdrawn(request: CancellationRequest, effect: Effect) -> OutgoingMail:
    """To the customer for whom staff have withdrawn it, with the effect."""
    return _about_request(request, "withdrawn", _goes_on(request, effect))


def request_kept(request: CancellationRequest, effect: Effect) -> OutgoingMail:
    """To the customer, with what staff recorded of their agreement, and its effect."""
    agreed = {"agreed_on": request.agreed_on, "agreement": request.agreement}
    return _about_request(request, "kept", _goes_on(request, effect) | agreed)


def offer_made(offer: Offer, ticket: Ticket, effect: Effect) -> OutgoingMail:
    """To the customer, with the effect of accepting what staff offer; its request's subscription is the one at hand."""
    subscription = offer.request.subscription
    # Those of a pause whose end the customer picks are not known yet.
    bills = () if offer.is_open_pause else (*effect.now, *effect.bills)
    facts = {
        "ticket": ticket.number,
        "offered": offered(offer),
        "message": offer.message,
        "ends_on": effect.scheduled_on,
        "bills": [bill_facts(bill) for bill in bills],
        "url": settings.PORTAL_URL + offer.get_absolute_url(),
    }
    return mail_to(
        subscription.customer,
        key=f"offer:{offer.pk}:made",
        thread=ticket.number,
        template="support/offer_made",
        context=context(subscription) | facts,
    )


def ticket_opened(ticket: Ticket) -> OutgoingMail:
    """To the customer, about the support request that they have just made."""
    return mail_to(
        ticket.customer,
        key=f"ticket:{ticket.pk}:opened",
        thread=ticket.number,
        template="support/ticket_opened",
        context=_to_customer(ticket),
    )


def reply_key(message: Message) -> str:
    """The outbox's key of the mail about a public reply of staff."""
    return f"message:{message.pk}:reply"


def reply(message: Message, files: list[str]) -> OutgoingMail:
    """To the customer, about a public reply of staff, with the names of its files."""
    ticket = message.ticket
    return mail_to(
        ticket.customer,
        key=reply_key(message),
        thread=ticket.number,
        template="support/reply",
        context=_to_customer(ticket) | _said(message, files),
    )


def staff_about_message(message: Message, files: list[str], *, is_new: bool = False) -> list[OutgoingMail]:
    """To staff, about what a customer wrote, with the names of its files; `is_new` when that made the ticket."""
    ticket = message.ticket
    facts = _of_ticket(ticket) | _said(message, files) | {"is_new": is_new, "type": Ticket.Type(ticket.type).label}
    return _to_staff(ticket, f"message:{message.pk}", "support/staff_message", facts, by=message.author)


def to_tell(ticket: Ticket, *, by: "User") -> "list[User]":
    """The staff to mail about the ticket: its assignee, or everybody who is able where it has none who still is.

    Never `by`, who did what the mail tells of, and nobody who has switched these mails off.
    """
    people = list(able())
    chosen = [person for person in people if person.pk == ticket.assignee_id] or people
    return [person for person in chosen if person.wants_status_mails and person != by]


def _about_request(request: CancellationRequest, what: str, facts: dict[str, Any]) -> OutgoingMail:
    ticket = request.ticket
    named = {"ticket": ticket.number, "ticket_url": settings.PORTAL_URL + ticket.get_absolute_url()}
    return mail_to(
        request.subscription.customer,
        key=f"request:{request.pk}:{what}",
        thread=ticket.number,
        template=f"support/request_{what}",
        context=facts | named,
    )


def _asked(request: CancellationRequest, today: date) -> dict[str, Any]:
    return {
        "requested_at": localtime(request.requested_at),
        "promised_on": request.promised_on,
        "ends_at_once": request.promised_on <= today,
        "why": request.why_facts or request.why_then,
        "reason": reason_fact(request.reason_label, request.reason_others),
        "message": request.message,
    }


def _bills(request: CancellationRequest, effect: Effect, today: date) -> Sequence[Bill]:
    """One more than a mail names, where there are as many; an effect names the first few alone."""
    has_more = len(effect.bills) == BILLS
    return upcoming(request.subscription, today, MOST_BILLS + 1) if has_more else effect.bills


def _goes_on(request: CancellationRequest, effect: Effect) -> dict[str, Any]:
    """What a request that is dropped leaves behind, with the first bill to come."""
    bills = [bill_facts(bill) for bill in effect.bills[:1]]
    return context(request.subscription) | {"promised_on": request.promised_on, "bills": bills, "lost": effect.lost}


def _to_customer(ticket: Ticket) -> dict[str, Any]:
    return {
        "name": ticket.customer.name,
        "ticket": ticket.number,
        "subject": ticket.titled,
        "url": settings.PORTAL_URL + ticket.get_absolute_url(),
    }


def _of_ticket(ticket: Ticket) -> dict[str, Any]:
    return {"ticket": ticket.number, "subject": ticket.titled, "customer": ticket.customer.get_full_name()}


def _said(message: Message, files: list[str]) -> dict[str, Any]:
    """Files are named alone: the portal asks who may have them, and a mailbox asks nobody."""
    return {"body": message.body, "body_language": message.language, "files": files}


def _to_staff(ticket: Ticket, about: str, template: str, facts: dict[str, Any], *, by: "User") -> list[OutgoingMail]:
    url = settings.PORTAL_URL + reverse("admin:support_ticket_change", args=[ticket.pk])
    return [
        mail_to(
            person,
            key=f"{about}:staff:{person.pk}",
            thread=ticket.number,
            template=template,
            context=facts | {"name": person.name, "url": url},
        )
        for person in to_tell(ticket, by=by)
    ]
