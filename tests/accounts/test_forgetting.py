"""Staff forget a customer: what stands in the way, what goes, what stays and why, once and for good."""

import re
from datetime import date
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal_project.accounts.models import AddressChange, InvoicedParty, SavedView, User
from portal_project.common.personal_data import ERASERS, TABLES, Kept
from portal_project.common.search import SearchTextField
from portal_project.exports.models import Export
from portal_project.mail import tasks
from portal_project.mail.models import OutgoingMail
from subscriptions.billing import payments
from subscriptions.models import BulkAct, Invoice, LinkedService, Subscription
from support.models import Attachment, CancellationRequest, Message, Offer, Ticket, UnwantedFile, WindDownStep
from support.tickets.forgetting import delete_unwanted_files
from support.tickets.opening import open_ticket, reply
from support.wind_down.marking import mark
from tests.accounts.test_own_data import NOT_ABOUT_CUSTOMERS, OTHER_REASONS
from tests.conftest import signed_in
from tests.factories import PlanFactory, ProductFactory, started
from tests.pages import confirm, hidden_inputs
from tests.support.test_races import at_once

TODAY = date(2026, 5, 4)
# Stands in whatever somebody wrote or was called.
MARK = "zanzibar"
PASSWORD = "Zanzibar-by-night"
NOT_IN_A_TABLE = {
    "account.EmailConfirmation": "goes with its address",
    "accounts.Customer": "the same rows as the account",
    "admin.LogEntry": "what it calls the rows is written over",
    "accounts.SavedView": "of staff; goes where it searches for them",
    "exports.Export": "of staff, without searches for them; a file goes after a week",
    "mail.OutgoingMail": "goes, by address, ticket and subscription",
    "sessions.Session": "goes, by what is noted of where somebody is signed in",
    "support.ProviderCall": "goes with its service",
    "support.TicketEvent": "looks of the customer go; how staff worked stays, without what anybody wrote",
    "support.TicketPresence": "of staff; goes with the next run of the job",
    "support.UnwantedFile": "goes once its file is off the disk",
    "support.WindDownStep": "goes with its service",
    # What stays as it is.
    "subscriptions.Figures": "sums over all customers",
    "subscriptions.Snapshot": "sums over all customers",
    "subscriptions.BulkAct": "acts of staff, without searches for them",
    "subscriptions.BulkRow": "by numbers of subscriptions alone",
    "subscriptions.PaymentFile": "of the merchant's bank; empty once it is recorded",
    "subscriptions.RefusedPayment": "of the merchant's bank; says of nobody here that it is theirs",
    "support.SavedReply": "written for everybody",
    "support.WindDownDefault": "settings",
}
OF_NOBODY = {"subscriptions.InvoiceCounter", "subscriptions.JobRun"}
INSTALLATION = ("auth.", "contenttypes.", "django_q.", "products.", "accounts.Merchant", "mail.MailServer")


@pytest.fixture
def zoe(db):
    return User.objects.create_user(
        "zoe@zanzibar.example", PASSWORD, name="Zoë Zanzibar", phone="+31 30 123 4567", external_id=MARK
    )


