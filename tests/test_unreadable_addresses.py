"""Addresses of the admin's lists that no filter can read: the list says so and holds nothing, for its file and acts on it too."""

from datetime import date

import pytest
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters

from portal_project.common.admin import ModelAdmin
from portal_project.common.lists import rows_of
from portal_project.exports.models import Export
from subscriptions.models import BulkAct, Subscription
from support.models import WindDownStep
from tests.conftest import signed_in
from tests.factories import PlanFactory, UserFactory, started

SUBSCRIPTIONS, QUEUE = "/admin/subscriptions/subscription/", "/admin/support/ticket/"
UNREAD = "in this address cannot be read, so nothing is shown."
ODD = ("x", "٢٠٢٦-٠١-٠١", "9" * 30, "2026-02-30", "-1")


@pytest.fixture
def owner(db):
    return UserFactory(is_staff=True, is_superuser=True)


@pytest.fixture
def two(alice, clock):
    clock(date(2026, 4, 5))
    plan = PlanFactory()
    return [started(alice, date(2026, 4, 1), plan) for _each in range(2)]


def with_filters():
    """The lists that have some, but for those of the worker, whose filters are Django's own."""
    pages = [page for page in admin.site._registry.values() if isinstance(page, ModelAdmin) and page.list_filter]
    return [page for page in pages if page.opts.app_label != "django_q"]


def names_of(changelist):
    return [name for spec in changelist.filter_specs for name in spec.expected_parameters()]


def test_every_filter_of_every_list_says_what_it_cannot_read(owner, two):
    client, lists = signed_in(owner), with_filters()
    assert len(lists) >= 10
    for page in lists:
        address = f"/admin/{page.opts.app_label}/{page.opts.model_name}/"
        names = names_of(client.get(address).context["cl"])
        assert names or page.opts.model_name in ("viewing", "receipt"), address
        for name in [*names, "tab", "customer", "no_such_column", "id__in"]:
            # Of a lookup, any number is one.
            for odd in ODD if name in names else ODD[:2]:
                with pytest.raises(IncorrectLookupParameters):
                    rows_of(page, f"{name}={odd}", owner)
            answer = client.get(address, {name: ODD[0]})
            assert answer.status_code == 200, (address, name, answer)
            assert answer.context["cl"].queryset.query.is_empty(), (address, name)
            assert UNREAD in answer.text, (address, name)


def test_the_list_leads_back_to_what_could_be_read(as_merchant, two):
    page = as_merchant.get(SUBSCRIPTIONS, {"tab": "active", "cancels_on_from": "x", "counted": "y", "q": "alice"})
    assert "The filters “cancels on”, “counted as”\n      in this address cannot be read" in page.text
    assert 'href="?tab=active&amp;q=alice">Show the list without them' in page.text
    assert page.context["cl"].result_list == []
    for link in ("Download CSV", "Act on all of this list"):
        assert link not in page.text


def test_a_filter_with_nothing_to_choose_from_filters_all_the_same(as_merchant, two):
    """It is not offered while there is only one product."""
    name, own = "plan__product__id__exact", two[0].product.pk
    assert len(as_merchant.get(SUBSCRIPTIONS, {name: own}).context["cl"].result_list) == 2
    assert as_merchant.get(SUBSCRIPTIONS, {name: own + 1}).context["cl"].result_list == []


def test_nothing_is_done_to_a_list_whose_address_cannot_be_read(as_merchant, two):
    chosen = {
        "action": "act_on_chosen",
        "select_across": "0",
        "index": "0",
        "_selected_action": [row.pk for row in two],
    }
    as_merchant.post(f"{SUBSCRIPTIONS}?cancels_on_from=x", chosen)
    for query in ("cancels_on_from=x", "tab=x", "counted=x"):
        page = as_merchant.get(f"/admin/subscriptions/bulkact/add/?all&{query}", follow=True)
        sent = {"kind": "pause", "token": "5e1b3c1e-7b1e-4c39-9d3b-0d1d4d4c0f00"}
        as_merchant.post(f"/admin/subscriptions/bulkact/add/?all&{query}", sent)
        assert page.status_code == 200
    assert not BulkAct.objects.exclude(ready=0).exists()
    assert not Subscription.objects.exclude(status="active").exists()


