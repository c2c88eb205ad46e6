"""All that is kept about a person, as an archive, for that person alone."""

import json
from datetime import date
from io import BytesIO
from urllib.parse import quote
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal_project.common.personal_data import TABLES
from portal_project.common.search import SearchTextField
from subscriptions.models import Invoice
from support.models import Attachment, CancellationRequest, Message, Ticket
from support.tickets.opening import open_ticket, reply
from tests.conftest import signed_in
from tests.factories import started
from tests.pages import confirm, hidden_inputs

PAGE = "/accounts/data/"
NOT_ABOUT_CUSTOMERS = {
    "accounts.Customer": "the same rows as the account",
    "accounts.Merchant": "the business",
    "admin.LogEntry": "acts of staff",
    "auth.Group": "roles of staff",
    "auth.Permission": "roles of staff",
    "contenttypes.ContentType": "Django's own",
    "django_q.Failure": "the worker's tasks",
    "django_q.OrmQ": "the worker's tasks",
    "django_q.Schedule": "the worker's tasks",
    "django_q.Success": "the worker's tasks",
    "django_q.Task": "the worker's tasks",
    "accounts.SavedView": "which lists staff keep",
    "exports.Export": "which lists staff took; a file goes after a week",
    "mail.MailServer": "the installation",
    "subscriptions.Figures": "sums over all customers",
    "subscriptions.InvoiceCounter": "the installation",
    "subscriptions.JobRun": "the installation",
    "subscriptions.BulkAct": "acts of staff",
    "subscriptions.BulkRow": "acts of staff; what was done stands in the history of the subscription",
    "subscriptions.PaymentFile": "a file of the merchant's bank; the payments stand on the invoices",
    "subscriptions.RefusedPayment": "lines of such a file that fit no invoice",
    "subscriptions.Snapshot": "sums over all customers",
    "support.ProviderCall": "how a provider was told; the wish stands on the service",
    "support.SavedReply": "texts of staff",
    "support.UnwantedFile": "paths that say nothing, until they are off the disk",
    "support.TicketPresence": "which of the staff has a ticket open, for two minutes",
    "support.TicketEvent": "how staff worked; what they decided stands on the request",
    "support.WindDownDefault": "settings",
    "support.WindDownStep": "how staff worked; what becomes of a service stands on the service",
}
OTHER_REASONS = {
    "account.EmailConfirmation": "codes that are on their way",
    "mail.OutgoingMail": "in the mailbox already; kept by address, which may have been somebody else's",
    "sessions.Session": "secrets of browsers",
}


@pytest.fixture
def hosting(alice, clock):
    clock(date(2026, 4, 5))
    return started(alice, date(2026, 3, 20))


def by_code(user):
    """Signed in as somebody without a password, who has nothing to prove themselves with once more."""
    user.set_unusable_password()
    user.save()
    return signed_in(user)


@pytest.fixture
def as_alice(alice):
    return by_code(alice)


def contents(response):
    assert response.status_code == 200
    return ZipFile(BytesIO(b"".join(response.streaming_content)))


def rows(zipped, name):
    return json.loads(zipped.read(f"{name}.json"))


def ticket_with_a_file(customer, body="See the file.", name="../house plan?.txt"):
    file = SimpleUploadedFile(name, "Küche".encode(), "text/plain")
    asked = {"kind": "general", "subject": "A question", "body": body, "subscription": None}
    return open_ticket(customer=customer, token=uuid4(), today=date(2026, 4, 5), files=[file], **asked)


def test_it_holds_what_one_has_and_wrote(as_alice, alice, hosting):
    confirm(as_alice, f"/subscriptions/{hosting.number}/cancel/", reason="other", message="Moving to \U0001f3dd, née Å")
    ticket_with_a_file(alice)
    zipped = contents(as_alice.post(PAGE))
    assert zipped.testzip() is None
    assert rows(zipped, "account")[0]["email"] == "alice@example.com"
    subscription = rows(zipped, "subscriptions")[0]
    assert (subscription["number"], subscription["plan_product_name"]) == (hosting.number, hosting.product.name)
    assert (subscription["amount"], subscription["started_on"]) == ("100.000", "2026-03-20")
    assert rows(zipped, "invoices")[0]["number"] == Invoice.objects.get().number
    assert rows(zipped, "requests_to_cancel")[0]["message"] == CancellationRequest.objects.get().message
    assert {each["kind"] for each in rows(zipped, "history")} >= {"started", "cancellation_scheduled"}
    file = rows(zipped, "files")[0]
    assert zipped.read(file["file"]).decode() == "Küche"
    assert file["file"] == f"files/{Attachment.objects.get().pk}-house_plan.txt"
    explained = zipped.read("read me.txt").decode()
    assert all(f"{table.name}.json" in explained for table in TABLES)


