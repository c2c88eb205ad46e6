"""Settling invoices: staff record what was paid outside, or void what shall not be paid (`docs/design.md`, Invoices).

Nothing here collects money, and no rule of a subscription asks whether an invoice was settled.
"""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from subscriptions.models import Invoice
from subscriptions.rules import dates_in_words
from subscriptions.rules.states import OK, Code, Verdict

if TYPE_CHECKING:
    from portal_project.accounts.models import User


# Somebody may pay a year before the invoice is made; a day further back is a slip of the pen.
PAID_AHEAD = timedelta(days=366)


def may_settle(invoice: Invoice) -> Verdict:
    """Whether the invoice can still be paid or voided."""
    if invoice.status == Invoice.Status.OPEN:
        return OK
    if invoice.status == Invoice.Status.PAID:
        return Verdict(Code.NOT_NOW, _("Invoice %(number)s is already paid.") % {"number": invoice.label})
    return Verdict(Code.NOT_NOW, _("Invoice %(number)s is void.") % {"number": invoice.label})


def may_be_received(received_on: date, *, today: date) -> Verdict:
    """Whether that can be the day on which somebody paid."""
    if received_on <= today:
        return OK
    return Verdict(Code.NOT_NOW, _("A payment is recorded once it is received: today at the latest."))


def may_pay(invoice: Invoice, received_on: date) -> Verdict:
    """Whether a payment of that day can be one for the invoice: still open, and not issued long after."""
    verdict = may_settle(invoice)
    earliest = invoice.issued_on - PAID_AHEAD
    if not verdict or received_on >= earliest:
        return verdict
    reason = _(
        "Invoice %(number)s was issued on %(issued)s; its payment cannot have been received before %(earliest)s."
    )
    days = {"issued": dates_in_words.day(invoice.issued_on), "earliest": dates_in_words.day(earliest)}
    return Verdict(Code.NOT_NOW, reason % ({"number": invoice.label} | days))


def record(number: int, *, received_on: date, reference: str, by: "User") -> Invoice:
    """Mark an open invoice as paid. Raises `NotAllowed` where it cannot be, `Invoice.DoesNotExist` for none."""
    with transaction.atomic():
        invoice = _locked(number)
        may_pay(invoice, received_on).enforce()
        invoice.status, invoice.paid_on, invoice.payment_reference = Invoice.Status.PAID, received_on, reference
        _settle(invoice, by)
    return invoice


def void(number: int, *, by: "User") -> Invoice:
    """Void an open invoice; its days are not billed again. Raises as `record`."""
    with transaction.atomic():
        invoice = _locked(number)
        may_settle(invoice).enforce()
        invoice.status = Invoice.Status.VOID
        _settle(invoice, by)
    return invoice


def _locked(number: int) -> Invoice:
    return Invoice.objects.select_for_update().get(number=number)


def _settle(invoice: Invoice, by: "User") -> None:
    invoice.settled_by, invoice.settled_at = by, timezone.now()
    invoice.save(update_fields=["status", "paid_on", "payment_reference", "settled_by", "settled_at"])