def test_a_file_of_such_a_list_leads_back_to_where_it_is_said(as_merchant, two):
    answer = as_merchant.get("/admin/csv/subscriptions.subscription/?tab=active&cancels_on_from=x", follow=True)
    assert answer.redirect_chain[0][0] == f"{SUBSCRIPTIONS}?tab=active&cancels_on_from=x"
    assert UNREAD in answer.text
    assert UNREAD in as_merchant.get("/admin/csv/support.ticket/?type=x", follow=True).text
    assert UNREAD in as_merchant.get("/admin/csv/support.winddownstep/?show=x", follow=True).text
    assert not Export.objects.exists()


def test_the_rows_of_wind_down_steps_are_none_where_the_address_cannot_be_read(owner, two):
    with pytest.raises(IncorrectLookupParameters):
        admin.site.get_model_admin(WindDownStep).csv_rows("show=x", owner)


@pytest.mark.parametrize(
    "query", ["type=x", "assignee=999999", "product=x", "within=٧", "tab=x", "tab=wind_down&show=x"]
)
def test_the_queue_says_it_too(as_agent, as_alice, query):
    as_alice.post("/support/new/", {"type": "general", "subject": "A question", "body": "Why?"})
    page = as_agent.get(f"{QUEUE}?{query}")
    assert UNREAD in page.text
    assert not page.context["rows"]
    assert "Download CSV" not in page.text


@pytest.mark.parametrize(
    "address", [SUBSCRIPTIONS, "/admin/subscriptions/invoice/", "/admin/accounts/customer/", QUEUE]
)
def test_an_address_that_names_no_page_shows_the_first_and_says_so(as_agent, two, address):
    said = "The page in this address cannot be read, so the first one is shown."
    for odd in ("x", "٣", "9" * 30, "-3"):
        assert said in as_agent.get(address, {"after": odd}).text
    assert said not in as_agent.get(address, {"after": "2026-01-01.7" if address == QUEUE else "7"}).text


@pytest.mark.parametrize(
    ("show", "page", "odd"),
    [("", "2026-01-01.7", "2026-01-01T00:00:00+00:00.7"), ("done", "2026-01-01T00:00:00+00:00.7", "2026-01-01.7")],
)
def test_so_do_the_steps_of_the_wind_down(as_agent, show, page, odd):
    said, tab = (
        "The page in this address cannot be read, so the first one is shown.",
        {"tab": "wind_down", "show": show},
    )
    for each in (odd, "x", ".7", "2026-01-01.x"):
        assert said in as_agent.get(QUEUE, tab | {"after": each}).text
    for each in (page, ""):
        assert said not in as_agent.get(QUEUE, tab | {"after": each}).text


def test_the_report_on_leaving_says_what_narrows_nothing(as_agent):
    page = as_agent.get("/admin/support/cancellationrequest/leaving/", {"first": "٢٠٢٦-x", "product": "x"})
    for label in ("From", "Product"):
        assert f"“{label}” in this address cannot be read, so it narrows nothing." in page.text
    assert "as CSV" not in page.text


@pytest.mark.parametrize("csv", ["1", "reasons"])
def test_a_file_of_the_report_on_leaving_leads_back_to_where_it_is_said(as_agent, csv):
    report = "/admin/support/cancellationrequest/leaving/"
    answer = as_agent.get(f"{report}?first=x&last=2026-04-05&csv={csv}", follow=True)
    assert answer.redirect_chain == [(f"{report}?first=x&last=2026-04-05", 302)]
    assert "“From” in this address cannot be read, so it narrows nothing." in answer.text
    assert not Export.objects.exists()
