"""The files of lists, as a program reads them."""

import csv
from io import StringIO

LISTS = [
    "subscriptions.subscription",
    "subscriptions.invoice",
    "subscriptions.paymentfile",
    "subscriptions.bulkact",
    "accounts.customer",
    "accounts.user",
    "accounts.viewing",
    "support.ticket",
    "support.winddownstep",
    "support.cancellationrequest",
    "support.offer",
    "support.savedreply",
    "receipts.receipt",
    "mail.outgoingmail",
    "products.product",
    "products.plan",
    "products.cancellationreason",
    "exports.export",
]


def address(name):
    return f"/admin/csv/{name}/"


def download(client, name, **chosen):
    """The lines by column."""
    answer = client.get(address(name), chosen)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return read(b"".join(answer.streaming_content))


def read(content):
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
