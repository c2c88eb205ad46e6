"""Placeholders in saved replies, such as {customer_name}: which there are, and what they stand for on a ticket."""

import re
from datetime import date
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from portal_project.accounts import languages
from portal_project.accounts.models import Merchant
from subscriptions.billing.catch_up import as_of
from subscriptions.rules.dates_in_words import day
from support.models import SavedReply, Ticket

if TYPE_CHECKING:
    from portal_project.accounts.models import User

PLACEHOLDERS: dict[str, str | Promise] = {
    "customer_name": _("the customer’s name"),
    "product": _("the product that the ticket is about"),
    "subscription": _("the number of the subscription"),
    "end_date": _("the day on which the subscription ends, or has ended"),
    "ticket": _("the number of the ticket"),
    "merchant": _("the name of your business"),
    "agent": _("your own name"),
}
IN_BRACES = re.compile(r"\{([^{}\n]*)\}")


def unknown(text: str) -> list[str]:
    """What stands in braces in the text and is no placeholder."""
    return [name for name in IN_BRACES.findall(text) if name not in PLACEHOLDERS]


def unfilled(text: str) -> list[str]:
    """The placeholders that are left in the text, as they stand there."""
    return [f"{{{name}}}" for name in IN_BRACES.findall(text) if name in PLACEHOLDERS]


def for_customer(saved: SavedReply, ticket: Ticket, *, agent: "User", today: date) -> str:
    """Its text in the language of the ticket's customer, or else the first one; what is filled in is in the same language."""
    with languages.writing_to(ticket.customer):
        text = saved.shown_body
    with override(text.language):
        return filled(text, ticket, agent=agent, today=today)


def filled(text: str, ticket: Ticket, *, agent: "User", today: date) -> str:
    """The text for this ticket; a placeholder that has no value here stays as it is."""
    values = _values(ticket, agent, today)
    return IN_BRACES.sub(lambda found: values.get(found[1]) or found[0], text)


def _values(ticket: Ticket, agent: "User", today: date) -> dict[str, str]:
    values = {
        "customer_name": ticket.customer.name,
        "ticket": ticket.number,
        "merchant": Merchant.load().name,
        "agent": agent.get_full_name(),
    }
    if ticket.subscription:
        current = as_of(ticket.subscription, today)
        values |= {
            "product": current.product.shown_name,
            "subscription": current.number,
            "end_date": day(current.canceled_on or current.cancels_on),
        }
    return values
