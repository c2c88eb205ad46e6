"""The admin's lists of subscriptions and invoices: tabs with counts, pages by key, and what is offered for all that they find."""

import re
from datetime import date

import pytest
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal_project.common import counting
from portal_project.common.lists import rows_of
from subscriptions.models import Invoice, Subscription
from tests.factories import PlanFactory, started
from tests.pages import confirm

SUBSCRIPTIONS, INVOICES = "/admin/subscriptions/subscription/", "/admin/subscriptions/invoice/"
TODAY = date(2026, 4, 5)


@pytest.fixture
def five(as_merchant, alice, clock):
    """One for each tab; by the name of the tab."""
    clock(TODAY)
    found = {tab: started(alice, date(2026, 4, 1)) for tab in ("active", "in_notice", "paused", "ended")}
    found["trial"] = started(alice, TODAY, PlanFactory(trial_days=14))
    for tab, verb in {"in_notice": "request-cancellation", "paused": "pause", "ended": "cancel-now"}.items():
        typed = {"reason": "other", "message": "By phone."} if tab == "in_notice" else {}
        confirm(as_merchant, f"{SUBSCRIPTIONS}{found[tab].pk}/{verb}/", **typed)
    return found


def shown(client, address, **query):
    response = client.get(address, query)
    assert response.status_code == 200
    return response.context["cl"]


def counts(changelist):
    return {tab.label: tab.count for tab in changelist.tabs}


def test_each_subscription_stands_in_all_and_in_the_tab_of_its_status(as_agent, five):
    assert counts(shown(as_agent, SUBSCRIPTIONS)) == {
        "All": "5",
        "Active": "1",
        "In notice": "1",
        "Paused": "1",
        "Trial": "1",
        "Ended": "1",
    }
    for tab, subscription in five.items():
        assert shown(as_agent, SUBSCRIPTIONS, tab=tab).result_list == [subscription], tab


def test_each_invoice_stands_in_the_tabs_of_its_state(as_agent, five):
    paid, void, overdue, open_one = Invoice.objects.order_by("pk")
    for invoice, values in ((paid, {"status": "paid", "paid_on": TODAY}), (void, {"status": "void"})):
        Invoice.objects.filter(pk=invoice.pk).update(**values)
    Invoice.objects.filter(pk=overdue.pk).update(due_on=date(2026, 4, 4))
    Invoice.objects.filter(pk=open_one.pk).update(due_on=TODAY)
    assert counts(shown(as_agent, INVOICES)) == {"All": "4", "Open": "2", "Overdue": "1", "Paid": "1", "Void": "1"}
    expected = {"open": [open_one, overdue], "overdue": [overdue], "paid": [paid], "void": [void]}
    assert {tab: shown(as_agent, INVOICES, tab=tab).result_list for tab in expected} == expected


def test_a_tab_counts_no_further_than_it_matters(as_agent, alice, clock, monkeypatch):
    clock(TODAY)
    monkeypatch.setattr(counting, "MOST", 2)
    for _ in range(4):
        started(alice, date(2026, 4, 1))
    assert counts(shown(as_agent, SUBSCRIPTIONS))["Active"] == "2+"


def test_pages_follow_each_other_by_key_and_keep_tab_filters_and_search(as_agent, alice, clock, monkeypatch):
    clock(TODAY)
    monkeypatch.setattr(type(admin.site.get_model_admin(Subscription)), "list_per_page", 2)
    made = [started(alice, date(2026, 4, 1)) for _ in range(5)]
    query = {"tab": "active", "status__exact": "active", "q": "alice"}
    pages, address = [], None
    while address != "":
        page = as_agent.get(SUBSCRIPTIONS + address) if address else as_agent.get(SUBSCRIPTIONS, query)
        pages.append(page.context["cl"].result_list)
        address = page.context["cl"].older
    assert pages == [made[:2:-1], made[2:0:-1], made[:1]]
    text = page.content.decode()
    assert 'href="?q=alice&amp;status__exact=active&amp;tab=active"' in text
    # Whatever narrows the list further begins at its first page.
    assert 'name="after"' not in text
    assert "after=" not in text


@pytest.mark.parametrize("after", ["", "0", "-3", "x", "1\u200b", "٣", "9" * 30, "1" * 1000, "1.5"])
@pytest.mark.parametrize("address", [SUBSCRIPTIONS, INVOICES, "/admin/accounts/customer/"])
def test_an_odd_page_or_tab_is_a_list_all_the_same(as_agent, five, address, after):
    assert as_agent.get(address, {"after": after, "tab": after}).status_code == 200
    assert as_agent.get(address, {"tab": [after, "active"], "p": after, "o": after}).status_code == 200


