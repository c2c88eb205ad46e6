"""Somebody of staff keeps a list of the admin as it is narrowed, and finds it again above the list."""

from datetime import date

import pytest

from portal_project.accounts.models import SavedView
from tests.conftest import signed_in
from tests.factories import UserFactory, started

SUBSCRIPTIONS = "/admin/subscriptions/subscription/"
CUSTOMERS, PAYMENT_FILES = "/admin/accounts/customer/", "/admin/subscriptions/paymentfile/"
INVOICES, QUEUE = "/admin/subscriptions/invoice/", "/admin/support/ticket/"
SAVE = "/admin/saved-views/subscriptions.subscription/"


def text_of(page):
    assert page.status_code == 200
    return page.content.decode()


def save(client, name, query="tab=paused&q=alice", to=SAVE):
    return client.post(to, {"name": name, "query": query}, follow=True)


@pytest.mark.parametrize("address", [SUBSCRIPTIONS, INVOICES, PAYMENT_FILES, CUSTOMERS, QUEUE])
def test_a_list_is_found_again_as_it_was_narrowed(as_merchant, alice, clock, address):
    clock(date(2026, 4, 5))
    started(alice, date(2026, 4, 1))
    of_list = "/admin/saved-views/" + address.removeprefix("/admin/").removesuffix("/").replace("/", ".") + "/"
    assert of_list in text_of(as_merchant.get(f"{address}?tab=all&q=alice&after=7"))
    page = text_of(save(as_merchant, "Alice’s", "tab=all&q=alice&after=7", of_list))
    assert "“Alice’s” is saved above the list." in page
    found = text_of(as_merchant.get(f"{address}?tab=all&q=alice"))
    assert 'href="?tab=all&amp;q=alice"' in found
    assert 'aria-current="page">Alice’s</a>' in found


def test_a_view_is_its_owners_alone(as_merchant, as_agent):
    save(as_merchant, "Mine")
    assert "Mine" not in text_of(as_agent.get(SUBSCRIPTIONS))
    view = SavedView.objects.get()
    as_agent.post(f"{SAVE}{view.pk}/")
    assert SavedView.objects.get() == view
    as_merchant.post(f"{SAVE}{view.pk}/")
    assert not SavedView.objects.exists()
    assert as_merchant.post(f"{SAVE}{view.pk}/").status_code == 302


def test_the_same_name_is_kept_once(as_merchant):
    save(as_merchant, "Paused")
    save(as_merchant, " Paused\u200b ", "tab=paused")
    assert list(SavedView.objects.values_list("name", "query")) == [("Paused", "tab=paused")]


def test_there_is_room_for_twenty(as_merchant, merchant):
    SavedView.objects.bulk_create(
        SavedView(owner=merchant, list="subscriptions.subscription", name=f"{number}") for number in range(20)
    )
    assert "You have 20 views of this list." in text_of(save(as_merchant, "One more"))
    save(as_merchant, "7", "tab=ended")
    assert SavedView.objects.count() == 20
    assert SavedView.objects.get(name="7").query == "tab=ended"


@pytest.mark.parametrize("name", ["", " ", "\0", "x" * 100_000])
def test_a_name_that_is_none_is_refused(as_merchant, name):
    assert save(as_merchant, name).status_code == 200
    assert not SavedView.objects.exists()


def test_a_query_that_is_too_long_is_refused(as_merchant):
    save(as_merchant, "Long", "q=" + "x" * 100_000)
    assert not SavedView.objects.exists()


def test_only_lists_that_one_may_see_are_kept(as_agent, as_alice):
    assert as_agent.post("/admin/saved-views/accounts.merchant/", {"name": "x"}).status_code == 403
    assert as_agent.post("/admin/saved-views/nothing.here/", {"name": "x"}).status_code == 404
    assert as_agent.get(SAVE).status_code == 405
    assert as_alice.post(SAVE, {"name": "x"}).status_code in (302, 403)
    assert not SavedView.objects.exists()


def test_a_view_goes_with_its_owner(db):
    colleague = UserFactory(is_staff=True, is_superuser=True)
    save(signed_in(colleague), "Mine")
    colleague.delete()
    assert not SavedView.objects.exists()
