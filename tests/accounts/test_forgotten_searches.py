"""Forgetting a customer takes what staff searched for by their name or address: from downloads, saved views and bulk acts."""

from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage

from portal_project.accounts.models import InvoicedParty, SavedView
from portal_project.common.forgotten_searches import FORGOTTEN
from portal_project.exports import files, lists
from portal_project.exports.models import Export
from portal_project.mail.models import OutgoingMail
from subscriptions.bulk import steering
from subscriptions.models import BulkAct, BulkRow, Subscription
from tests.exports.reading import address
from tests.factories import started
from tests.pages import confirm

LIST = "/admin/subscriptions/subscription/"
TODAY = date(2026, 4, 5)
THEIRS = [
    "ahn",
    "Alice Ahn",
    "alice@example.com",
    "ALICE@EXAMPLE",
    "refund for Ahn",
    "ahn co",
    "crm-7781",
    "Nunzia Álice",
]
OTHERS = ["bob", "Hosting", "refund", "C-7KQ4M2", "al", "example.com of bob"]


@pytest.fixture
def subscription(alice, clock):
    """Of Alice, who is of a company by now, and whom nothing stands in the way of forgetting but this."""
    clock(TODAY)
    alice.external_id = "CRM-7781"
    alice.save()
    InvoicedParty.objects.create(user=alice, kind="business", company="Ahn & Co")
    return started(alice, date(2026, 3, 20), name="Hosting")


@pytest.fixture
def forget(subscription, alice, as_merchant):
    """Her subscription ends unbilled, and she is forgotten."""

    def forgotten():
        subscription.invoices.update(status="void")
        Subscription.objects.update(status="canceled", canceled_on=TODAY, cancels_on=None, due_on=None)
        answer = as_merchant.post(f"/admin/accounts/user/{alice.pk}/forget/", follow=True)
        assert f"Customer {alice.number} is forgotten." in answer.text

    return forgotten


def taken(client, query):
    assert client.get(f"{address('subscriptions.subscription')}?{query}").status_code == 200
    return Export.objects.latest("pk")


@pytest.mark.parametrize("typed", THEIRS)
def test_a_download_keeps_nothing_of_a_search_for_them(as_merchant, forget, typed):
    export = taken(as_merchant, f"status__exact=active&q={typed.replace('&', '%26')}")
    forget()
    export.refresh_from_db()
    assert (export.filters, export.state) == (FORGOTTEN, "at_once")
    assert export.query == "status__exact=active&q=A+search+for+a+customer+who+is+forgotten"
    told = as_merchant.get("/admin/who-did-what/", {"kind": "Downloads"}).text
    assert FORGOTTEN in told
    assert typed not in told


@pytest.mark.parametrize("typed", OTHERS)
def test_a_search_for_something_else_stays(as_merchant, merchant, forget, typed):
    export = taken(as_merchant, f"status__exact=active&q={typed}")
    SavedView.objects.create(owner=merchant, list="subscriptions.subscription", name="Mine", query=f"q={typed}")
    forget()
    export.refresh_from_db()
    assert export.filters == f"Status: Active; search: “{typed}”"
    assert SavedView.objects.get().query == f"q={typed}"


def test_a_list_that_was_narrowed_to_their_rows_no_longer_says_whose(as_merchant, alice, forget):
    export = taken(as_merchant, f"customer={alice.pk}")
    assert export.filters == "Customer: Alice Ahn"
    forget()
    export.refresh_from_db()
    assert (export.filters, export.query) == (FORGOTTEN, f"customer={alice.pk}")


def test_the_page_of_a_download_leads_to_no_more_rows_than_it_had(as_merchant, bob, forget):
    started(bob, date(2026, 3, 20))
    export = taken(as_merchant, "q=ahn")
    forget()
    export.refresh_from_db()
    shown = as_merchant.get(f"{LIST}?{export.query}")
    assert list(shown.context["cl"].result_list) == []


def test_a_file_that_waits_with_such_a_search_is_given_up(as_merchant, forget, monkeypatch):
    monkeypatch.setattr(files, "LONG", 0)
    monkeypatch.setattr(lists, "CHUNK", 1)
    confirm(as_merchant, f"{address('subscriptions.subscription')}?q=alice")
    export = Export.objects.get()
    files._write_batch(export.pk, lists.find(export.list), Subscription.objects.all())
    path = Path(default_storage.path(export.file))
    assert path.exists()
    forget()
    export.refresh_from_db()
    assert (export.state, export.error) == ("failed", files.UNREADABLE)
    files.make_waiting()
    assert not path.exists()
    mail = OutgoingMail.objects.get(template="exports/failed")
    assert "alice" not in str(mail.context)


def test_the_mail_about_a_file_that_was_not_made_goes(as_merchant, forget, monkeypatch):
    monkeypatch.setattr(files, "LONG", 0)
    confirm(as_merchant, f"{address('subscriptions.subscription')}?q=alice")
    files.give_up(Export.objects.get().pk, "OSError")
    assert "q=alice" in str(OutgoingMail.objects.get(template="exports/failed").context)
    forget()
    assert not OutgoingMail.objects.filter(template="exports/failed").exists()
    assert Export.objects.get().error == "OSError"


@pytest.mark.parametrize(
    ("name", "query"), [("Hers", "q=ahn"), ("Alice Ahn", "tab=paused"), ("Both", "q=alice&tab=paused")]
)
def test_a_saved_view_that_searches_for_them_goes(merchant, as_merchant, forget, name, query):
    SavedView.objects.create(owner=merchant, list="subscriptions.subscription", name=name, query=query)
    forget()
    assert not SavedView.objects.exists()


def test_a_bulk_act_that_is_counted_keeps_its_rows_and_loses_the_search(merchant, as_merchant, bob, forget):
    started(bob, date(2026, 3, 20))
    act = steering.begin("pause", {"resumes_on": ""}, query="q=alice", token=uuid4(), by=merchant, today=TODAY)
    forget()
    act.refresh_from_db()
    assert act.query == "q=A+search+for+a+customer+who+is+forgotten"
    assert BulkRow.objects.get().act == act
    assert FORGOTTEN in as_merchant.get(act.get_absolute_url()).text


def test_a_bulk_act_that_is_still_being_counted_is_discarded(merchant, forget, monkeypatch):
    monkeypatch.setattr(steering, "SOON", 0)
    steering.begin("pause", {"resumes_on": ""}, query="q=alice", token=uuid4(), by=merchant, today=TODAY)
    assert not BulkAct.objects.get().is_counted
    other = steering.begin("pause", {"resumes_on": ""}, query="q=bob", token=uuid4(), by=merchant, today=TODAY)
    forget()
    assert BulkAct.objects.get() == other