@pytest.mark.parametrize("address", [SUBSCRIPTIONS, INVOICES])
def test_a_list_costs_the_same_whatever_is_in_it_and_counts_once(as_agent, alice, clock, address):
    clock(TODAY)

    def asked():
        with CaptureQueriesContext(connection) as captured:
            as_agent.get(address)
        return [each["sql"] for each in captured]

    started(alice, date(2026, 4, 1))
    asked()
    few = asked()
    for _ in range(60):
        started(alice, date(2026, 4, 1))
    many = asked()
    assert len(many) == len(few)
    assert sum("COUNT(*) FROM (" in sql for sql in many) == 1
    assert not any("OFFSET" in sql for sql in many)


def test_what_is_offered_for_all_of_a_list_names_its_tab_and_not_its_page(as_merchant, five):
    page = as_merchant.get(SUBSCRIPTIONS, {"tab": "paused", "after": five["trial"].pk})
    assert dict(page.context["cl"].list_links) == {
        "Download CSV": "/admin/csv/subscriptions.subscription/?tab=paused",
        "Act on all of this list": "/admin/subscriptions/bulkact/add/?all&tab=paused",
    }
    file = b"".join(as_merchant.get("/admin/csv/subscriptions.subscription/?tab=paused")).decode()
    assert re.findall(r"S-\w+", file) == [five["paused"].number]


def test_whoever_reads_all_of_a_list_gets_all_of_its_tab_whichever_page_is_named(five, merchant, monkeypatch):
    page = admin.site.get_model_admin(Subscription)
    monkeypatch.setattr(type(page), "list_per_page", 1)
    assert rows_of(page, "after=2", merchant).count() == 5
    for tab, subscription in five.items():
        assert list(rows_of(page, f"tab={tab}&after=1", merchant)) == [subscription]


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "cancels_on_from=x",
        "cancels_on_to=%00",
        "cancels_on_from=" + "9" * 5000,
        "customer=%00",
        "tab=nonsense",
    ],
)
def test_nobody_reads_all_of_a_list_whose_address_cannot_be_read(five, merchant, query):
    with pytest.raises(IncorrectLookupParameters):
        rows_of(admin.site.get_model_admin(Subscription), query, merchant)


def test_an_odd_page_stops_nobody_who_reads_all_of_a_list(five, merchant):
    assert rows_of(admin.site.get_model_admin(Subscription), "p=x&after=x", merchant).count() == 5


def marked(client, address, **query):
    text = client.get(address, query).content.decode()
    [tabs] = re.findall(r'<nav class="pa-tabs".*?</nav>', text, re.DOTALL)
    return re.findall(r'aria-current="page">(\w[\w ]*\w)', tabs)


def test_the_tab_that_is_marked_says_what_the_list_shows(as_merchant, five):
    assert marked(as_merchant, SUBSCRIPTIONS) == ["All"]
    assert marked(as_merchant, SUBSCRIPTIONS, q="alice", plan__product__id__exact=five["active"].product.pk) == ["All"]
    assert marked(as_merchant, SUBSCRIPTIONS, tab="in_notice", status__exact="active") == ["In notice"]
    # By a filter, active ones are those in notice too, as the home counts them: it is none of the tabs.
    assert marked(as_merchant, SUBSCRIPTIONS, status__exact="active") == []
    assert marked(as_merchant, SUBSCRIPTIONS, counted="in_notice") == []
    assert marked(as_merchant, SUBSCRIPTIONS, tab="nonsense") == []
    assert marked(as_merchant, INVOICES, overdue="yes") == []
    assert marked(as_merchant, INVOICES, status__exact="") == ["All"]


def cells(client, subscription):
    """What its row says, by the name of the column."""
    text = client.get(SUBSCRIPTIONS, {"q": subscription.number}).content.decode()
    found = re.findall(r"field-(\w+)[^>]*>(.*?)</(?:td|th)>", text, re.DOTALL)
    return {name: " ".join(re.sub(r"<[^>]+>", " ", cell).split()) for name, cell in found}


def test_a_row_says_the_day_that_comes_with_its_status_and_why_a_customer_leaves(as_merchant, five):
    Subscription.objects.filter(pk=five["paused"].pk).update(resumes_on=date(2026, 5, 5))
    dates = {
        "active": ("–", "–"),
        "in_notice": ("Ends 5 May 2026", "Other"),
        "paused": ("Resumes 5 May 2026", "–"),
        "trial": ("Trial ends 19 Apr 2026", "–"),
        "ended": ("Ended 5 Apr 2026", "–"),
    }
    rows = {tab: cells(as_merchant, subscription) for tab, subscription in five.items()}
    assert {tab: (row["state_date"], row["reason"]) for tab, row in rows.items()} == dates
