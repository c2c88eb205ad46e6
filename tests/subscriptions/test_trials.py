"""Trials end, convert and are billed from that day on; trial days never are (`docs/design.md`, Dates and Billing)."""

from datetime import date

import pytest

from subscriptions.lifecycle.unit_of_work import changing_one
from subscriptions.models import Channel, Subscription
from subscriptions.rules.states import Status
from tests.factories import PlanFactory, ProductFactory, started
from tests.subscriptions.story import bills, day, listed, told

pytestmark = pytest.mark.django_db
START = date(2026, 3, 20)


def trial(alice, days=14, start=START, **plan):
    return started(alice, start, PlanFactory(trial_days=days, **plan))


@pytest.mark.parametrize(
    ("days", "start", "interval", "eve", "until", "expected"),
    [
        (1, "2026-03-20", "month", "2026-03-20", "2026-03-21", "2026-03-21 2026-04-21 100"),
        (14, "2026-03-20", "month", "2026-04-02", "2026-05-02", "2026-04-03 2026-05-03 100"),
        # The trial's end is the anchor: a 31st, and a 29 February.
        (30, "2024-01-01", "month", "2024-01-30", "2024-03-01",
         "2024-01-31 2024-02-29 100, 2024-02-29 2024-03-31 100"),
        (29, "2024-01-31", "year", "2024-02-28", "2025-02-28",
         "2024-02-29 2025-02-28 100, 2025-02-28 2026-02-28 100"),
        (365, "2026-03-20", "week", "2027-03-19", "2027-03-26", "2027-03-20 2027-03-27 100"),
    ],
)  # fmt: skip
def test_a_trial_converts_on_its_end_and_is_billed_from_then(alice, days, start, interval, eve, until, expected):
    subscription = trial(alice, days, date.fromisoformat(start), interval=interval)
    subscription = told(subscription, f"{eve} job")
    assert (subscription.status, bills(subscription)) == (Status.TRIALING, [])
    subscription = told(subscription, f"{until} job")
    assert (subscription.status, bills(subscription)) == (Status.ACTIVE, listed(expected))


def test_a_late_job_converts_and_bills_all_that_was_missed(alice):
    subscription = told(trial(alice), "06-10 job")
    assert bills(subscription) == listed("04-03 05-03 100, 05-03 06-03 100, 06-03 07-03 100")
    kinds = list(subscription.events.order_by("id").values_list("kind", "effective_on"))
    assert kinds == [
        ("started", START),
        ("trial_converted", day("04-03")),
        ("renewed", day("04-03")),
        ("renewed", day("05-03")),
        ("renewed", day("06-03")),
    ]


@pytest.mark.parametrize(
    ("story", "status", "expected"),
    [
        # Withdrawn within the trial, up to its last day: it converts as if nothing had been asked.
        ("03-20 request, 03-21 withdraw", "active", "04-03 05-03 100"),
        ("04-02 request, 04-02 withdraw", "active", "04-03 05-03 100"),
        ("03-20 request, 03-21 withdraw, 04-01 request", "canceled", ""),
        # Ended at once: on the first day, and on the last.
        ("03-20 cancel", "canceled", ""),
        ("04-02 cancel", "canceled", ""),
        # Ended on the day the trial ends: that day's invoice begins today and is void.
        ("04-03 cancel", "canceled", ""),
        ("04-04 cancel", "canceled", "04-03 05-03 100"),
    ],
)
def test_what_a_trial_comes_to(alice, story, status, expected):
    subscription = told(trial(alice), f"{story}, 05-02 job")
    assert (subscription.status, bills(subscription)) == (status, listed(expected))


def test_a_discount_granted_in_a_trial_begins_with_the_first_invoice(alice):
    subscription = told(trial(alice), "03-25 discount 50 1, 05-03 job")
    assert bills(subscription) == listed("04-03 05-03 50, 05-03 06-03 100")


@pytest.mark.parametrize(
    ("interval", "expected"),
    [("month", "04-03 05-03 40, 05-03 06-03 40"), ("year", "04-03 2027-04-03 40")],
)
def test_another_plan_chosen_in_a_trial_is_billed_from_its_end(alice, interval, expected):
    subscription = trial(alice)
    other = PlanFactory(product=subscription.product, name="Other", amount=40, interval=interval)
    with changing_one(Subscription.objects.all(), today=START, channel=Channel.ADMIN) as row:
        row.change_plan(START, other)
    subscription = told(subscription, "05-03 job")
    assert bills(subscription) == listed(expected)
    assert subscription.anchor_on == day("04-03")


def test_a_product_that_pauses_at_the_end_of_the_period_pauses_after_the_first_one(alice):
    subscription = started(alice, START, PlanFactory(product=ProductFactory(pause_starts="period_end"), trial_days=14))
    subscription = told(subscription, "04-03 pause")
    assert subscription.pauses_on == day("05-03")
    assert bills(told(subscription, "12-31 job")) == listed("04-03 05-03 100")
