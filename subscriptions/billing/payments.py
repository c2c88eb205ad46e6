"""Settling invoices: staff record what was paid outside, or void what shall not be paid (`docs/design.md`, Invoices).

Nothing here collects money, and no rule of a subscription asks whether an invoice was settled.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from io import StringIO
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from subscriptions.models import Invoice
from subscriptions.rules.states import OK, Code, NotAllowed, Verdict

if TYPE_CHECKING:
    from portal_project.accounts.models import User


def may_settle(invoice: Invoice) -> Verdict:
    """Whether the invoice can still be paid or voided."""
    if invoice.status == Invoice.Status.OPEN:
        return OK
    if invoice.status == Invoice.Status.PAID:
        return Verdict(Code.NOT_NOW, _("Invoice %(number)s is already paid.") % {"number": invoice.label})
    return Verdict(Code.NOT_NOW, _("Invoice %(number)s is void.") % {"number": invoice.label})


def record(number: int, *, received_on: date, reference: str, by: "User") -> Invoice:
    """Mark an open invoice as paid. Raises `NotAllowed` for one that is settled, `Invoice.DoesNotExist` for none."""
    with transaction.atomic():
        invoice = _locked(number)
        invoice.status, invoice.paid_on, invoice.payment_reference = Invoice.Status.PAID, received_on, reference
        _settle(invoice, by)
    return invoice


def void(number: int, *, by: "User") -> Invoice:
    """Void an open invoice; its days are not billed again. Raises as `record`."""
    with transaction.atomic():
        invoice = _locked(number)
        invoice.status = Invoice.Status.VOID
        _settle(invoice, by)
    return invoice


def _locked(number: int) -> Invoice:
    invoice = Invoice.objects.select_for_update().get(number=number)
    may_settle(invoice).enforce()
    return invoice


def _settle(invoice: Invoice, by: "User") -> None:
    invoice.settled_by, invoice.settled_at = by, timezone.now()
    invoice.save(update_fields=["status", "paid_on", "payment_reference", "settled_by", "settled_at"])


@dataclass(frozen=True)
class Outcome:
    """What became of one line of a file of payments: `problem` is empty when it was recorded."""

    line: int
    reference: str
    amount: str
    problem: str = ""


class FileProblem(Exception):
    """The file as a whole cannot be read; the text says why, for the person who sent it."""


def record_file(content: bytes, *, received_on: date, by: "User") -> list[Outcome]:
    """Record a CSV with the columns `reference` and `amount`, and say what became of each line.

    A reference holds the number of an invoice, with any text around it; the amount has to be the invoice's. Raises
    `FileProblem` when the columns are not there. The same file again records nothing twice.
    """
    return [_record_line(line, row, received_on, by) for line, row in _rows(content)]


def _rows(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileProblem(_("The file is not UTF-8 text. Save it as CSV UTF-8.")) from error
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.DictReader(StringIO(text), delimiter=delimiter)
    names = {(name or "").strip().lower(): name for name in reader.fieldnames or []}
    if not {"reference", "amount"} <= set(names):
        raise FileProblem(_("The first line should name the columns reference and amount."))
    for row in reader:
        yield reader.line_num, {wanted: (row[names[wanted]] or "").strip() for wanted in ("reference", "amount")}


def _record_line(line: int, row: dict[str, str], received_on: date, by: "User") -> Outcome:
    problem = ""
    try:
        _pay(row["reference"], _amount(row["amount"]), received_on, by)
    except NotAllowed as refusal:
        problem = refusal.verdict.reason
    return Outcome(line, row["reference"], row["amount"], problem)


def _pay(reference: str, amount: Decimal, received_on: date, by: "User") -> None:
    number = _number(reference)
    invoice = Invoice.objects.filter(number=number).first()
    if invoice is None:
        raise NotAllowed(Verdict(Code.NOT_NOW, _("There is no invoice %(number)s.") % {"number": f"{number:06d}"}))
    may_settle(invoice).enforce()
    if amount != invoice.amount:
        reason = _("Invoice %(number)s is over %(total)s.") % {"number": invoice.label, "total": invoice.total}
        raise NotAllowed(Verdict(Code.NOT_NOW, reason))
    record(number, received_on=received_on, reference=reference[:100], by=by)


def _number(reference: str) -> int:
    found: Iterable[str] = re.findall(r"\d+", reference)
    candidates = {int(digits) for digits in found if len(digits) <= 18}
    if len(candidates) != 1:
        raise NotAllowed(Verdict(Code.NOT_NOW, _("The reference should hold the number of one invoice.")))
    return candidates.pop()


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise NotAllowed(
            Verdict(Code.NOT_NOW, _("“%(text)s” is not an amount; write it like 12.50.") % {"text": text})
        ) from None
