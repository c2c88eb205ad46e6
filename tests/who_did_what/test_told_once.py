"""What staff did by one click is told once on “Who did what”, however many rows it touched: a bulk act, a file, a request."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import connection

from portal_project.exports.models import Export
from subscriptions.billing import payment_files
from subscriptions.bulk import running
from subscriptions.models import BulkAct, Invoice, PaymentFile, Subscription
from support.models import CancellationRequest, Message, Ticket, TicketEvent
from tests.exports.reading import read
from tests.factories import started
from tests.pages import confirm
from tests.subscriptions.test_bulk_acts import ACTS, begin
from tests.subscriptions.test_payment_files import LIST as FILES
from tests.subscriptions.test_payment_files import send

PAGE = "/admin/who-did-what/"


@pytest.fixture
def hosting(alice, clock):
    """Begun today, 5 April, with one invoice, which is open."""
    clock(date(2026, 4, 5))
    return started(alice, date(2026, 4, 5), name="Hosting")


def lines(client):
    """What the page tells, sorted; its file tells the same, and the download itself."""
    told = [deed.what for deed in client.get(PAGE).context["page"].deeds]
    file = read(b"".join(client.get(PAGE, {"csv": "1"}).streaming_content))
    Export.objects.all().delete()
    assert [line["what"] for line in file if "download who did what" not in line["what"]] == told
    return sorted(told)


def done_in_bulk(client, kind, **typed):
    begin(client, kind, **typed)
    act = BulkAct.objects.get()
    client.post(f"{ACTS}{act.pk}/confirm/")
    running.go_on()
    act.refresh_from_db()
    return act


def asks_to_cancel(client, subscription, message=""):
    confirm(client, f"/subscriptions/{subscription.number}/cancel/", reason="too_expensive", message=message)
    return Ticket.objects.latest("pk")


def on(client, subscription, page, **typed):
    return confirm(client, f"/admin/subscriptions/subscription/{subscription.pk}/{page}/", **typed)


def test_a_bulk_act_that_ends_subscriptions_is_told_and_not_what_became_of_each(as_merchant, as_alice, hosting):
    ticket = asks_to_cancel(as_alice, hosting)
    act = done_in_bulk(as_merchant, "cancel_now")
    ticket.refresh_from_db()
    assert (act.done, ticket.status, Invoice.objects.filter(status="void").count()) == (1, "resolved", 1)
    assert CancellationRequest.objects.get().decision == "canceled_now"
    assert lines(as_merchant) == [
        "Bulk act “Cancel 1 subscription at once”: Begun",
        "Bulk act “Cancel 1 subscription at once”: Confirmed",
    ]


def test_a_bulk_act_that_asks_to_cancel_is_told_and_not_the_message_on_each_ticket(as_merchant, hosting):
    act = done_in_bulk(as_merchant, "request_cancellation", reason="other", message="The product ends.")
    assert (act.done, Message.objects.get().body) == (1, "The product ends.")
    assert lines(as_merchant) == [
        "Bulk act “Request the cancellation of 1 subscription”: Begun",
        "Bulk act “Request the cancellation of 1 subscription”: Confirmed",
    ]


def test_a_request_that_staff_write_down_is_told_once_and_an_answer_to_it_too(as_agent, as_merchant, hosting):
    on(as_agent, hosting, "request-cancellation", reason="other", message="By phone.")
    ticket, asked = Ticket.objects.get(), f"{Subscription.objects.get()}: Cancellation requested"
    assert Message.objects.get().body == "By phone."
    assert lines(as_merchant) == [asked]
    as_agent.post(f"/admin/support/ticket/{ticket.pk}/reply/", {"body": "All is well.", "token": uuid4()})
    assert lines(as_merchant) == [asked, f"{ticket.number}: Answered"]


def test_a_ticket_that_becomes_a_request_is_told_without_what_comes_with_it(as_agent, as_merchant, as_alice, hosting):
    confirm(as_alice, "/support/new/", type="general", subscription=hosting.number, subject="Leaving", body="End it.")
    ticket = Ticket.objects.get()
    Ticket.objects.update(status="resolved", act_by=None)
    turned = {"asked_on": "2026-04-05", "reason": "other", "message": "It ends."}
    confirm(as_agent, f"/admin/support/ticket/{ticket.pk}/turn-into-request/", **turned)
    assert (Message.objects.latest("pk").body, Ticket.objects.get().status) == ("It ends.", "open")
    assert lines(as_merchant) == [
        f"{hosting}: Cancellation requested",
        f"{ticket.number}: Made a cancellation request",
    ]


def test_a_decision_is_told_without_the_status_that_it_gives_the_ticket(as_agent, as_merchant, as_alice, hosting):
    ticket = asks_to_cancel(as_alice, hosting)
    on(as_agent, hosting, "withdraw")
    assert TicketEvent.objects.get(kind="status").new == "closed"
    assert lines(as_merchant) == [
        f"{hosting}: Cancellation withdrawn",
        f"{ticket.number}: Request decided as “Withdrawn”",
    ]


def test_payments_of_a_file_are_told_as_the_file_and_those_recorded_one_by_one_each(as_merchant, bob, hosting):
    started(bob, date(2026, 3, 20), name="Mail")
    first, second = Invoice.objects.order_by("number")
    send(as_merchant, f"reference;amount\n{first.label};100.00\n")
    file = PaymentFile.objects.get()
    as_merchant.post(f"{FILES}{file.pk}/confirm/")
    payment_files.record_confirmed()
    one = f"/admin/subscriptions/invoice/{second.pk}/record-payment/"
    confirm(as_merchant, one, received_on="2026-04-05", reference="")
    assert set(Invoice.objects.values_list("status", flat=True)) == {"paid"}
    assert lines(as_merchant) == [
        f"Invoice {second.label}: Payment recorded",
        "Payment file “bank.csv”: Confirmed",
        "Payment file “bank.csv”: Sent in",
    ]


def test_what_one_click_voids_is_told(as_agent, as_merchant, hosting):
    on(as_agent, hosting, "cancel-now")
    assert lines(as_merchant) == [f"Invoice {Invoice.objects.get(status='void').label}: Voided", f"{hosting}: Ended"]


def test_a_bulk_act_and_a_file_lead_to_their_pages(as_merchant, hosting):
    invoice = Invoice.objects.get()
    send(as_merchant, f"reference;amount\n{invoice.label};100.00\n")
    act = done_in_bulk(as_merchant, "pause")
    urls = {deed.url for deed in as_merchant.get(PAGE).context["page"].deeds}
    assert urls == {act.get_absolute_url(), PaymentFile.objects.get().get_absolute_url()}


SINCE = [
    (Invoice, "settled_in_bulk"),
    (CancellationRequest, "decided_in_bulk"),
    (Message, "is_request"),
    (TicketEvent, "is_consequence"),
]


@pytest.mark.parametrize(("model", "column"), SINCE)
def test_a_process_of_the_version_before_writes_rows_that_are_told(db, model, column):
    """It knows nothing of the column, so the database fills it."""
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, model._meta.db_table)
    [default] = [found.default for found in columns if found.name == column]
    assert default in ("false", "0")