@pytest.fixture
def left(zoe, agent, merchant, clock):
    """Her ended and paid subscription, with a row of every kind behind it, and her request to be forgotten."""
    clock(date(2026, 3, 20))
    EmailAddress.objects.create(user=zoe, email=zoe.email, verified=True, primary=True)
    now = timezone.now()
    changed = {"old_email": "zoe@old-zanzibar.example", "new_email": zoe.email, "changed_at": now, "undo_until": now}
    AddressChange.objects.create(user=zoe, asked_at=now, **changed)
    OutgoingMail.objects.create(key="old", recipient=changed["old_email"], template="ready_made")
    InvoicedParty.objects.create(user=zoe, company="Zanzibar B.V.", invoice_email="books@zanzibar.example")
    subscription = started(zoe, date(2026, 3, 20), PlanFactory(product=ProductFactory(notice_days=0)))
    LinkedService.objects.create(subscription=subscription, name="zanzibar.example")
    client, files = signed_in(zoe), [SimpleUploadedFile("zanzibar.txt", b"Zanzibar")]
    confirm(client, f"/subscriptions/{subscription.number}/cancel/", reason="other", message="To Zanzibar.")
    ticket = Ticket.objects.get()
    for by, more in ((zoe, {"files": files}), (agent, {}), (agent, {"is_internal": True})):
        reply(ticket, author=by, body="About Zanzibar", token=uuid4(), today=date(2026, 3, 20), **more)
    client.get(ticket.get_absolute_url())
    offer = {"kind": "discount", "percent": 10, "invoices": 1, "message": "Stay off Zanzibar"}
    Offer.objects.create(request=ticket.cancellation_request, made_by=agent, **offer)
    payments.record(Invoice.objects.get().number, received_on=date(2026, 3, 20), reference="Z", by=merchant)
    clock(date(2026, 4, 20))
    call_command("apply_due")
    mark(list(WindDownStep.objects.values_list("pk", flat=True)), is_done=True, by=agent, today=date(2026, 4, 20))
    about = ContentType.objects.get_for_model(User)
    LogEntry.objects.create(
        user=merchant,
        content_type=about,
        object_id=zoe.pk,
        object_repr=str(zoe),
        action_flag=CHANGE,
        change_message=MARK,
    )
    taken = {"query": "q=zanzibar", "filters": "Search: “zanzibar”", "taken_by": agent, "state": "at_once"}
    Export.objects.create(list="accounts.customer", **taken)
    SavedView.objects.create(owner=agent, list="support.ticket", name="Zanzibar", query="q=zanzibar")
    searched = {"query": "q=zanzibar", "counted_on": date(2026, 4, 20), "began_at": now, "began_by": merchant}
    BulkAct.objects.create(kind="pause", token=uuid4(), **searched)
    asked = {"kind": "forget", "subject": "Forget Zanzibar", "body": "All of Zanzibar.", "subscription": None}
    open_ticket(customer=zoe, token=uuid4(), today=date(2026, 4, 20), **asked)
    clock(TODAY)
    call_command("apply_due")
    assert OutgoingMail.objects.filter(template="support/digest", context__icontains=MARK).exists()
    return subscription


def page(user):
    return f"/admin/accounts/user/{user.pk}/forget/"


def still_named():
    """In which columns of the whole database the mark stands."""
    found = set()
    for model in apps.get_models():
        for row in model._default_manager.values():
            found |= {f"{model._meta.label}.{name}" for name, value in row.items() if MARK in str(value).lower()}
    return found


def test_nothing_says_who_it_was_but_the_invoices(zoe, left, as_merchant, merchant, django_capture_on_commit_callbacks):
    path, number = Attachment.objects.get().file.name, zoe.number
    client = signed_in(zoe)
    assert client.get("/").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        answer = as_merchant.post(page(zoe), follow=True)
    assert f"Customer {number} is forgotten." in answer.text
    assert still_named() == {"subscriptions.Invoice.buyer", "mail.OutgoingMail.recipient", "mail.OutgoingMail.context"}
    tasks.send_pending()
    assert still_named() == {"subscriptions.Invoice.buyer"}
    assert not default_storage.exists(path)
    assert not UnwantedFile.objects.exists()
    zoe.refresh_from_db()
    assert (zoe.name, zoe.phone, zoe.is_active) == (f"Forgotten customer {number}", "", False)
    assert re.fullmatch(r"[0-9a-f]{16}@forgotten\.invalid", zoe.email)
    assert not zoe.has_usable_password()
    assert (zoe.forgotten_at.date(), zoe.forgotten_by) == (TODAY, merchant)
    assert client.get("/").status_code == 302
    assert not any(session.get_decoded().get("_auth_user_id") == str(zoe.pk) for session in Session.objects.all())


