"""How billing reads both (`docs/design.md`, Discounts and plan changes). 100.00 a month, billed on the 20th."""

from datetime import date
from decimal import Decimal

import pytest

from subscriptions.lifecycle import due
from subscriptions.lifecycle.unit_of_work import changing_one
from subscriptions.models import Channel, Invoice, Subscription
from tests.factories import PlanFactory, started

pytestmark = pytest.mark.django_db


@pytest.fixture
def monthly(alice):
    return started(alice, date(2026, 3, 20))


def do(subscription, today, verb, *arguments):
    with changing_one(Subscription.objects.filter(pk=subscription.pk), today=today, channel=Channel.ADMIN) as row:
        getattr(row, verb)(today, *arguments)


def amounts(subscription):
    live = Invoice.objects.filter(subscription=subscription).exclude(status="void").order_by("covers_from")
    return [(invoice.covers_from.strftime("%m-%d"), str(invoice.amount.normalize())) for invoice in live]


def day(text):
    return date.fromisoformat(f"2026-{text}")


def test_a_discount_is_taken_off_the_next_invoices_and_no_more(monthly):
    do(monthly, day("04-01"), "grant_discount", 50, 2)
    due.apply(day("06-20"))
    assert amounts(monthly) == [("03-20", "1E+2"), ("04-20", "5E+1"), ("05-20", "5E+1"), ("06-20", "1E+2")]
    line, discount = Invoice.objects.get(covers_from=day("04-20")).lines
    assert (line["kind"], Decimal(line["amount"])) == ("full", 100)
    assert discount == {"kind": "discount", "percent": 50, "amount": "-50.00"}


def test_the_rest_of_a_split_period_shares_its_first_parts_discount_and_does_not_count(monthly):
    """36.67 and 63.33 at 50 %: 18.34 off the first part (half up), and 50.00 less 18.34 off the rest."""
    do(monthly, day("04-01"), "grant_discount", 50, 2)
    do(monthly, day("04-01"), "schedule_cancellation", day("05-01"))
    do(monthly, day("04-28"), "withdraw_cancellation")
    due.apply(day("06-20"))
    assert amounts(monthly)[1:] == [("04-20", "18.33"), ("05-01", "31.67"), ("05-20", "5E+1"), ("06-20", "1E+2")]
    assert Decimal("18.33") + Decimal("31.67") == 50


def test_a_discount_granted_within_a_split_period_begins_with_the_next_full_one(monthly):
    do(monthly, day("04-01"), "schedule_cancellation", day("05-01"))
    do(monthly, day("04-28"), "withdraw_cancellation")
    do(monthly, day("04-29"), "grant_discount", 10, 1)
    due.apply(day("06-20"))
    assert amounts(monthly)[1:] == [("04-20", "36.67"), ("05-01", "63.33"), ("05-20", "9E+1"), ("06-20", "1E+2")]


def test_a_new_discount_replaces_the_rest_of_an_older_one(monthly):
    do(monthly, day("04-01"), "grant_discount", 50, 12)
    do(monthly, day("04-25"), "grant_discount", 10, 1)
    due.apply(day("06-20"))
    assert amounts(monthly)[1:] == [("04-20", "5E+1"), ("05-20", "9E+1"), ("06-20", "1E+2")]


def test_a_gap_after_a_pause_counts_as_one(monthly):
    do(monthly, day("04-05"), "pause")
    do(monthly, day("04-10"), "grant_discount", 50, 1)
    do(monthly, day("05-10"), "resume")
    due.apply(day("05-20"))
    assert amounts(monthly)[1:] == [("05-10", "16.66"), ("05-20", "1E+2")]
    assert Invoice.objects.get(covers_from=day("05-10")).lines[0]["kind"] == "gap"


def test_a_hundred_percent_leaves_an_invoice_of_zero_that_is_paid(monthly):
    do(monthly, day("04-01"), "grant_discount", 100, 1)
    due.apply(day("04-20"))
    invoice = Invoice.objects.get(covers_from=day("04-20"))
    assert (invoice.amount, invoice.status) == (0, "paid")


@pytest.mark.parametrize(("percent", "invoices"), [(0, 1), (101, 1), (10, 0), (10, 121)])
def test_a_discount_out_of_range_is_refused(monthly, percent, invoices):
    with pytest.raises(ValueError, match="1 to 100 percent"):
        do(monthly, day("04-01"), "grant_discount", percent, invoices)


