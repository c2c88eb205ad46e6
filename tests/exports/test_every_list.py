"""Every list of the admin is to be had as a file, or it is said here why not; and each is read back, cell by cell."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import CharField, TextField
from django.utils import timezone

from portal_project.accounts.models import User
from portal_project.exports import lists
from portal_project.receipts.models import Receipt
from support.models import Ticket
from tests.conftest import signed_in
from tests.exports.reading import LISTS, download
from tests.factories import UserFactory

WITHOUT = {
    "accounts.merchant": "one row, and its page in the place of a list",
    "auth.group": "the roles, which `migrate` makes",
    "support.alternativeshowing": "no list of rows, but what comes of them",
    "django_q.failure": "the worker’s own",
    "django_q.ormq": "the worker’s own",
    "django_q.schedule": "the worker’s own",
    "django_q.success": "the worker’s own",
}

OF_ONE_PAGE = {"subscriptions.bulkrow": "the rows of one bulk act, whose page leads to their file"}


def test_every_list_of_the_admin_has_a_file_or_a_reason_why_not():
    pages = {model._meta.label_lower: page for model, page in admin.site._registry.items()}
    assert {name for name, page in pages.items() if getattr(page, "csv_columns", ())} == {*LISTS, *OF_ONE_PAGE}
    assert set(pages) == set(LISTS) | set(WITHOUT) | set(OF_ONE_PAGE)
    assert not set(LISTS) & set(WITHOUT)


@pytest.fixture
def as_boss(every_kind):
    boss = UserFactory(email="boss@example.com", name="Bo Boss", is_staff=True, is_superuser=True)
    boss.groups.set(Group.objects.all())
    User.objects.update(date_joined=timezone.now())
    return signed_in(boss)


def newest(world):
    """What stands in the first line of each file, for whoever may see all of them."""
    ticket, receipt, alice = Ticket.objects.get(), Receipt.objects.get(), world.customer
    customer = {"customer_number": alice.number, "customer": "Alice Ahn", "customer_email": "alice@example.com"}
    subscription = {"subscription": world.number}
    about = {"ticket": ticket.number} | subscription | customer
    noon = "2026-04-05 12:00:00"
    return {
        "subscriptions.subscription": {
            **subscription,
            "external_id": "",
            **customer,
            "product": "Hosting",
            "plan": "Monthly",
            "status": "active",
            "amount": "100.00",
            "currency": "EUR",
            "interval": "month",
            "interval_count": "1",
            "discount_percent": "0",
            "started_on": "2026-03-20",
            "billed_until": "2026-04-20",
            "paused_on": "",
            "resumes_on": "",
            "cancels_on": "2026-05-05",
            "canceled_on": "",
        },
        "subscriptions.invoice": {
            "invoice": "000001",
            **subscription,
            **customer,
            "covers_from": "2026-03-20",
            "covers_to": "2026-04-20",
            "amount": "100.00",
            "tax": "0.00",
            "tax_rate": "0.00",
            "currency": "EUR",
            "status": "open",
            "issued_on": "2026-03-20",
            "due_on": "2026-04-03",
            "paid_on": "",
            "payment_reference": "",
        },
        "subscriptions.paymentfile": {
            "file": "bank.csv",
            "received_on": "2026-04-04",
            "lines": "1",
            "recorded": "0",
            "refused": "0",
            "sent_by": "merchant@example.com",
            "sent_at": noon,
            "confirmed_at": "",
            "finished_at": "",
        },
        "subscriptions.bulkact": {
            "act": "pause",
            "status": "Nothing to do",
            "begun_by": "merchant@example.com",
            "begun_at": noon,
            "confirmed_by": "",
            "confirmed_at": "",
            "stopped_by": "",
            "stopped_at": "",
            "finished_at": "",
            "to_do": "0",
            "done": "0",
            "already": "0",
            "refused": "1",
            "changed": "0",
            "failed": "0",
        },
        "accounts.customer": {
            "number": alice.number,
            "external_id": "",
            "name": "Alice Ahn",
            "email": "alice@example.com",
            "phone": "",
            "company": "",
            "running_subscriptions": "1",
            "active": "yes",
            "since": noon,
        },
        "accounts.user": {
            "email": "boss@example.com",
            "name": "Bo Boss",
            "phone": "",
            "roles": "Merchants, Support",
            "superuser": "yes",
            "active": "yes",
            "since": noon,
            "last_sign_in": noon,
        },
        "accounts.viewing": {
            "staff": "Sam Support",
            "staff_email": "support@example.com",
            **customer,
            "begun_at": noon,
            "until": "2026-04-05 12:30:00",
        },
        "support.ticket": {
            "ticket": ticket.number,
            "type": "cancel",
            "subject": "Cancel Hosting",
            "status": "open",
            "priority": "Medium",
            "assignee": "",
            **customer,
            **subscription,
            "act_by": "2026-04-20",
            "created_at": noon,
            "customer_wrote_at": noon,
            "answered_at": noon,
            "changed_at": noon,
        },
        "support.winddownstep": {
            "step": "Switch auto-renew off",
            "service": "ahn.example",
            "service_kind": "domain",
            "reference": "K-17",
            **subscription,
            **customer,
            "product": "Hosting",
            "due_on": "2026-05-05",
            "can_be_undone": "yes",
            "point_of_no_return": "",
            "done_at": "",
            "done_by": "",
            "provider_error": "",
        },
        "support.cancellationrequest": {
            **about,
            "product": "Hosting",
            "plan": "Monthly",
            "reason": "Too expensive",
            "message": "Too dear",
            "requested_on": "2026-04-05",
            "promised_on": "2026-05-05",
            "notice_days": "30",
            "decision": "",
            "decided_at": "",
            "decided_by": "",
        },
        "support.offer": {
            "offer": "50 % off the next 3 invoices",
            "kind": "discount",
            **about,
            "made_by": "support@example.com",
            "made_at": noon,
            "outcome": "open",
            "closed_at": "",
            "closed_by": "",
        },
        "support.savedreply": {"title": "Hello", "text": "Good day\n\nSam"},
        "receipts.receipt": {
            "receipt": receipt.number,
            "kind": "cancellation_scheduled",
            "title": "Hosting: Cancellation requested",
            **about,
            "given_at": noon,
            "effective_on": "2026-05-05",
        },
        "mail.outgoingmail": {
            "recipient": "alice@example.com",
            "template": "support/offer_made",
            "about": ticket.number,
            "language": "en",
            "state": "pending",
            "attempts": "0",
            "created_at": noon,
            "sent_at": "",
            "error": "",
        },
        "products.product": {
            "product": "Hosting",
            "active": "yes",
            "tax_rate": "0.00",
            "plans": "1",
            "allow_pause": "yes",
            "allow_cancel": "yes",
            "allow_plan_change": "no",
            "cancellation_mode": "request",
            "notice_days": "30",
            "pause_starts": "at_once",
            "resume_rule": "keep",
            "longest_pause_days": "",
        },
        "products.plan": {
            "product": "Hosting",
            "plan": "Monthly",
            "amount": "100.00",
            "currency": "EUR",
            "interval": "month",
            "interval_count": "1",
            "trial_days": "0",
            "active": "yes",
            "open_to_change": "no",
        },
        "products.cancellationreason": {
            "reason": "I’d rather not say",
            "code": "not_said",
            "asks_for_words": "no",
            "active": "yes",
            "position": "5",
        },
        "exports.export": {
            "list": "downloads",
            "taken_by": "Bo Boss",
            "taken_by_email": "boss@example.com",
            "taken_at": noon,
            "filters": "",
            "rows": "0",
            "state": "at_once",
            "finished_at": "",
            "link_works_until": "",
            "last_fetched_at": "",
            "error": "",
        },
    }


@pytest.mark.parametrize("name", LISTS)
def test_a_file_says_all_of_a_row_as_the_database_has_it(every_kind, as_boss, name):
    [line] = download(as_boss, name)[:1]
    assert line == newest(every_kind)[name]


# What a spreadsheet would take for a formula, what separates cells and lines, what nobody sees, and a very long text.
ODD = [
    "=1+1",
    "+1",
    "-1",
    "@A1",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    '"a";b,c\rd\ne\r\n',
    "\u200b=\u202e\ufeff٣",
    # No form takes it, but SQLite keeps it.
    "x\0y",
    "x" * 100_000,
]


@pytest.mark.skipif(connection.vendor == "postgresql", reason="it keeps to the length of its columns")
@pytest.mark.parametrize("name", LISTS)
def test_no_text_of_somebody_elses_becomes_a_formula_and_none_is_lost(every_kind, as_boss, name):
    columns = list(texts(lists.find(name)))
    assert columns
    for text in ODD:
        written = {column: f"{text}{number}" for number, (column, _row, _field) in enumerate(columns)}
        with connection.cursor() as cursor:
            for column, row, field in columns:
                # Past what our own fields make of a text.
                statement = f"UPDATE {row._meta.db_table} SET {field.column} = %s WHERE id = %s"
                cursor.execute(statement, [written[column], row.pk])
        cells = {name: cell if cell[0] in '"\u200bx' else f"'{cell}" for name, cell in written.items()}
        assert any(cells.items() <= line.items() for line in download(as_boss, name)), (text[:20], written)


def texts(page):
    """The columns of the newest row that hold what somebody typed: with the row that has it, and its field."""
    newest = page.csv_rows("", User.objects.get(email="boss@example.com")).order_by("-pk")[0]
    for column, path in page.csv_columns:
        row, (*way, last) = newest, path.split(".") if isinstance(path, str) else ["pk"]
        for name in way:
            row = row and getattr(row, name)
        field = row and {each.name: each for each in row._meta.fields}.get(last)
        if isinstance(field, CharField | TextField) and not field.choices and column not in ("currency",):
            yield column, row, field
