"""What is billed, day by day: through the verbs and the job, with literal dates. 100.00 a month, billed on the 20th."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from subscriptions.lifecycle import due
from subscriptions.lifecycle.unit_of_work import changing_one
from subscriptions.models import Channel, Invoice, Subscription
from tests.factories import PlanFactory, started

pytestmark = pytest.mark.django_db


@pytest.fixture
def monthly(alice):
    return started(alice, date(2026, 3, 20))


def do(subscription, today, verb, *arguments, **keywords):
    mine = Subscription.objects.filter(pk=subscription.pk)
    with changing_one(mine, today=today, channel=Channel.ADMIN) as row:
        getattr(row, verb)(*arguments, **keywords)


def bills(subscription):
    live = Invoice.objects.filter(subscription=subscription).exclude(status=Invoice.Status.VOID)
    return [(bill.covers_from, bill.covers_to, bill.amount) for bill in live.order_by("covers_from")]


def day(text):
    return date.fromisoformat(f"2026-{text}")


FIRST = (date(2026, 3, 20), date(2026, 4, 20), Decimal(100))


def test_the_first_period_is_billed_at_the_start(monthly):
    assert bills(monthly) == [FIRST]


def test_each_period_is_billed_on_its_first_day_and_once(monthly):
    due.apply(day("04-19"))
    assert bills(monthly) == [FIRST]
    due.apply(day("04-20"))
    due.apply(day("04-20"))
    assert bills(monthly) == [FIRST, (day("04-20"), day("05-20"), Decimal(100))]


def test_a_late_job_bills_every_period_that_it_missed(monthly):
    due.apply(day("06-25"))
    assert [bill[0] for bill in bills(monthly)] == [day("03-20"), day("04-20"), day("05-20"), day("06-20")]


def test_a_notice_bills_the_last_period_by_days_up_to_the_end(monthly):
    do(monthly, day("04-01"), "schedule_cancellation", day("04-01"), day("05-01"))
    due.apply(day("06-30"))
    monthly.refresh_from_db()
    assert bills(monthly) == [FIRST, (day("04-20"), day("05-01"), Decimal("36.67"))]
    assert (monthly.status, monthly.canceled_on) == ("canceled", day("05-01"))


def test_after_a_withdrawal_the_rest_is_billed_on_its_first_day(monthly):
    do(monthly, day("04-01"), "schedule_cancellation", day("04-01"), day("05-01"))
    do(monthly, day("04-28"), "withdraw_cancellation", day("04-28"))
    due.apply(day("05-20"))
    assert bills(monthly) == [
        FIRST,
        (day("04-20"), day("05-01"), Decimal("36.67")),
        (day("05-01"), day("05-20"), Decimal("63.33")),
        (day("05-20"), day("06-20"), Decimal(100)),
    ]


def test_a_request_after_a_withdrawal_counts_the_whole_split_period_as_billed(monthly):
    do(monthly, day("04-01"), "schedule_cancellation", day("04-01"), day("05-01"))
    do(monthly, day("04-28"), "withdraw_cancellation", day("04-28"))
    monthly.refresh_from_db()
    assert monthly.earliest_end(day("04-29"), 30) == day("05-29")
    assert monthly.earliest_end(day("04-29"), 10) == day("05-20")


def test_no_paused_day_is_billed(monthly):
    do(monthly, day("04-05"), "pause", day("04-05"))
    due.apply(day("09-30"))
    assert bills(monthly) == [FIRST]


@pytest.mark.parametrize(
    ("resumed", "expected"),
    [
        ("04-10", []),
        ("04-20", [("04-20", "05-20", "100.00")]),
        ("05-10", [("05-10", "05-20", "33.33")]),
        ("06-20", [("06-20", "07-20", "100.00")]),
        ("07-05", [("07-05", "07-20", "50.00")]),
    ],
)
def test_resuming_keeps_the_billing_day(monthly, resumed, expected):
    do(monthly, day("04-05"), "pause", day("04-05"))
    do(monthly, day(resumed), "resume", day(resumed))
    assert bills(monthly)[1:] == [(day(a), day(b), Decimal(amount)) for a, b, amount in expected]


@pytest.mark.parametrize(
    ("paused", "resumed", "expected"),
    [
        ("04-05", "05-10", ("05-24", "06-24")),
        ("04-05", "04-06", ("04-20", "05-20")),
        ("04-19", "05-10", ("05-10", "06-10")),
    ],
)
def test_resuming_gives_unused_days_back(alice, paused, resumed, expected):
    subscription = started(alice, date(2026, 3, 20), resume_rule="give_back")
    do(subscription, day(paused), "pause", day(paused))
    do(subscription, day(resumed), "resume", day(resumed))
    due.apply(day("06-01"))
    assert bills(subscription)[1] == (day(expected[0]), day(expected[1]), Decimal(100))


def test_the_rule_is_the_one_that_the_pause_was_made_with(alice):
    subscription = started(alice, date(2026, 3, 20), resume_rule="give_back")
    do(subscription, day("04-05"), "pause", day("04-05"))
    subscription.product.resume_rule = "keep"
    subscription.product.save()
    do(subscription, day("05-10"), "resume", day("05-10"))
    subscription.refresh_from_db()
    assert subscription.period_end == day("05-24")


def test_a_pause_on_a_billing_day_comes_after_the_days_invoice(monthly):
    do(monthly, day("04-20"), "pause", day("04-20"))
    assert bills(monthly)[1:] == [(day("04-20"), day("05-20"), Decimal(100))]


def test_a_pause_at_the_end_of_the_billed_period_starts_then_and_is_not_billed(alice):
    subscription = started(alice, date(2026, 3, 20), pause_starts="period_end")
    do(subscription, day("04-05"), "pause", day("04-05"), resumes_on=day("06-01"))
    subscription.refresh_from_db()
    assert (subscription.status, subscription.pauses_on) == ("active", day("04-20"))
    due.apply(day("05-31"))
    subscription.refresh_from_db()
    assert (subscription.status, subscription.paused_on, bills(subscription)) == ("paused", day("04-20"), [FIRST])
    due.apply(day("06-01"))
    assert bills(subscription)[1:] == [(day("06-01"), day("06-20"), Decimal("61.29"))]


def test_a_resume_date_stays_still_in_notice_and_a_withdrawal_sets_it_to_that_day(monthly):
    do(monthly, day("04-05"), "pause", day("04-05"), resumes_on=day("04-25"))
    do(monthly, day("04-10"), "schedule_cancellation", day("04-10"), day("05-10"))
    due.apply(day("05-02"))
    monthly.refresh_from_db()
    assert monthly.status == "paused"
    do(monthly, day("05-05"), "withdraw_cancellation", day("05-05"))
    monthly.refresh_from_db()
    assert (monthly.status, monthly.period_end) == ("active", day("05-20"))
    assert bills(monthly)[1:] == [(day("05-05"), day("05-20"), Decimal("50.00"))]


def test_an_end_now_on_a_billing_day_voids_that_days_open_invoice(monthly):
    do(monthly, day("04-20"), "cancel", day("04-20"))
    assert bills(monthly) == [FIRST]
    assert Invoice.objects.get(covers_from=day("04-20")).status == "void"


def test_a_trial_converts_and_is_billed_from_its_end(alice):
    trial = started(alice, date(2026, 3, 20), PlanFactory(trial_days=14))
    assert (trial.status, bills(trial)) == ("trialing", [])
    due.apply(day("04-03"))
    trial.refresh_from_db()
    assert (trial.status, bills(trial)) == ("active", [(day("04-03"), day("05-03"), Decimal(100))])


def test_a_trial_canceled_ends_with_it_and_is_never_billed(alice):
    trial = started(alice, date(2026, 3, 20), PlanFactory(trial_days=14))
    assert trial.earliest_end(day("03-25"), 30) == day("04-03")
    do(trial, day("03-25"), "schedule_cancellation", day("03-25"), day("04-03"))
    due.apply(day("05-01"))
    trial.refresh_from_db()
    assert (trial.status, trial.canceled_on, bills(trial)) == ("canceled", day("04-03"), [])


@pytest.mark.parametrize(("currency", "amount", "expected"), [("JPY", "1000", "367"), ("KWD", "10.000", "3.667")])
def test_parts_are_rounded_to_the_currencys_smallest_unit(alice, currency, amount, expected):
    subscription = started(alice, date(2026, 3, 20), PlanFactory(amount=Decimal(amount), currency=currency))
    do(subscription, day("04-01"), "schedule_cancellation", day("04-01"), day("05-01"))
    due.apply(day("04-20"))
    assert bills(subscription)[1][2] == Decimal(expected)


def test_an_invoice_of_zero_is_paid_at_once(alice):
    free = started(alice, date(2026, 3, 20), PlanFactory(amount=0))
    assert Invoice.objects.get(subscription=free).status == "paid"


def test_invoice_numbers_have_no_holes(alice, bob):
    for customer in (alice, bob, alice):
        started(customer, date(2026, 3, 20))
    due.apply(day("05-20"))
    assert sorted(Invoice.objects.values_list("number", flat=True)) == list(range(1, 10))


@pytest.mark.parametrize(
    "wrong",
    [
        {"resumes_on": day("05-01")},
        {"status": "paused", "paused_on": day("05-01"), "resumes_on": day("04-01")},
        {"status": "paused", "paused_on": day("05-01"), "resumes_on": day("05-01")},
        {"status": "paused"},
        {"paused_on": day("05-01")},
        {"status": "canceled"},
        {"cancels_on": day("05-01"), "pauses_on": day("04-20")},
        {"period_end": day("03-20")},
        {"status": "expired"},
        {"discount_percent": 10},
        {"discount_percent": 10, "discount_invoices_left": 121},
        {"next_amount": 10},
        {"next_interval": "month"},
        {"status": "canceled", "canceled_on": day("04-01"), "discount_percent": 10, "discount_invoices_left": 1},
    ],
)
def test_the_database_refuses_what_cannot_be(monthly, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Subscription.objects.filter(pk=monthly.pk).update(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [{"next_amount": None}, {"next_interval": ""}, {"next_interval_count": None}, {"next_plan": None}],
)
def test_the_database_refuses_a_next_plan_without_its_price(monthly, wrong):
    do(monthly, day("04-01"), "change_plan", day("04-01"), PlanFactory(product=monthly.product, name="Small"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Subscription.objects.filter(pk=monthly.pk).update(**wrong)


def test_the_database_refuses_a_next_plan_after_the_end(monthly):
    do(monthly, day("04-01"), "change_plan", day("04-01"), PlanFactory(product=monthly.product, name="Small"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Subscription.objects.filter(pk=monthly.pk).update(status="canceled", canceled_on=day("04-01"))