def test_another_plan_of_the_same_rhythm_begins_with_the_next_period(monthly):
    do(monthly, day("04-01"), "change_plan", PlanFactory(product=monthly.product, name="Small", amount=40))
    monthly.refresh_from_db()
    assert monthly.amount == 100
    due.apply(day("05-20"))
    assert amounts(monthly)[1:] == [("04-20", "4E+1"), ("05-20", "4E+1")]
    monthly.refresh_from_db()
    assert (monthly.plan.name, monthly.next_plan, monthly.anchor_on) == ("Small", None, date(2026, 3, 20))


def test_another_interval_makes_its_first_day_the_anchor_and_ends_a_discount(monthly):
    yearly = PlanFactory(product=monthly.product, name="Yearly", amount=900, interval="year")
    do(monthly, day("04-01"), "grant_discount", 50, 5)
    do(monthly, day("04-01"), "change_plan", yearly)
    due.apply(date(2027, 4, 20))
    monthly.refresh_from_db()
    assert (monthly.anchor_on, monthly.interval, monthly.discount_percent) == (day("04-20"), "year", 0)
    live = Invoice.objects.filter(subscription=monthly).order_by("covers_from")
    assert [(str(bill.covers_from), bill.amount) for bill in live][1:] == [("2026-04-20", 900), ("2027-04-20", 900)]


def test_another_plan_waits_for_the_rest_of_a_split_period(monthly):
    do(monthly, day("04-01"), "schedule_cancellation", day("05-01"))
    do(monthly, day("04-28"), "withdraw_cancellation")
    do(monthly, day("04-29"), "change_plan", PlanFactory(product=monthly.product, name="Small", amount=40))
    due.apply(day("05-20"))
    assert amounts(monthly)[1:] == [("04-20", "36.67"), ("05-01", "63.33"), ("05-20", "4E+1")]


def test_another_plan_begins_on_the_resume_day_only_where_that_bills_a_gap(alice):
    small = {"name": "Small", "amount": 30}
    gap, none = started(alice, date(2026, 3, 20)), started(alice, date(2026, 3, 20))
    for subscription, resumed in ((gap, day("05-10")), (none, day("04-10"))):
        do(subscription, day("04-05"), "pause")
        do(subscription, day("04-06"), "change_plan", PlanFactory(product=subscription.product, **small))
        do(subscription, resumed, "resume")
    assert amounts(gap)[1:] == [("05-10", "1E+1")]
    none.refresh_from_db()
    assert (none.amount, amounts(none)[1:]) == (100, [])


@pytest.mark.parametrize("of", ["product", "currency"])
def test_a_plan_of_another_product_or_currency_is_refused(monthly, of):
    plan = PlanFactory() if of == "product" else PlanFactory(product=monthly.product, name="Dollars", currency="USD")
    with pytest.raises(ValueError, match="same product and the same currency"):
        do(monthly, day("04-01"), "change_plan", plan)


def test_a_chosen_plan_costs_what_it_cost_when_it_was_chosen(monthly):
    small = PlanFactory(product=monthly.product, name="Small", amount=40)
    do(monthly, day("04-01"), "change_plan", small)
    type(small).objects.filter(pk=small.pk).update(amount=70, interval="year", currency="USD")
    due.apply(day("05-20"))
    assert amounts(monthly)[1:] == [("04-20", "4E+1"), ("05-20", "4E+1")]
    monthly.refresh_from_db()
    assert (monthly.amount, monthly.interval, monthly.plan, monthly.next_amount) == (40, "month", small, None)


def test_a_dropped_plan_change_leaves_the_plan_as_it_was(monthly):
    do(monthly, day("04-01"), "change_plan", PlanFactory(product=monthly.product, name="Small", amount=40))
    do(monthly, day("04-10"), "drop_plan_change")
    due.apply(day("05-20"))
    assert amounts(monthly)[1:] == [("04-20", "1E+2"), ("05-20", "1E+2")]


def test_both_lapse_when_the_subscription_ends(monthly):
    do(monthly, day("04-01"), "grant_discount", 50, 2)
    do(monthly, day("04-01"), "change_plan", PlanFactory(product=monthly.product, name="Small"))
    do(monthly, day("04-02"), "cancel")
    monthly.refresh_from_db()
    assert (monthly.discount_percent, monthly.discount_invoices_left, monthly.next_plan) == (0, 0, None)
