"""Today, the home of the admin: what waits for whom, and the numbers, each leading to the list behind it."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from portal_project.accounts.models import Merchant, User
from portal_project.common import to_do
from portal_project.common.to_do import ToDo
from portal_project.mail.models import OutgoingMail
from subscriptions.billing import catch_up
from subscriptions.lifecycle import due
from subscriptions.models import LinkedService, Subscription
from subscriptions.reports import snapshots
from support.models import CancellationRequest, Offer, ProviderCall, Ticket, WindDownStep
from tests.conftest import signed_in
from tests.factories import PlanFactory, ProductFactory, UserFactory, started
from tests.pages import confirm
from tests.subscriptions.story import told

pytestmark = pytest.mark.django_db
HOME, LIST = "/admin/", "/admin/subscriptions/subscription/"
TODAY, DAY = date(2026, 4, 14), timedelta(days=1)
OF_SUPPORT = {
    "Ending within a week": "1",
    "Late tickets": "1",
    "Open offers": "1",
    "Wind-down steps that are due": "1",
    "Wind-down steps of which a provider could not be told": "1",
    "Subscriptions that could not be brought up to date": "1",
}
STORIES = [
    "",
    "",
    "04-05 request",
    "04-05 pause 04-30",
    "04-10 cancel",
    "02-20 pause, 04-10 cancel",
    "03-05 pause 03-20, 04-10 job",
]
OF_MERCHANTS = OF_SUPPORT | {"Mails not delivered": "1", "Mails waiting to be sent": "1", "Overdue invoices": "2"}


@pytest.fixture
def root(db):
    return User.objects.create_superuser("root@example.com")


@pytest.fixture
def waiting(as_alice, alice, agent, clock):
    """One of everything that can wait."""
    clock(date(2026, 3, 20))
    leaving = started(alice, date(2026, 3, 20), PlanFactory(product=ProductFactory(notice_days=5, tax_rate=25)))
    service = LinkedService.objects.create(subscription=leaving, name="example.org")
    clock(TODAY)
    stuck = started(alice, date(2026, 3, 20))
    confirm(as_alice, f"/subscriptions/{leaving.number}/cancel/", reason="other")
    request = CancellationRequest.objects.get()
    Offer.objects.create(request=request, made_by=agent, kind="discount", percent=10, invoices=1)
    ProviderCall.objects.create(service=service, told=True, error="timed out")
    WindDownStep.objects.update(due_on=TODAY)
    Ticket.objects.update(act_by=TODAY - DAY)
    Subscription.objects.filter(pk=stuck.pk).update(due_on=TODAY - DAY)
    OutgoingMail.objects.all().delete()
    for state in ("pending", "failed", "expired"):
        OutgoingMail.objects.create(key=state, recipient="a@example.com", template="ready_made", state=state)
    return leaving


def lines(client):
    return {line.label: line for line in client.get(HOME).context["waiting"]}


def rows_of(page):
    """Of one of Django's lists, or of the queue."""
    assert page.status_code == 200
    return page.context["cl"].result_count if "cl" in page.context else len(page.context["rows"])


def taken(clock, day=TODAY):
    clock(day)
    due.apply(day)
    snapshots.take(day, timezone.now())


def facts(client):
    return {fact.label: [str(value) for value in fact.values] for fact in client.get(HOME).context["facts"]}


def test_what_waits_leads_to_its_list(as_merchant, waiting):
    assert {label: line.count for label, line in lines(as_merchant).items()} == OF_MERCHANTS
    for label, line in lines(as_merchant).items():
        assert rows_of(as_merchant.get(line.url)) == int(line.count), label


def test_what_ends_within_a_week_is_told_with_its_value(as_merchant, waiting):
    assert lines(as_merchant)["Ending within a week"].note == "€80.00 MRR"


@pytest.mark.parametrize(
    ("who", "expected", "sees_numbers"),
    [("merchant", OF_MERCHANTS, True), ("agent", OF_SUPPORT, False), ("root", OF_MERCHANTS, True)],
)
def test_each_role_sees_what_it_may_work_on(request, waiting, clock, who, expected, sees_numbers):
    client = signed_in(request.getfixturevalue(who))
    assert {label: line.count for label, line in lines(client).items()} == expected
    taken(clock)
    page = client.get(HOME)
    assert ("facts" in page.context, "Committed MRR" in page.text) == (sees_numbers, sees_numbers)