def test_what_is_counted_stays(zoe, left, as_merchant):
    as_merchant.post(page(zoe))
    request = CancellationRequest.objects.get()
    assert (request.reason_label, request.decision, request.message) == ("Other", "ended", "")
    assert (Offer.objects.get().state, Offer.objects.get().message) == ("lapsed", "")
    assert {event.kind for event in left.events.all()} >= {"started", "canceled"}
    assert [(ticket.type, ticket.status, ticket.subject) for ticket in Ticket.objects.order_by("pk")] == [
        ("cancel", "resolved", "Deleted"),
        ("forget", "resolved", "Deleted"),
    ]
    assert not Message.objects.exists()


def test_one_last_mail_tells_them_and_goes_itself(zoe, left, as_merchant):
    as_merchant.post(page(zoe))
    tasks.send_pending()
    (last,) = [sent for sent in mail.outbox if sent.subject == "Your data is deleted"]
    assert last.to == ["zoe@zanzibar.example"]
    assert last.body.startswith("Hello Zoë Zanzibar,\n\n")
    assert f"has deleted what was kept about you. Your account {zoe.number} is closed" in last.body
    assert "Invoices stay for as long as the law asks" in last.body
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize(
    ("day", "written"), [(4, {"template": "none", "attempts": 7}), (12, {})], ids=["failed", "expired"]
)
def test_nothing_of_the_last_mail_stays_where_it_does_not_arrive(zoe, left, as_merchant, clock, day, written):
    as_merchant.post(page(zoe))
    clock(date(2026, 5, day))
    OutgoingMail.objects.update(**{"attempts": 0} | written)
    tasks.send_pending()
    assert not OutgoingMail.objects.exists()
    assert [sent for sent in mail.outbox if sent.subject == "Your data is deleted"] == []


def test_the_page_says_what_goes_what_stays_and_why(zoe, left, as_merchant):
    told = as_merchant.get(page(zoe)).text
    assert "Nothing has happened yet." in told
    assert "Tax law asks to keep them unchanged for years." in told
    decided = [table.once_forgotten for table in TABLES]
    for each in (*decided, *ERASERS):
        assert f"<li>{each.goes}</li>" in told or not each.goes
        assert not isinstance(each, Kept) or f"<li>{each.what} <small>{each.why}</small></li>" in told
    assert "This stands in the way" not in told
    zoe.refresh_from_db()
    assert zoe.forgotten_at is None


def test_what_stands_in_the_way_is_said_and_refused(alice, as_merchant, as_alice, clock):
    clock(date(2026, 4, 5))
    subscription = started(alice, date(2026, 3, 20))
    confirm(as_alice, "/support/new/", type="general", subscription="", subject="A question", body="How?")
    ticket, invoice = Ticket.objects.get(), Invoice.objects.get()
    for answer, status in ((as_merchant.get(page(alice)), 200), (as_merchant.post(page(alice)), 409)):
        assert answer.status_code == status
        assert f"Subscription {subscription.number} has not ended." in answer.text
        assert f"Invoice {invoice.label} over €100.00 is open: record its payment, or void it." in answer.text
        assert f"Ticket {ticket.number} is not finished." in answer.text
        assert 'class="pa-button pa-danger"' not in answer.text
    alice.refresh_from_db()
    assert (alice.name, alice.forgotten_at) == ("Alice Ahn", None)


def test_a_step_of_the_wind_down_stands_in_the_way(zoe, left, as_merchant):
    WindDownStep.objects.update(done_at=None, done_by=None)
    assert "A step of the wind-down is not done: " in as_merchant.post(page(zoe)).text
    assert LinkedService.objects.exists()