def test_it_is_named_for_the_person_and_the_day(as_alice, alice, hosting):
    response = as_alice.post(PAGE)
    assert response["Content-Disposition"] == f'attachment; filename="{alice.number} 2026-04-05.zip"'
    assert response["Content-Type"] == "application/zip"
    assert "no-store" in response["Cache-Control"]


def test_nothing_of_anybody_else_is_in_it(alice, bob, agent, hosting):
    ticket = ticket_with_a_file(alice, body="Only for Alice")
    reply(ticket, author=agent, body="Between us", token=uuid4(), today=date(2026, 4, 5), is_internal=True)
    of_bob = contents(by_code(bob).post(PAGE))
    assert [name for name in of_bob.namelist() if name.startswith("files/")] == []
    assert [table.name for table in TABLES if rows(of_bob, table.name)] == ["account", "sessions"]
    of_alice = contents(by_code(alice).post(PAGE))
    assert [message["body"] for message in rows(of_alice, "messages")] == ["Only for Alice"]


def test_a_note_of_staff_and_its_file_stay_out(as_alice, alice, agent, clock):
    clock(date(2026, 4, 5))
    ticket = ticket_with_a_file(alice)
    note = SimpleUploadedFile("note.txt", b"Careful", "text/plain")
    reply(ticket, author=agent, body="A note", token=uuid4(), today=date(2026, 4, 5), is_internal=True, files=[note])
    zipped = contents(as_alice.post(PAGE))
    assert len(rows(zipped, "messages")) == len(rows(zipped, "files")) == 1


def test_a_file_that_is_gone_spoils_nothing_else(as_alice, alice, clock):
    clock(date(2026, 4, 5))
    ticket_with_a_file(alice)
    default_storage.delete(Attachment.objects.get().file.name)
    zipped = contents(as_alice.post(PAGE))
    assert zipped.testzip() is None
    assert zipped.read(rows(zipped, "files")[0]["file"]) == b""
    assert rows(zipped, "messages")


def test_however_many_rows_it_asks_once_for_each_kind(as_alice, alice, hosting):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            contents(as_alice.post(PAGE))
        return len(captured)

    ticket = ticket_with_a_file(alice)
    # Before that it is noted that she is here.
    as_alice.get(PAGE)
    few = asked()
    Message.objects.bulk_create(Message(ticket=ticket, author=alice, body="More") for _ in range(50))
    assert asked() == few


def test_it_is_asked_for_by_who_has_just_shown_who_they_are(alice):
    alice.set_password("bicycle-in-the-rain")
    alice.save()
    client = signed_in(alice)
    for method in (client.get, client.post):
        assert method(PAGE).url == f"/accounts/reauthenticate/?next={quote(PAGE, safe='')}"
    client.post("/accounts/reauthenticate/", {"password": "bicycle-in-the-rain", "next": PAGE})
    page = client.get(PAGE)
    assert all(str(table.about) in page.content.decode() for table in TABLES)


def test_who_is_not_signed_in_signs_in_first(db):
    assert Client().post(PAGE).url == f"/accounts/login/?next={PAGE}"


def test_more_than_ten_within_an_hour_are_refused_in_words(as_alice):
    for _time in range(10):
        contents(as_alice.post(PAGE))
    refused = as_alice.post(PAGE)
    assert refused.status_code == 429
    assert "Please try again in 60 minutes." in refused.content.decode()


def test_every_model_is_in_it_or_has_a_reason_to_be_left_out():
    models = {each._meta.label: each for each in apps.get_models() if not each.__name__.startswith("Historical")}
    of_products = {label for label in models if label.startswith("products.")}
    told = {table.model._meta.label for table in TABLES}
    left_out = NOT_ABOUT_CUSTOMERS.keys() | OTHER_REASONS.keys() | of_products
    assert told | left_out == models.keys()
    assert told & left_out == set()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_is_in_it_or_has_a_reason_to_be_left_out(table):
    of_its_own = {table.model._meta.pk.name, table.person.partition("__")[0]}
    fields = {each.name for each in table.model._meta.concrete_fields if not isinstance(each, SearchTextField)}
    shown = {path.partition("__")[0] for path in table.columns} & fields
    assert fields - of_its_own == (shown | table.left_out.keys()) - of_its_own
    assert shown.isdisjoint(table.left_out)
    assert table.left_out.keys() <= fields


def test_it_leads_to_the_request_to_be_forgotten(as_alice, alice, hosting):
    assert 'href="/support/new/?type=forget"' in as_alice.get(PAGE).text
    form = as_alice.get("/support/new/", {"type": "forget"})
    assert '<option value="forget" selected>Delete my data</option>' in form.text
    typed = {"type": "forget", "subject": "Forget me", "body": "Please delete all of it.", "subscription": ""}
    as_alice.post("/support/new/", hidden_inputs(form) | typed)
    assert Ticket.objects.get().type == "forget"
    assert rows(contents(as_alice.post(PAGE)), "support_requests")[0]["type"] == "forget"


def test_staff_are_not_led_there(merchant):
    assert "/support/new/" not in by_code(merchant).get(PAGE).text
