"""The lines of a file of payments: what each says, and why it pays no invoice."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal_project.common import csv_files, normalize, parsing
from portal_project.common.csv_files import Columns, Line
from portal_project.common.parsing import quoted
from subscriptions.billing import payments
from subscriptions.models import Invoice
from subscriptions.models.invoice import label

# Banks write much beside these.
COLUMNS = Columns(("reference", "amount"), others=True)
# Longer runs of digits are account numbers and the like, and no number in the database.
LONGEST_NUMBER = 18


@dataclass(frozen=True)
class Payment:
    """One line: what stands in it, the number of the invoice and the amount, or the problem that it has by itself."""

    line: int
    reference: str = ""
    written_amount: str = ""
    number: int = 0
    amount: Decimal = Decimal(0)
    problem: str = ""


def read(content: bytes) -> list[Payment]:
    """The payments of a CSV with the columns `reference` and `amount`, in order. Raises `FileError`.

    A reference holds the number of one invoice, with any text around it.
    """
    return [_payment(line) for line in csv_files.read(content, COLUMNS)]


def _payment(line: Line) -> Payment:
    if line.problem:
        return Payment(line.number, problem=_("The line cannot be read: %(problem)s.") % {"problem": line.problem})
    reference, written = normalize.line(line.cells["reference"]), line.cells["amount"].strip()
    try:
        return Payment(line.number, reference, written, _number(reference), _amount(written))
    except ValueError as problem:
        return Payment(line.number, reference, written, problem=str(problem))


def _number(reference: str) -> int:
    numbers = {
        int(digits) for digits in re.findall("[0-9]+", normalize.digits(reference)) if len(digits) <= LONGEST_NUMBER
    }
    if len(numbers) != 1:
        raise ValueError(_("The reference should hold the number of one invoice."))
    return numbers.pop()


def _amount(written: str) -> Decimal:
    if not written:
        raise ValueError(_("The amount is missing; write it like 12.50."))
    try:
        return parsing.amount(written)
    except ValueError:
        message = _("%(cell)s is not an amount; write it like 12.50.")
        raise ValueError(message % {"cell": quoted(written)}) from None


def invoices(payments: Iterable[Payment]) -> QuerySet[Invoice]:
    """Those that the payments name, with no more than the rules ask for."""
    found = Invoice.objects.filter(
        number__among=sorted({payment.number for payment in payments if not payment.problem})
    )
    return found.order_by("pk").only("number", "amount", "currency", "status", "issued_on")


def refusal(payment: Payment, invoice: Invoice | None, received_on: date) -> str:
    """Why the payment cannot be recorded for the invoice of its number; empty where it can."""
    if payment.problem:
        return payment.problem
    if invoice is None:
        return _("There is no invoice %(number)s.") % {"number": label(payment.number)}
    verdict = payments.may_pay(invoice, received_on)
    if verdict and payment.amount != invoice.amount:
        return _("Invoice %(number)s is over %(total)s.") % {"number": invoice.label, "total": invoice.total}
    return verdict.reason