def test_who_may(alice, agent, merchant, as_agent, as_merchant, as_alice):
    assert as_agent.get(page(alice)).status_code == as_agent.post(page(alice)).status_code == 403
    assert as_alice.post(page(alice), follow=True).status_code == 403
    assert "Forget this customer" not in as_agent.get(f"/admin/accounts/user/{alice.pk}/change/").text
    assert f'href="{page(alice)}"' in as_merchant.get(f"/admin/accounts/user/{alice.pk}/change/").text
    assert "This is an account of staff." in as_merchant.post(page(agent)).text
    assert as_merchant.get("/admin/accounts/user/0/forget/").status_code == 404
    assert not User.objects.exclude(forgotten_at=None).exists()


def test_a_request_to_be_forgotten_leads_there(zoe, left, as_merchant, as_agent):
    request = Ticket.objects.get(type="forget")
    address = f"/admin/support/ticket/{request.pk}/change/"
    assert f'href="{page(zoe)}"' in as_merchant.get(address).text
    assert page(zoe) not in as_agent.get(address).text
    as_merchant.post(page(zoe))
    told = as_merchant.get(address).text
    assert f"Forgotten customer {zoe.number}" in told
    assert page(zoe) not in told
    assert 'name="body"' not in told


def test_nobody_writes_to_them_starts_anything_or_changes_them_any_more(zoe, left, as_merchant, merchant):
    as_merchant.post(page(zoe))
    ticket = Ticket.objects.get(type="forget")
    answer = {"token": uuid4(), "body": "Hello?", "is_internal": "", "sends_mail": "on"}
    assert as_merchant.post(f"/admin/support/ticket/{ticket.pk}/reply/", answer).status_code == 403
    start = {"customer": zoe.pk, "plan": left.plan_id, "token": uuid4()}
    assert "This customer is forgotten." in as_merchant.post("/admin/subscriptions/subscription/add/", start).text
    change = f"/admin/accounts/user/{zoe.pk}/change/"
    assert "This customer was forgotten on 4 May 2026, 12:00 by Mia Merchant" in as_merchant.get(change).text
    assert as_merchant.post(change, {"email": "zoe@example.com", "name": "Zoë", "is_active": "on"}).status_code == 403
    assert not Message.objects.exists()


def test_lists_and_searches_know_a_number_alone(zoe, left, as_merchant):
    as_merchant.post(page(zoe))
    for address in ("accounts/customer", "subscriptions/subscription", "subscriptions/invoice", "support/ticket"):
        found = as_merchant.get(f"/admin/{address}/?q={zoe.number}").text
        assert f"Forgotten customer {zoe.number}" in found, address
        assert "zanzibar" not in as_merchant.get(f"/admin/{address}/?q=zoe").text.lower()


def test_again_is_done_already(zoe, left, as_merchant, agent):
    for _time in range(2):
        assert as_merchant.post(page(zoe), follow=True).status_code == 200
    before = User.objects.get(pk=zoe.pk)
    assert as_merchant.get(page(zoe), follow=True).redirect_chain
    assert User.objects.get(pk=zoe.pk).email == before.email
    assert OutgoingMail.objects.filter(template="accounts/forgotten").count() == 1


def test_a_row_that_was_read_before_does_not_bring_them_back(zoe, left, as_merchant):
    stale = User.objects.get(pk=zoe.pk)
    as_merchant.post(page(zoe))
    for fields in (None, ["name"], ["is_active"], ["email"], ["phone"], ["external_id"], ["password"]):
        with pytest.raises(IntegrityError), transaction.atomic():
            stale.save(update_fields=fields)
    assert User.objects.get(pk=zoe.pk).forgotten_at