def test_nobody_else_sees_anything(as_alice, waiting, clock):
    taken(clock)
    text = signed_in(UserFactory(is_staff=True)).get(HOME).text
    assert "You have no role yet." in text
    assert "MRR" not in text
    assert "late" not in text.lower()
    assert as_alice.get(HOME).status_code in (302, 404)


def test_where_nothing_waits_that_is_said(as_agent):
    assert "Nothing at the moment." in as_agent.get(HOME).text


def test_an_app_adds_a_line_of_its_own(as_agent, alice, monkeypatch):
    line = ToDo(1, "Customers to greet", "accounts.view_user", lambda today: User.objects.filter(name="Alice Ahn"),
        lambda today: f"/greet/?on={today}&by=us", lambda today: "one is <Alice>")  # fmt: skip
    monkeypatch.setattr(to_do, "TO_DO", [*to_do.TO_DO, line])
    monkeypatch.setattr("portal_project.dashboard.TO_DO", to_do.TO_DO)
    page = as_agent.get(HOME)
    assert [each.label for each in page.context["waiting"]] == ["Customers to greet"]
    assert "one is &lt;Alice&gt;" in page.text
    assert escape(page.context["waiting"][0].url) in page.text


def test_before_the_first_snapshot_it_is_said_when_the_numbers_come(as_merchant):
    assert "The numbers come with the first run of the hourly job" in as_merchant.get(HOME).text


def test_a_portal_without_subscriptions_has_numbers(as_merchant, clock):
    taken(clock)
    assert facts(as_merchant)["Active"] == ["0"]
    assert "Nothing has its end scheduled." in as_merchant.get(HOME).text


@pytest.fixture
def business(alice, clock):
    """A subscription of each kind that a number counts."""
    plan = PlanFactory(product=ProductFactory(tax_rate=25), amount=1500)
    for story in STORIES:
        one = started(alice, date(2026, 2, 10), plan)
        if story:
            told(one, story)
    told(started(alice, date(2026, 4, 2), plan), "04-10 cancel")
    trial = PlanFactory(currency="JPY", amount=3000, trial_days=30)
    told(started(alice, date(2026, 4, 1), trial), "04-10 cancel")
    started(alice, date(2026, 4, 1), trial)
    started(alice, date(2026, 4, 1), PlanFactory(currency="JPY", amount=3000))
    taken(clock)


def test_the_numbers_of_today_and_of_a_month_lead_to_their_lists(as_merchant, business):
    page = as_merchant.get(HOME)
    values = [value for fact in page.context["facts"] for value in fact.values]
    months = page.context["months"]
    values += [line_of for line in months for line_of in (line.churned, line.ended_paused, line.ended_trialing)]
    values += [line.ended_within for line in months] + [line.count for line in page.context["leaving"]]
    leading = [value for value in values if value.url]
    counted = [value for value in leading if value.text.isdigit()]
    assert len(counted) == 10
    for value in leading:
        found = rows_of(as_merchant.get(value.url))
        assert found == int(value.text) if value in counted else found > 0, value.url


def test_numbers_are_told_as_people_read_them(as_merchant, business):
    assert facts(as_merchant) == {
        "Active": ["5"],
        "In notice": ["1"],
        "Paused": ["1"],
        "In trial": ["1"],
        "MRR": ["€4,800.00", "¥3,000"],
        "Committed MRR": ["€3,600.00", "¥3,000"],
        "Paused value": ["€1,200.00"],
        "Churn in April 2026": ["1 of 6 (16.7 %)", "€1,200.00 of €7,200.00"],
        "Ended out of a pause in April 2026": ["1", "€1,200.00"],
        "Pauses that ended in 90 days": ["1 came back by themselves", "0 were resumed by somebody", "1 ended"],
    }
    page = as_merchant.get(HOME)
    assert [(line.on, str(line.count), line.mrr) for line in page.context["leaving"]] == [
        ("5 May 2026", "1", "€1,200.00"),
        ("All", "1", "€1,200.00"),
    ]
    march = page.context["months"][1]
    assert (march.label, march.active, march.churn) == ("March 2026", "6", "0.0 %")
    assert {name for name, _chart in page.context["charts"]} == {
        "active", "waiting", "trials", "churn", "mrr-EUR", "lost-EUR", "mrr-JPY",
    }  # fmt: skip
    assert "As of 14 April 2026, 12:00" in page.text


