"""Giving a receipt: its row and its mail, in the transaction of what it is about."""

from typing import Any

from django.conf import settings

from portal_project.common import numbers
from portal_project.mail import outbox
from portal_project.mail.models import OutgoingMail
from portal_project.receipts.models import Receipt
from portal_project.receipts.words import given_in_words


def give(receipt: Receipt) -> Receipt:
    """Save it under a number that is free, and mail it. What people do themselves is mailed whatever mails they want."""
    numbers.draw_free(Receipt.objects, [receipt], numbers.RECEIPT)
    receipt.save()
    outbox.add(
        OutgoingMail(
            key=mail_key(receipt),
            thread=receipt.ticket or receipt.subscription,
            recipient=receipt.person.email,
            template="receipts/receipt",
            context=mail_context(receipt),
            language=receipt.language,
        )
    )
    return receipt


def mail_key(receipt: Receipt) -> str:
    return f"receipt:{receipt.pk}"


def mail_context(receipt: Receipt) -> dict[str, Any]:
    return {
        "name": receipt.person.name,
        "number": receipt.number,
        "given": given_in_words(receipt),
        "title": receipt.title,
        "summary": receipt.summary,
        "facts": receipt.facts,
        "points": receipt.points,
        "bills_heading": receipt.bills_heading,
        "bills": receipt.bills,
        "bills_note": receipt.bills_note,
        "ticket": receipt.ticket,
        "is_about_account": not receipt.subscription,
        "url": settings.PORTAL_URL + receipt.get_absolute_url(),
    }
