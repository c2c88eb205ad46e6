"""The page "Cancellations": numbers that equal a recount, each with the list behind it; what customers wrote; the CSV."""

import csv
import io
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape
from django.utils.timezone import datetime, make_aware

from portal_project.accounts.models import Merchant, User
from subscriptions.models import Subscription
from support.models import CancellationRequest, Ticket
from support.reports import tenure
from support.reports.leaving import Chosen, report
from tests.conftest import signed_in
from tests.factories import PlanFactory, ProductFactory, UserFactory, started
from tests.pages import confirm

pytestmark = pytest.mark.django_db
PAGE = "/admin/support/cancellationrequest/leaving/"
TODAY = date(2026, 3, 10)
DAY = timedelta(days=1)
DECISIONS = ["", "ended", "canceled_now", "withdrawn", "kept", "offer_accepted"]
REASONS = ["too_expensive", "switching", "not_needed", "other", "not_said"]


def made_up(number, chance):
    """Requests of two years in every state, in two currencies and rhythms, and a few ends without one."""
    plans = [
        PlanFactory(amount=10),
        PlanFactory(amount=120, interval="year"),
        PlanFactory(product=ProductFactory(), amount=3, currency="USD"),
    ]
    person = User.objects.create(email="many@example.com", name="Many")
    rows = [subscription(person, chance.choice(plans), n, chance) for n in range(number + number // 5)]
    Subscription.objects.bulk_create(rows)
    left = rows[:number]
    tickets = Ticket.objects.bulk_create(
        Ticket(number=f"T-{n:06}", type="cancel", subject="x", customer=person, subscription=row)
        for n, row in enumerate(left)
    )
    requests = []
    for row, ticket in zip(left, tickets, strict=True):
        decision = row.decision
        at = make_aware(datetime(2026, 3, 10)) - timedelta(days=chance.randrange(730))
        requests.append(
            CancellationRequest(
                ticket=ticket,
                subscription=row,
                reason_id=chance.choice(REASONS),
                reason_label="x",
                message=chance.choice(["", "Bye"]),
                requested_on=at.date(),
                requested_at=at,
                answered_at=chance.choice([None, at, at + timedelta(hours=chance.randrange(1, 99))]),
                notice_days=30,
                promised_on=at.date(),
                why_then="x",
                decision=decision,
                decided_at=at if decision else None,
                agreed_on=at.date() if decision == "kept" else None,
                agreement="By phone" if decision == "kept" else "",
            )
        )
    CancellationRequest.objects.bulk_create(requests)


def subscription(person, plan, number, chance):
    values = {name: getattr(plan, name) for name in ("amount", "currency", "interval", "interval_count")}
    row = Subscription(
        customer=person, plan=plan, number=f"S-{number:06}", anchor_on=date(2020, 1, 1), status="active",
        started_on=TODAY - timedelta(days=chance.randrange(730, 2000)),
        period_start=date(2026, 3, 1), period_end=date(2026, 4, 1), **values,
    )  # fmt: skip
    row.decision = chance.choice(DECISIONS)
    if row.decision in ("ended", "canceled_now") or number % 6 == 0:
        row.status, row.canceled_on = "canceled", TODAY - timedelta(days=chance.randrange(700))
        row.decision = row.decision if row.decision in ("ended", "canceled_now") else "ended"
    return row


def recount(chosen, by):
    """By hand, from rows alone."""
    found = {}
    requested = CancellationRequest.objects.select_related("subscription__plan", "reason")
    with_one = {each.subscription_id for each in requested if each.decision in ("", "ended", "canceled_now")}
    for each in requested:
        if chosen.first <= each.requested_on <= chosen.last and fits(chosen, each.subscription, each):
            tally = found.setdefault(key(by, each.subscription, each.requested_on), Counter())
            tally[each.decision, "count"] += 1
            if each.decision in ("ended", "canceled_now"):
                tally["lost", each.subscription.currency] += monthly(each.subscription)
    for each in Subscription.objects.select_related("plan").filter(canceled_on__isnull=False):
        if each.pk in with_one or chosen.reason or not chosen.first <= each.canceled_on <= chosen.last:
            continue
        if fits(chosen, each, None):
            found.setdefault(key(by, each, each.canceled_on), Counter())["at once"] += 1
    return found


def fits(chosen, row, request):
    on = request.requested_on if request else row.canceled_on
    return (
        chosen.product in (None, row.plan.product_id)
        and (not chosen.reason or request.reason_id == chosen.reason)
        and chosen.tenure in ("", of_tenure(row, on))
    )


def of_tenure(row, on):
    days = (on - row.started_on).days
    return [code for code in tenure.CODES if days >= int(code)][-1] if days >= 0 else "0"


def key(by, row, on):
    keys = {
        "month": on.replace(day=1),
        "product": row.plan.product_id,
        "plan": row.plan_id,
        "tenure": int(of_tenure(row, on)),
    }
    return keys[by]


def monthly(row):
    return Decimal(row.amount) / (12 if row.interval == "year" else 1)


def told(found):
    rows = {}
    for name, tally in found.rows.items():
        counted = Counter({(decision, "count"): count for decision, count in tally.outcomes.items()})
        counted.update({("lost", currency): amount for currency, amount in tally.lost.by_currency.items()})
        counted["at once"] = tally.at_once
        rows[name] = +counted
    return rows


def test_the_numbers_equal_a_recount(django_assert_num_queries):
    made_up(4000 if connection.vendor == "postgresql" else 300, Random(7))
    product = Subscription.objects.select_related("plan").first().plan.product_id
    every = Chosen(date(2024, 1, 1), TODAY)
    with django_assert_num_queries(4):
        found = report(every, "month")
    assert told(found) == {name: +tally for name, tally in recount(every, "month").items()}
    for by, chosen in (
        ("product", Chosen(date(2025, 6, 15), date(2026, 2, 3))),
        ("plan", Chosen(date(2025, 1, 1), TODAY, product=product)),
        ("tenure", Chosen(date(2025, 1, 1), TODAY, reason="other")),
        ("month", Chosen(date(2024, 1, 1), TODAY, tenure="365")),
    ):
        assert told(report(chosen, by)) == {name: +tally for name, tally in recount(chosen, by).items()}
    waits = sorted(
        (each.answered_at - each.requested_at)
        for each in CancellationRequest.objects.exclude(answered_at=None)
        if each.answered_at > each.requested_at and each.requested_on >= every.first
    )
    half = len(waits) // 2
    assert found.total.first_answer == (waits[half] if len(waits) % 2 else (waits[half - 1] + waits[half]) / 2)


@pytest.fixture
def left(alice, as_alice, clock):
    """Alice, at 100.00 a month since 20 January, asked to leave on 10 March, and ended something else at once."""
    clock(TODAY)
    hosting = started(alice, date(2026, 1, 20), name="Hosting")
    confirm(as_alice, f"{hosting.get_absolute_url()}cancel/", reason="too_expensive", message="=2+2 is too much")
    mail = started(alice, date(2026, 2, 1), name="Mail", cancellation_mode="immediate")
    confirm(as_alice, f"{mail.get_absolute_url()}cancel/")
    return hosting


def rows_of(client, **filters):
    lines = csv.DictReader(io.StringIO(client.get(PAGE, filters | {"csv": "1"}).content.decode("utf-8-sig")))
    return [{name: value for name, value in line.items() if value not in ("0", "0.00", "")} for line in lines]


def test_support_sees_why_people_leave_and_each_number_leads_to_its_list(as_agent, left):
    page = as_agent.get(PAGE)
    line = page.context["lines"][-1]
    assert (line.label, line.requests.value, line.at_once.value) == ("March 2026", 1, 1)
    for number, expected in ((line.requests, "Hosting"), (line.outcomes[0], "Hosting"), (line.at_once, "Mail")):
        found = as_agent.get(number.url)
        assert (found.status_code, found.context["cl"].result_count) == (200, 1)
        assert expected in found.text
        assert f'href="{escape(number.url)}">1</a>' in page.text
    assert page.context["reasons"][0].label == "Too expensive"
    assert as_agent.get(page.context["reasons"][0].requests.url).context["cl"].result_count == 1
    CancellationRequest.objects.update(decision="withdrawn", decided_at=make_aware(datetime(2026, 3, 10)))
    assert as_agent.get(line.outcomes[0].url).context["cl"].result_count == 0


@pytest.mark.parametrize("by", ["product", "plan", "tenure"])
def test_rows_of_each_kind_lead_to_their_lists(as_merchant, left, by):
    for line in as_merchant.get(PAGE, {"by": by}).context["lines"]:
        for number in (line.requests, line.at_once, *line.outcomes):
            if number.url:
                assert as_merchant.get(number.url).context["cl"].result_count == number.value


def test_the_csv_holds_what_the_table_shows(as_agent, left):
    assert rows_of(as_agent) == [{"Month": "March 2026", "Requests": "1", "In notice": "1", "Ended at once": "1",
        "Lost at once a month, EUR": "100.00"}]  # fmt: skip


def test_what_was_lost_leads_to_the_requests_that_ended_early_and_on_their_day(as_merchant, clock):
    clock(TODAY)
    made_up(60, Random(3))
    line = as_merchant.get(PAGE, {"first": "2024-01-01"}).context["total"]
    ended = CancellationRequest.objects.filter(decision__in=["ended", "canceled_now"])
    assert as_merchant.get(line.lost.url).context["cl"].result_count == ended.count() > 0
    assert as_merchant.get(line.lost_at_once.url).context["cl"].result_count == line.at_once.value


def test_the_reasons_are_a_csv_of_their_own(as_agent, left):
    CancellationRequest.objects.update(decision="ended", decided_at=make_aware(datetime(2026, 3, 10)))
    lines = csv.DictReader(io.StringIO(as_agent.get(PAGE, {"csv": "reasons"}).content.decode("utf-8-sig")))
    expected = {"Reason": "Too expensive", "Requests": "1", "Share, %": "100", "Lost a month, EUR": "100.00"}
    assert list(lines) == [expected]


def test_a_product_called_like_a_formula_stays_text(as_agent, left):
    left.plan.product.name = "=HYPERLINK(1)"
    left.plan.product.save()
    assert rows_of(as_agent, by="product", reason="too_expensive")[0]["Product"] == "'=HYPERLINK(1)"


def test_what_customers_wrote_is_read_page_by_page(as_agent, left):
    page = as_agent.get(f"{PAGE}messages/")
    assert "=2+2 is too much" in page.text
    assert "Nobody wrote anything." in as_agent.get(f"{PAGE}messages/", {"reason": "switching"}).text


def test_the_first_answer_of_staff_is_the_one_that_counts(as_agent, left, clock):
    clock(TODAY + 2 * DAY)
    address = f"/admin/support/ticket/{Ticket.objects.get().pk}/reply/"
    for text in ("Hello", "Hello again"):
        assert as_agent.post(address, {"body": text, "token": uuid4(), "is_internal": ""}).status_code == 302
        clock(TODAY + 5 * DAY)
    assert as_agent.get(PAGE).context["total"].first_answer == "2 days"


def test_a_month_in_which_nobody_left_has_its_row(as_agent, left, bob, clock):
    clock(date(2026, 6, 1))
    his = started(bob, date(2026, 5, 20))
    confirm(signed_in(bob), f"{his.get_absolute_url()}cancel/", reason="other", message="")
    labels = [line.label for line in as_agent.get(PAGE).context["lines"]]
    assert labels == ["March 2026", "April 2026", "May 2026", "June 2026"]


def test_what_staff_noted_for_a_customer_is_not_the_customers_word(as_agent, bob, clock):
    clock(TODAY)
    his = started(bob, date(2026, 2, 20))
    page = f"/admin/subscriptions/subscription/{his.pk}/request-cancellation/"
    confirm(as_agent, page, reason="other", message="Called on Monday.")
    assert CancellationRequest.objects.get().message == "Called on Monday."
    assert "Called on Monday." not in as_agent.get(f"{PAGE}messages/").text


def test_nobody_at_all_is_said(as_agent):
    assert "Nobody has left or asked to in these days." in as_agent.get(PAGE).text


@pytest.mark.parametrize(
    "odd",
    [
        {"by": "x"}, {"first": "٢٠٢٦-٠١-٠١"}, {"first": "2027-01-01", "last": "2026-01-01"}, {"product": "9" * 40},
        {"plan": "-1"}, {"tenure": "31"}, {"reason": "\u200b"}, {"last": "0001-01-01"}, {"last": "9999-12-31"}, {"after": "x"},
        {"plan": "x" * 100_000}, {"reason": "o\u0301ther"}, {"first": "1e9"},
    ],
)  # fmt: skip
def test_an_odd_address_narrows_nothing_and_breaks_nothing(as_agent, left, odd):
    for page in (PAGE, f"{PAGE}messages/"):
        assert as_agent.get(page, odd).status_code == 200


@pytest.mark.parametrize("odd", [{"reason": "oth\0er"}, {"first": "2026-01-01\0"}, {"after": "\0"}])
def test_an_address_with_a_nul_is_none(as_agent, odd):
    assert as_agent.get(PAGE, odd).status_code == 404


@pytest.mark.parametrize("page", [PAGE, f"{PAGE}messages/", f"{PAGE}?csv=1"])
def test_staff_without_a_role_are_refused_and_customers_do_not_find_it(as_alice, page):
    assert signed_in(UserFactory(is_staff=True)).get(page).status_code == 403
    assert as_alice.get(page).status_code in (302, 404)


@pytest.mark.parametrize("by", ["month", "product", "plan", "tenure"])
def test_the_page_asks_as_much_for_a_few_requests_as_for_many(as_merchant, left, by):
    def asked():
        # The row of the merchant is kept for seconds, so whether it is read depends on when.
        Merchant.forget()
        with CaptureQueriesContext(connection) as captured:
            as_merchant.get(PAGE, {"by": by, "first": "2024-01-01"})
        return len(captured)

    asked()
    few = asked()
    made_up(60, Random(1))
    assert asked() == few
