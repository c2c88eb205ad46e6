"""The demo's files of payments: one recorded yesterday, with lines that paid nothing, and one that waits for its confirmation."""

from datetime import date, datetime, timedelta

from portal_project.accounts.models import User
from subscriptions.billing import payment_files
from subscriptions.models import Invoice, PaymentFile

# How many payments each holds.
RECORDED, WAITING = 12, 7
# What comes in besides: no invoice's number, none that there is, and an amount that no portal can read.
ODD_LINES = ["Thank you!;25.00", "Invoice 090210;49.00", "Donation 2026-11;fifty"]


def add(began: datetime, today: date, merchant: User) -> None:
    """Pay some of the youngest open invoices. `began` is the instant when the loading began."""
    yesterday = began - timedelta(days=1)
    unpaid = Invoice.objects.filter(status=Invoice.Status.OPEN, due_on__gte=today, issued_on__lt=today)
    invoices = list(unpaid[: RECORDED + WAITING])
    file = _send("bank-transfers-1.csv", [*map(_line, invoices[:RECORDED]), *ODD_LINES], today, merchant)
    payment_files.confirm(file, by=merchant)
    payment_files.record_confirmed()
    PaymentFile.objects.filter(pk=file.pk).update(sent_at=yesterday, confirmed_at=yesterday, finished_at=yesterday)
    Invoice.objects.filter(settled_in_bulk=True).update(settled_at=yesterday)
    short = f"Invoice {invoices[0].label};1.00"
    waiting = _send("bank-transfers-2.csv", [*map(_line, invoices[RECORDED:]), short], today, merchant)
    PaymentFile.objects.filter(pk=waiting.pk).update(sent_at=began)


def _send(name: str, lines: list[str], today: date, merchant: User) -> PaymentFile:
    content = "\n".join(["reference;amount", *lines]).encode()
    return payment_files.check(content, name=name, received_on=today - timedelta(days=1), by=merchant)


def _line(invoice: Invoice) -> str:
    return f"Invoice {invoice.label};{invoice.amount.normalize():f}"