def test_the_page_asks_as_much_for_a_few_subscriptions_as_for_many(as_merchant, as_agent, waiting, alice, clock):
    def asked(client):
        # That somebody is still signed in is noted every few minutes, and the business is read every few seconds.
        client.get(HOME)
        Merchant.forget()
        with CaptureQueriesContext(connection) as captured:
            assert client.get(HOME).status_code == 200
        return len(captured)

    taken(clock)
    few = asked(as_merchant), asked(as_agent)
    plan = PlanFactory(product=ProductFactory(notice_days=0), currency="USD")
    for n in range(12):
        told(started(alice, date(2026, 4, 1 + n), plan), "04-14 request" if n % 2 else "04-14 pause")
    taken(clock, TODAY + DAY)
    # Session, person, business, permissions; what waits, what it is worth; the last snapshot, the figures of a year; and of the
    # first steps what there is to sell and to whom, the mail server, the worker.
    assert (asked(as_merchant), asked(as_agent)) == few == (11, 6)


def test_what_cannot_be_brought_up_to_date_is_in_the_list_all_the_same(as_agent, waiting, monkeypatch):
    monkeypatch.setattr(catch_up, "take", lambda *args, **kwargs: 1 / 0)
    Subscription.objects.update(period_end=TODAY - DAY)
    assert rows_of(as_agent.get(LIST, {"counted": "late"})) == 1


@pytest.mark.parametrize(
    "odd",
    [
        {"counted": "x"}, {"how": "active"}, {"currency": "€" * 9}, {"currency": "x" * 5000}, {"how": "\u200b"},
        {"counted": "late", "how": "churned"}, {"how": "churned", "canceled_on_from": "0001-01-01"},
    ],
)  # fmt: skip
def test_an_odd_filter_breaks_nothing(as_agent, waiting, odd):
    assert as_agent.get(LIST, odd).status_code in (200, 302)


@pytest.mark.parametrize("query", [{"acts": "x"}, {"acts": "late\u200b"}, {"tab": "wind_down", "show": "x"}])
def test_odd_ways_into_the_queue_show_nothing_but_why(as_agent, waiting, query):
    page = as_agent.get("/admin/support/ticket/", query)
    assert rows_of(page) == 0
    assert "in this address cannot be read" in page.text


def test_an_odd_page_of_the_queue_is_its_first(as_agent, waiting):
    assert rows_of(as_agent.get("/admin/support/ticket/", {"tab": "wind_down", "show": "due", "after": "x"})) == 1


@pytest.mark.parametrize("page", [HOME, LIST])
@pytest.mark.parametrize("name", ["counted", "how", "currency", "x"])
def test_an_address_with_a_nul_is_none(as_agent, page, name):
    assert as_agent.get(page, {name: "a\0"}).status_code == 404


def test_the_home_is_today_in_the_navigation(as_agent):
    page = as_agent.get(HOME)
    assert page.context["title"] == "Today"
    active = [
        item["title"] for group in page.context["sidebar_navigation"] for item in group["items"] if item["active"]
    ]
    assert active == ["Today"]


def test_home_list_and_queue_say_the_same_of_one_subscription(as_merchant, alice, clock):
    plan = PlanFactory(product=ProductFactory(tax_rate=20), amount=1440, interval="year")
    one = told(started(alice, date(2026, 2, 20), plan), "04-05 discount 25 2")
    Ticket.objects.create(customer=alice, subject="How?", subscription=one, act_by=TODAY)
    taken(clock)
    assert facts(as_merchant)["MRR"] == ["€75.00"]
    assert as_merchant.get("/admin/support/ticket/").context["rows"][0].mrr == "€75.00"
    assert "€75.00" in as_merchant.get(LIST).text
