"""The admin's long lists: tabs with counts, pages by key, what each costs, and what is offered for all that they find."""

import re
from datetime import date
from html import unescape
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal_project.accounts import forgetting
from portal_project.common import counting
from portal_project.common.lists import rows_of
from subscriptions.models import Invoice, PaymentFile, Subscription
from support.models import CancellationRequest
from support.tickets import opening
from tests.factories import PlanFactory, UserFactory, started
from tests.pages import confirm

SUBSCRIPTIONS, INVOICES = "/admin/subscriptions/subscription/", "/admin/subscriptions/invoice/"
PAYMENT_FILES, CUSTOMERS = "/admin/subscriptions/paymentfile/", "/admin/accounts/customer/"
TICKETS = "/admin/support/ticket/"
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


def fill(count, merchant):
    """So many rows of every list."""
    plan = PlanFactory()
    for _ in range(count):
        customer = UserFactory()
        subscription = started(customer, date(2026, 4, 1), plan)
        asked = {"kind": "general", "subject": "Hello", "body": "Hello.", "token": uuid4()}
        opening.open_ticket(customer=customer, subscription=subscription, today=TODAY, **asked)
        PaymentFile.objects.create(name="a.csv", lines=3, received_on=TODAY, sent_by=merchant, sent_at=timezone.now())


@pytest.mark.parametrize("address", [SUBSCRIPTIONS, INVOICES, PAYMENT_FILES, CUSTOMERS, TICKETS])
def test_a_list_costs_the_same_whatever_is_in_it_and_counts_once(as_merchant, merchant, clock, address):
    clock(TODAY)

    def asked():
        with CaptureQueriesContext(connection) as captured:
            page = as_merchant.get(address)
        context = page.context
        return len(context["rows"] if "rows" in context else context["cl"].result_list), [
            each["sql"] for each in captured
        ]

    fill(1, merchant)
    asked()
    (rows_before, few), _ = asked(), fill(59, merchant)
    rows, many = asked()
    assert (rows_before, rows) == (1, 50)
    # Where a page of tickets that have a day is full, the queue need not look for those without one.
    assert len(few) - (address == TICKETS) == len(many)
    assert sum("COUNT(*) FROM (" in sql for sql in many) == 1
    assert not any("OFFSET" in sql for sql in many)


@pytest.mark.parametrize("address", [SUBSCRIPTIONS, INVOICES, PAYMENT_FILES, CUSTOMERS, TICKETS])
def test_every_list_has_tabs_pages_saved_views_and_a_file(as_merchant, merchant, clock, address):
    clock(TODAY)
    fill(51, merchant)
    text = as_merchant.get(address).text
    for part in ('<nav class="pa-tabs"', 'rel="next"', "Saved views", "Download CSV"):
        assert part in text, part
    [older] = re.findall(r'href="([^"]*after=[^"]*)"[^>]*rel="next"|rel="next" href="([^"]*)"', text)
    second = as_merchant.get(address + unescape("".join(older)))
    found = second.context
    assert len(found["rows"] if "rows" in found else found["cl"].result_list) == 1
    assert "First page" in second.text


def test_each_customer_stands_in_the_tabs_that_tell_of_them(as_agent, five, alice, bob, merchant):
    off, gone = UserFactory(is_active=False), UserFactory()
    forgetting.forget(gone, by=merchant)
    shown_by = {
        tab: shown(as_agent, CUSTOMERS, tab=tab).result_list for tab in ("subscribed", "switched_off", "forgotten")
    }
    assert {tab: [row.pk for row in rows] for tab, rows in shown_by.items()} == {
        "subscribed": [alice.pk],
        "switched_off": [off.pk],
        "forgotten": [gone.pk],
    }
    assert counts(shown(as_agent, CUSTOMERS)) == {"All": "4", "Subscribed": "1", "Switched off": "1", "Forgotten": "1"}
    assert bob in [row for row in shown(as_agent, CUSTOMERS, tab="all").result_list if not row.running]


def test_each_file_of_payments_stands_in_the_tab_of_its_state(as_merchant, merchant, clock):
    clock(TODAY)
    now = timezone.now()
    states = {
        "waiting": {"lines": 3, "refused": 1},
        "": {"lines": 3, "refused": 3},
        "recording": {"lines": 3, "recorded": 1, "confirmed_by": merchant, "confirmed_at": now},
        "recorded": {"lines": 3, "recorded": 3, "confirmed_by": merchant, "confirmed_at": now, "finished_at": now},
    }
    made = {
        tab: PaymentFile.objects.create(name=f"{tab}.csv", received_on=TODAY, sent_by=merchant, sent_at=now, **values)
        for tab, values in states.items()
    }
    for tab in ("waiting", "recording", "recorded"):
        assert shown(as_merchant, PAYMENT_FILES, tab=tab).result_list == [made[tab]]
    expected = {"All": "4", "Waiting for confirmation": "1", "Being recorded": "1", "Recorded": "1"}
    assert counts(shown(as_merchant, PAYMENT_FILES)) == expected


