"""Files of payments: all of a file is checked when it comes in; once it is confirmed, the worker records it in batches.

Whoever stops on the way, the next run goes on behind the last line that was written.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from time import monotonic
from typing import TYPE_CHECKING, Any

import structlog
from django.db import connection, transaction
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from portal_project.common import bulk, pacing, worker
from subscriptions.billing import payment_lines
from subscriptions.billing.payment_lines import Payment
from subscriptions.models import Invoice, PaymentFile, RefusedPayment
from subscriptions.rules.states import OK, Code, Verdict

if TYPE_CHECKING:
    from portal_project.accounts.models import User

log = structlog.get_logger(__name__)

# How long one run keeps the worker from what else is to do.
RUN_SECONDS = 10
CHECKED_AT_ONCE = 500
TASK = "subscriptions.billing.payment_files.record_confirmed"


def check(content: bytes, *, name: str, received_on: date, by: "User") -> PaymentFile:
    """Look at every line, and keep the file with what would be refused; nothing is recorded. Raises `FileError`."""
    payments = payment_lines.read(content)
    reasons = _refusals(payments, received_on)
    longest = PaymentFile._meta.get_field("name").max_length or 0
    file = PaymentFile(
        name=Truncator(name).chars(longest),
        received_on=received_on,
        content=content,
        lines=len(payments),
        refused=len(reasons),
        sent_by=by,
        sent_at=timezone.now(),
    )
    with transaction.atomic():
        file.save()
        _keep_refused(file, [payment for payment in payments if payment.line in reasons], reasons)
    return file


def _refusals(payments: Sequence[Payment], received_on: date) -> dict[int, str]:
    """By line, why it cannot be recorded."""
    reasons: dict[int, str] = {}
    lines: dict[int, int] = {}
    for first in range(0, len(payments), CHECKED_AT_ONCE):
        batch = payments[first : first + CHECKED_AT_ONCE]
        invoices = {invoice.number: invoice for invoice in payment_lines.invoices(batch)}
        for payment in batch:
            reason = payment_lines.refusal(payment, invoices.get(payment.number), received_on)
            if not reason and payment.number in lines:
                message = _("Invoice %(number)s is already paid by line %(line)d.")
                reason = message % {"number": invoices[payment.number].label, "line": lines[payment.number]}
            if reason:
                reasons[payment.line] = reason
            else:
                lines[payment.number] = payment.line
    return reasons


def _keep_refused(file: PaymentFile, payments: Sequence[Payment], reasons: dict[int, str]) -> None:
    bulk.insert(
        [
            RefusedPayment(
                file=file,
                line=payment.line,
                reference=_cut(payment.reference, "reference"),
                amount=_cut(payment.written_amount, "amount"),
                reason=_cut(reasons[payment.line], "reason"),
            )
            for payment in payments
        ]
    )


def _cut(text: str, name: str) -> str:
    """As much as the field takes, on one line."""
    field: Any = RefusedPayment._meta.get_field(name)
    longest = field.max_length
    return Truncator(" ".join(text[: 2 * longest].split())).chars(longest)


def may_confirm(file: PaymentFile) -> Verdict:
    """Whether it can be handed to the worker; `done` where it has been already."""
    if file.is_confirmed:
        return Verdict(Code.DONE, _("This file is confirmed already."))
    if not file.left:
        return Verdict(Code.NOT_NOW, _("No line of this file pays an invoice, so there is nothing to record."))
    return OK


def confirm(file: PaymentFile, *, by: "User") -> None:
    """Have the worker record the file. Twice, or by two people at once, it is confirmed once. Raises `NotAllowed`."""
    verdict = may_confirm(file)
    if verdict.code == Code.DONE:
        return
    verdict.enforce()
    waiting = PaymentFile.objects.filter(pk=file.pk, confirmed_at=None)
    with transaction.atomic():
        if waiting.update(confirmed_at=timezone.now(), confirmed_by=by):
            # Only to be quick: what is not woken is found by the schedule within a minute.
            transaction.on_commit(wake, robust=True)


def discard(file: PaymentFile) -> bool:
    """Forget a file that nobody has confirmed, and say whether it was one."""
    with transaction.atomic():
        unconfirmed = PaymentFile.objects.select_for_update().defer("content").filter(pk=file.pk, confirmed_at=None)
        return bool(unconfirmed and unconfirmed.delete())


def wake() -> None:
    worker.wake(TASK)


def record_confirmed() -> int:
    """Record what is confirmed, for some seconds, and return how many payments were. Safe to repeat and in parallel."""
    end, recorded = monotonic() + RUN_SECONDS, 0
    unfinished = PaymentFile.objects.filter(confirmed_at__isnull=False, finished_at=None)
    for key in list(unfinished.order_by("confirmed_at", "pk").values_list("pk", flat=True)):
        try:
            recorded += _record(key, end)
        except Exception as error:  # whatever is wrong with one file must not stop the others
            if not connection.is_usable():
                raise
            log.exception("payment file not recorded", file=key)
            unfinished.filter(pk=key).update(error=f"{type(error).__name__}: {error}")
    if unfinished.filter(error="").exists():
        wake()
    return recorded


def _record(key: int, end: float) -> int:
    """Record the file, or as much of it as there is time for, and return how many payments were."""
    file, recorded = PaymentFile.objects.get(pk=key), 0
    # Another worker may have been quicker.
    payments = [] if file.is_finished else payment_lines.read(bytes(file.content))
    while not file.is_finished and monotonic() < end:
        file, count = _record_batch(key, payments)
        recorded += count
        pacing.let_others_in()
    return recorded


@transaction.atomic
def _record_batch(key: int, payments: Sequence[Payment]) -> tuple[PaymentFile, int]:
    """Record what follows the file's last line; the file as it is then, and how many payments were recorded."""
    file = (
        PaymentFile.objects.select_for_update(of=("self",)).select_related("confirmed_by").defer("content").get(pk=key)
    )
    if file.is_finished:
        return file, 0
    first = bisect_right(payments, file.last_line, key=lambda payment: payment.line)
    batch = payments[first : first + pacing.batch_size()]
    known = file.refused_payments.filter(line__gt=file.last_line, line__lte=batch[-1].line)
    count = _pay(file, _without(batch, set(known.values_list("line", flat=True))))
    file.last_line, file.error = batch[-1].line, ""
    written = ["last_line", "error", "recorded", "refused"]
    if first + len(batch) == len(payments):
        file.finished_at, file.content = timezone.now(), b""
        written += ["finished_at", "content"]
    file.save(update_fields=written)
    return file, count


def _without(payments: Sequence[Payment], lines: set[int]) -> list[Payment]:
    return [payment for payment in payments if payment.line not in lines]


def _pay(file: PaymentFile, payments: Sequence[Payment]) -> int:
    """Settle the invoices that can be settled still, refuse the other payments, and return how many were recorded."""
    invoices = {invoice.number: invoice for invoice in payment_lines.invoices(payments).select_for_update()}
    now, paid, reasons = timezone.now(), [], {}
    for payment in payments:
        invoice = invoices.get(payment.number)
        reason = payment_lines.refusal(payment, invoice, file.received_on)
        if reason or invoice is None:
            reasons[payment.line] = reason
            continue
        invoice.status, invoice.paid_on = Invoice.Status.PAID, file.received_on
        invoice.payment_reference = payment.reference[:100]
        invoice.settled_by, invoice.settled_at, invoice.settled_in_bulk = file.confirmed_by, now, True
        paid.append(invoice)
    bulk.update(paid, ["status", "paid_on", "payment_reference", *Invoice.SETTLED])
    _keep_refused(file, [payment for payment in payments if payment.line in reasons], reasons)
    file.recorded += len(paid)
    file.refused += len(reasons)
    return len(paid)
