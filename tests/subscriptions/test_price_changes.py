"""A price that staff announce comes with the first full period from its day on (`docs/design.md`, Price changes)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from portal_project.accounts.models import Merchant
from products.models import ResumeRule
from subscriptions.lifecycle import due
from subscriptions.lifecycle.unit_of_work import changing_one
from subscriptions.models import Channel, Invoice, Subscription, SubscriptionEvent
from tests.conftest import signed_in
from tests.factories import PlanFactory, ProductFactory, UserFactory, started
from tests.pages import hidden_inputs

pytestmark = pytest.mark.django_db
TODAY = date(2026, 4, 1)


@pytest.fixture
def monthly(alice, clock):
    """100.00 a month, billed on the 20th."""
    clock(TODAY)
    return started(alice, date(2026, 3, 20), name="Hosting")


def announce(subscription, today, amount, days=30):
    with changing_one(Subscription.objects.filter(pk=subscription.pk), today=today, channel=Channel.ADMIN) as row:
        row.change_price(today, Decimal(amount), today + timedelta(days=days))


def do(subscription, today, verb, *arguments, **more):
    with changing_one(Subscription.objects.filter(pk=subscription.pk), today=today, channel=Channel.ADMIN) as row:
        getattr(row, verb)(today, *arguments, **more)


def amounts(subscription, *, until):
    due.apply(until)
    live = Invoice.objects.filter(subscription=subscription).exclude(status="void").order_by("covers_from")
    return [(str(invoice.covers_from), float(invoice.amount)) for invoice in live][1:]


def test_of_the_next_three_invoices_those_from_the_day_on_have_the_new_price(monthly):
    """Announced on 1 April, so it counts from 1 May on: the bill of 20 April is before it."""
    announce(monthly, TODAY, "120")
    bills = amounts(monthly, until=date(2026, 6, 20))
    assert bills == [("2026-04-20", 100), ("2026-05-20", 120), ("2026-06-20", 120)]
    monthly.refresh_from_db()
    assert (monthly.amount, monthly.new_amount, monthly.new_amount_from) == (120, None, None)
    changed = SubscriptionEvent.objects.get(kind="price_changed")
    assert (changed.effective_on, changed.channel) == (date(2026, 5, 20), "job")


def test_a_period_that_begins_on_the_day_itself_has_the_new_price(monthly):
    announce(monthly, date(2026, 4, 20), "120")
    bills = amounts(monthly, until=date(2026, 6, 20))
    assert bills == [("2026-04-20", 100), ("2026-05-20", 120), ("2026-06-20", 120)]


def test_the_last_day_of_short_months_changes_no_day(alice, clock):
    clock(date(2026, 1, 31))
    subscription = started(alice, date(2026, 1, 31))
    announce(subscription, date(2026, 1, 31), "120")
    bills = amounts(subscription, until=date(2026, 4, 30))
    assert bills == [("2026-02-28", 100), ("2026-03-31", 120), ("2026-04-30", 120)]


def test_a_year_that_is_billed_keeps_its_price_to_its_end(alice, clock):
    clock(date(2026, 4, 1))
    subscription = started(alice, date(2026, 3, 20), PlanFactory(amount=900, interval="year"))
    announce(subscription, date(2026, 4, 1), "1000")
    bills = amounts(subscription, until=date(2029, 3, 20))
    assert bills == [("2027-03-20", 1000), ("2028-03-20", 1000), ("2029-03-20", 1000)]


@pytest.mark.parametrize(("resumed", "first"), [("2026-05-10", [("2026-05-10", 40)]), ("2026-04-28", [])])
def test_after_a_pause_over_the_boundary_the_first_bill_has_it_if_the_day_has_come(alice, clock, resumed, first):
    """The gap from 10 to 20 May is 10 of 30 days; resumed before the day of 1 May, the gap still has the old price."""
    clock(TODAY)
    product = ProductFactory(pause_starts="at_once", resume_rule=ResumeRule.KEEP)
    subscription = started(alice, date(2026, 3, 20), PlanFactory(product=product))
    do(subscription, date(2026, 4, 5), "pause")
    announce(subscription, date(2026, 4, 6), "120", days=25)
    do(subscription, date.fromisoformat(resumed), "resume")
    first = first or [("2026-04-28", 73.33)]
    bills = amounts(subscription, until=date(2026, 6, 20))
    assert bills == [*first, ("2026-05-20", 120), ("2026-06-20", 120)]


def test_a_trial_that_ends_after_the_day_begins_at_the_new_price(alice, clock):
    clock(TODAY)
    subscription = started(alice, TODAY, PlanFactory(trial_days=40))
    announce(subscription, TODAY, "120")
    due.apply(date(2026, 7, 11))
    bills = Invoice.objects.order_by("covers_from").values_list("covers_from", "amount")
    assert list(bills) == [
        (date(2026, 5, 11), 120),
        (date(2026, 6, 11), 120),
        (date(2026, 7, 11), 120),
    ]


def test_a_discount_is_taken_off_the_new_price(monthly):
    do(monthly, TODAY, "grant_discount", 50, 2)
    announce(monthly, TODAY, "120")
    bills = amounts(monthly, until=date(2026, 6, 20))
    assert bills == [("2026-04-20", 50), ("2026-05-20", 60), ("2026-06-20", 120)]


def test_whoever_is_leaving_leaves_at_the_old_price_and_whoever_stays_has_the_new_one_with_the_next_period(monthly):
    """The notice ends on 5 June: 20 May to 5 June is 16 of 31 days of the old price, and so is the rest of that period."""
    announce(monthly, TODAY, "120")
    do(monthly, date(2026, 4, 25), "schedule_cancellation", date(2026, 6, 5))
    do(monthly, date(2026, 6, 1), "withdraw_cancellation")
    bills = amounts(monthly, until=date(2026, 7, 20))
    assert bills == [
        ("2026-04-20", 100),
        ("2026-05-20", 51.61),
        ("2026-06-05", 48.39),
        ("2026-06-20", 120),
        ("2026-07-20", 120),
    ]


def test_it_lapses_with_the_end(monthly):
    announce(monthly, TODAY, "120")
    do(monthly, date(2026, 4, 2), "cancel")
    monthly.refresh_from_db()
    assert (monthly.new_amount, monthly.new_amount_from) == (None, None)


def test_a_dropped_one_leaves_the_price_as_it_was(monthly):
    announce(monthly, TODAY, "120")
    do(monthly, date(2026, 4, 2), "drop_price_change")
    assert amounts(monthly, until=date(2026, 6, 20)) == [
        ("2026-04-20", 100),
        ("2026-05-20", 100),
        ("2026-06-20", 100),
    ]


def test_another_plan_that_is_chosen_later_takes_its_place(monthly):
    announce(monthly, TODAY, "120")
    do(monthly, date(2026, 4, 2), "change_plan", PlanFactory(product=monthly.product, name="Small", amount=40))
    assert amounts(monthly, until=date(2026, 5, 20)) == [("2026-04-20", 40), ("2026-05-20", 40)]


@pytest.mark.parametrize(
    "values",
    [
        {"new_amount": 5},
        {"new_amount_from": TODAY},
        {"new_amount": -1, "new_amount_from": TODAY},
        {"new_amount": 5, "new_amount_from": TODAY, "status": "canceled", "canceled_on": TODAY},
    ],
)
def test_the_database_holds_both_or_none_not_below_zero_and_none_once_ended(monthly, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        Subscription.objects.filter(pk=monthly.pk).update(**values)


# On the pages


def page(subscription, verb="change"):
    return f"/admin/subscriptions/subscription/{subscription.pk}/{verb}/"


def text_of(response):
    return " ".join(response.content.decode().split())


def confirmed(client, subscription, verb="change-price", **typed):
    """See what it leads to, then confirm that; the text of the page that follows."""
    shown = client.post(page(subscription, verb), typed | {"preview": "1"})
    return text_of(client.post(page(subscription, verb), hidden_inputs(shown) | typed, follow=True))


def test_a_merchant_sees_the_bills_first_and_history_and_customer_are_told(as_merchant, monthly):
    shown = text_of(as_merchant.post(page(monthly, "change-price"), {"amount": "120", "preview": "1"}))
    assert "New price: <strong>€120.00 / month from 20 May 2026</strong>" in shown
    assert "Until then it costs €100.00 / month." in shown
    text = confirmed(as_merchant, monthly, amount="120")
    assert "The price change is noted. The customer is told by mail." in text
    assert "Price change: €120.00 / month from 20 May 2026" in text
    assert "€120.00, from the first period that begins on 1 May 2026 or later" in text
    assert page(monthly, "drop-price-change") in text
    text = text_of(signed_in(monthly.customer).get(f"/subscriptions/{monthly.number}/"))
    assert "Price change: €120.00 / month from 20 May 2026." in text
    assert "New price announced" in text
    text = confirmed(as_merchant, monthly, "drop-price-change")
    assert "The price change is dropped. The customer is told by mail." in text
    assert "Price change dropped" in text


def test_the_days_of_notice_are_the_merchants_setting(as_merchant, monthly):
    merchant = Merchant.load()
    merchant.price_change_notice_days = 0
    merchant.save()
    assert "€120.00 / month from 20 April 2026" in confirmed(as_merchant, monthly, amount="120")


def test_paused_without_a_date_it_is_for_the_first_period_not_before_the_day(as_merchant, monthly):
    do(monthly, TODAY, "pause")
    text = confirmed(as_merchant, monthly, amount="120")
    assert "€120.00 / month, from the first period that begins on 1 May 2026 or later" in text


def test_the_same_price_again_is_no_second_change(as_merchant, monthly):
    assert "This subscription costs €100.00 / month already." in confirmed(as_merchant, monthly, amount="100")
    confirmed(as_merchant, monthly, amount="120")
    text = confirmed(as_merchant, monthly, amount="120")
    assert "This subscription already changes to that price, €120.00 / month." in text
    assert SubscriptionEvent.objects.filter(kind="price_announced").count() == 1
    assert "Drop the price change, and it stays so." in confirmed(as_merchant, monthly, amount="100")


def test_another_price_takes_the_place_of_one_to_come(as_merchant, monthly, clock):
    confirmed(as_merchant, monthly, amount="120")
    clock(date(2026, 4, 25))
    text = confirmed(as_merchant, monthly, amount="110")
    assert "Price change: €110.00 / month from 20 June 2026" in text


def test_not_for_who_is_leaving_has_left_or_goes_over_to_another_plan(as_merchant, monthly):
    do(monthly, TODAY, "change_plan", PlanFactory(product=monthly.product, name="Small", amount=40))
    assert "Drop the plan change first." in confirmed(as_merchant, monthly, amount="120")
    do(monthly, TODAY, "drop_plan_change")
    do(monthly, TODAY, "schedule_cancellation", date(2026, 5, 1))
    assert "This subscription ends on 1 May 2026." in confirmed(as_merchant, monthly, amount="120")
    do(monthly, TODAY, "cancel")
    assert "This subscription ended on 1 April 2026." in confirmed(as_merchant, monthly, amount="120")
    assert not SubscriptionEvent.objects.filter(kind="price_announced").exists()


def test_support_has_no_button_and_is_refused(as_agent, monthly):
    assert page(monthly, "change-price") not in text_of(as_agent.get(page(monthly)))
    assert "Your role does not include changing subscriptions." in confirmed(as_agent, monthly, amount="120")
    announce(monthly, TODAY, "120")
    assert "Your role does not include changing subscriptions." in confirmed(as_agent, monthly, "drop-price-change")
    monthly.refresh_from_db()
    assert monthly.new_amount == 120


def test_nobody_does_it_on_a_contract_of_their_own(clock, monthly):
    merchant = UserFactory(is_staff=True, is_superuser=True)
    own = started(merchant, TODAY)
    assert "This is agreed with our staff" in confirmed(signed_in(merchant), own, amount="1")


@pytest.mark.parametrize("typed", ["-1", "1.001", "NaN", "Infinity", "1\x002", "1\u200b2", "", "x" * 100_000, "9" * 40])
def test_what_is_no_price_is_asked_again(as_merchant, monthly, typed):
    response = as_merchant.post(page(monthly, "change-price"), {"amount": typed, "announced": ""})
    assert response.status_code in (200, 400)
    monthly.refresh_from_db()
    assert monthly.new_amount is None