@pytest.mark.postgres
@pytest.mark.parametrize(("tab", "index"), [("waiting", "waiting"), ("recording", "being_recorded")])
def test_a_tab_of_few_files_of_payments_is_read_by_its_own_index(as_merchant, merchant, clock, tab, index):
    clock(TODAY)
    now = timezone.now()
    done = {"recorded": 3, "confirmed_by": merchant, "confirmed_at": now, "finished_at": now}
    of_all = {"name": "a.csv", "lines": 3, "received_on": TODAY, "sent_by": merchant, "sent_at": now}
    PaymentFile.objects.bulk_create(PaymentFile(**of_all, **done) for _ in range(500))
    with CaptureQueriesContext(connection) as asked:
        assert shown(as_merchant, PAYMENT_FILES, tab=tab).result_list == []
    [page] = [query["sql"] for query in asked if "LIMIT 51" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE subscriptions_paymentfile")
        cursor.execute(f"EXPLAIN {page}")
        assert f"payment_file_{index}" in "\n".join(row[0] for row in cursor.fetchall())


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


def cells(client, number, address=SUBSCRIPTIONS):
    """What the row of that number says, by the name of the column."""
    text = client.get(address, {"q": number}).content.decode()
    found = re.findall(r"field-(\w+)[^>]*>(.*?)</(?:td|th)>", text, re.DOTALL)
    return {name: " ".join(re.sub(r"<[^>]+>", " ", cell).split()) for name, cell in found}


def test_a_row_says_the_day_that_comes_with_its_status_and_why_a_customer_leaves(as_merchant, five):
    Subscription.objects.filter(pk=five["paused"].pk).update(resumes_on=date(2026, 5, 5))
    dates = {
        "active": ("Started 1 Apr 2026", "–"),
        "in_notice": ("Ends 5 May 2026", "Other"),
        "paused": ("Resumes 5 May 2026", "–"),
        "trial": ("Trial ends 19 Apr 2026", "–"),
        "ended": ("Ended 5 Apr 2026", "–"),
    }
    rows = {tab: cells(as_merchant, subscription.number) for tab, subscription in five.items()}
    assert {tab: (row["state_date"], row["reason"]) for tab, row in rows.items()} == dates
    Subscription.objects.filter(pk=five["paused"].pk).update(resumes_on=None)
    assert cells(as_merchant, five["paused"].number)["state_date"] == "Paused 5 Apr 2026"


def test_a_row_says_why_a_customer_has_left_and_no_longer_why_once_they_stay(as_merchant, five):
    page = f"{SUBSCRIPTIONS}{five['in_notice'].pk}"
    confirm(as_merchant, f"{page}/cancel-now/")
    assert cells(as_merchant, five["in_notice"].number)["reason"] == "Other"
    CancellationRequest.objects.update(decision="withdrawn")
    assert cells(as_merchant, five["in_notice"].number)["reason"] == "–"


def test_a_row_of_the_invoices_says_for_which_days_it_is_and_when_it_is_due_or_was_paid(as_merchant, five):
    paid, void, open_one, _trial = Invoice.objects.order_by("pk")
    Invoice.objects.filter(pk=paid.pk).update(status="paid", paid_on=date(2026, 4, 4), payment_reference="ACME 17")
    Invoice.objects.filter(pk=void.pk).update(status="void")
    rows = [cells(as_merchant, invoice.label, INVOICES) for invoice in (paid, void, open_one)]
    assert rows[0]["covers"] == "1 to 30 April 2026"
    assert [(row["state_date"], row["reference"]) for row in rows] == [
        ("Paid 4 Apr 2026", "ACME 17"),
        ("–", "–"),
        ("Due 15 Apr 2026", "–"),
    ]
    page = as_merchant.get(f"{INVOICES}{open_one.pk}/change/").text
    assert (">–</div>" in page, ">-</div>" in page) == (True, False)
    assert shown(as_merchant, INVOICES, paid_on_from="2026-04-04", paid_on_to="2026-04-04").result_list == [paid]