def test_the_file_that_brought_them_over_does_not_bring_them_back(zoe, left, as_merchant, tmp_path):
    Subscription.objects.update(external_id="sub-1")
    as_merchant.post(page(zoe))
    plan = left.plan
    row = {
        "external_id": "sub-1",
        "customer_email": "zoe@zanzibar.example",
        "customer_external_id": MARK,
        "product": plan.product.name,
        "plan": plan.name,
        "amount": "100.00",
        "currency": "EUR",
        "interval": "month",
        "started_on": "2026-03-20",
        "status": "active",
        "billed_until": "2026-05-20",
    }
    file = tmp_path / "again.csv"
    file.write_text(f"{','.join(row)}\n{','.join(row.values())}\n")
    call_command("import_subscriptions", str(file))
    assert not User.objects.filter(email="zoe@zanzibar.example").exists()


def test_a_file_that_the_disk_keeps_goes_with_a_later_run(zoe, left, as_merchant, monkeypatch):
    path = Attachment.objects.get().file.name
    as_merchant.post(page(zoe))
    # The process ended before it could, so the file is still there.
    assert default_storage.exists(path)
    call_command("apply_due")
    assert not default_storage.exists(path)
    assert not UnwantedFile.objects.exists()
    delete_unwanted_files()


def test_every_model_is_decided_about():
    models = {each._meta.label for each in apps.get_models() if not each.__name__.startswith("Historical")}
    told = {table.model._meta.label for table in TABLES}
    of_nobody = {label for label in models if label.startswith(INSTALLATION)} | OF_NOBODY
    assert told | NOT_IN_A_TABLE.keys() | of_nobody == models
    assert NOT_ABOUT_CUSTOMERS.keys() | OTHER_REASONS.keys() <= NOT_IN_A_TABLE.keys() | of_nobody


@pytest.mark.parametrize(
    "table", [each for each in TABLES if isinstance(each.once_forgotten, Kept)], ids=lambda table: table.name
)
def test_every_column_that_stays_is_decided_about(table):
    fields = [each for each in table.model._meta.concrete_fields if not isinstance(each, SearchTextField)]
    kept, overwritten = set(table.once_forgotten.columns), set(table.once_forgotten.overwritten)
    assert {each.attname if each.attname in overwritten else each.name for each in fields} == kept | overwritten
    assert kept.isdisjoint(overwritten)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_forget_at_once_do_it_once(zoe, left, merchant):
    clients = [signed_in(merchant) for _ in range(2)]
    assert at_once(*[lambda tab=tab: tab.post(page(zoe)).status_code for tab in clients]) == [302, 302]
    assert OutgoingMail.objects.filter(template="accounts/forgotten").count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(2))
@pytest.mark.parametrize("writes", ["a new request", "an answer", "their name", "who is invoiced", "another address"])
def test_what_a_customer_sends_at_the_same_moment_comes_first_or_not_at_all(zoe, left, merchant, writes, _round):
    client, ticket = signed_in(zoe), Ticket.objects.get(type="forget")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    address, typed = {
        "a new request": (
            "/support/new/",
            {"type": "general", "subscription": "", "subject": "Zanzibar", "body": "Zanzibar"},
        ),
        "an answer": (ticket.get_absolute_url(), {"body": "Zanzibar"}),
        "their name": ("/accounts/person/", {"name": "Zoë of Zanzibar", "phone": ""}),
        "another address": ("/accounts/address/", {"new_email": "zoe@new-zanzibar.example"}),
        "who is invoiced": ("/accounts/invoicing/", {"kind": "business", "company": "Zanzibar", "country": "NL"}),
    }[writes]
    shown, staff = client.get(address), signed_in(merchant)
    assert shown.status_code == 200
    sent = hidden_inputs(shown) | typed
    wrote, forgot = at_once(lambda: client.post(address, sent).status_code, lambda: staff.post(page(zoe)).status_code)
    tasks.send_pending()
    zoe.refresh_from_db()
    if forgot == 409:
        # The new request came first, and stands in the way.
        assert (writes, wrote, zoe.forgotten_at) == ("a new request", 302, None)
    else:
        assert forgot == 302
        assert wrote in (302, 403)
        assert still_named() == {"subscriptions.Invoice.buyer"}
