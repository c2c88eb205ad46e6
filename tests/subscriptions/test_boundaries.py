"""Where periods begin and what they cost, over months of every length and leap years (`docs/design.md`, Dates and Billing)."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from subscriptions.rules import periods
from tests.factories import PlanFactory, ProductFactory, started
from tests.subscriptions.story import bills, listed, told

BOUNDARIES = [
    ("day", 1, "2024-02-28 2024-02-29 2024-03-01 2024-03-02"),
    ("day", 1, "2023-02-27 2023-02-28 2023-03-01"),
    ("day", 2, "2023-02-27 2023-03-01 2023-03-03 2023-03-05"),
    ("day", 3, "2024-12-30 2025-01-02 2025-01-05"),
    ("week", 1, "2024-02-22 2024-02-29 2024-03-07"),
    ("week", 2, "2023-12-25 2024-01-08 2024-01-22"),
    ("week", 3, "2024-02-15 2024-03-07 2024-03-28"),
    ("month", 1, "2023-01-28 2023-02-28 2023-03-28 2023-04-28"),
    ("month", 1, "2024-01-28 2024-02-28 2024-03-28 2024-04-28"),
    ("month", 1, "2023-01-29 2023-02-28 2023-03-29 2023-04-29"),
    ("month", 1, "2024-01-29 2024-02-29 2024-03-29 2024-04-29"),
    ("month", 1, "2023-01-30 2023-02-28 2023-03-30 2023-04-30"),
    ("month", 1, "2024-01-30 2024-02-29 2024-03-30 2024-04-30"),
    ("month", 1, "2023-01-31 2023-02-28 2023-03-31 2023-04-30 2023-05-31"),
    ("month", 1, "2024-01-31 2024-02-29 2024-03-31 2024-04-30 2024-05-31 2024-06-30 2024-07-31 2024-08-31"),
    ("month", 2, "2023-12-31 2024-02-29 2024-04-30 2024-06-30 2024-08-31"),
    ("month", 2, "2024-12-30 2025-02-28 2025-04-30 2025-06-30"),
    ("month", 2, "2024-12-29 2025-02-28 2025-04-29"),
    ("month", 3, "2023-11-30 2024-02-29 2024-05-30 2024-08-30 2024-11-30 2025-02-28"),
    ("month", 3, "2023-08-31 2023-11-30 2024-02-29 2024-05-31"),
    ("year", 1, "2023-02-28 2024-02-28 2025-02-28"),
    ("year", 1, "2024-02-29 2025-02-28 2026-02-28 2027-02-28 2028-02-29 2029-02-28"),
    # 2100 is a common year.
    ("year", 1, "2096-02-29 2097-02-28 2098-02-28 2099-02-28 2100-02-28 2101-02-28 2102-02-28 2103-02-28 2104-02-29"),
    ("year", 2, "2024-02-29 2026-02-28 2028-02-29 2030-02-28"),
    ("year", 3, "2024-02-29 2027-02-28 2030-02-28 2033-02-28 2036-02-29"),
]


@pytest.mark.parametrize(("interval", "count", "boundaries"), BOUNDARIES)
def test_every_boundary_counts_from_the_anchor(interval, count, boundaries):
    anchor, *later = map(date.fromisoformat, boundaries.split())
    assert [periods.period_start(anchor, interval, count, n) for n in range(1, len(later) + 1)] == later


@pytest.mark.parametrize(("interval", "count", "boundaries"), BOUNDARIES)
def test_the_first_and_the_last_day_between_two_boundaries_lie_in_one_period(interval, count, boundaries):
    anchor, *later = map(date.fromisoformat, boundaries.split())
    for start, end in pairwise([anchor, *later]):
        for day in (start, end - timedelta(days=1)):
            assert periods.period_around(anchor, interval, count, day) == (start, end)
            assert periods.billed_through(anchor, interval, count, day) == (start if day == start else end)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("interval", "count", "start", "until", "expected"),
    [
        ("day", 1, "2024-02-28", "2024-03-01", ["2024-02-28", "2024-02-29", "2024-03-01", "2024-03-02"]),
        ("day", 3, "2024-02-27", "2024-03-03", ["2024-02-27", "2024-03-01", "2024-03-04"]),
        ("week", 2, "2023-12-25", "2024-01-22", ["2023-12-25", "2024-01-08", "2024-01-22", "2024-02-05"]),
        (
            "month",
            1,
            "2024-01-31",
            "2024-04-30",
            ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31"],
        ),
        ("month", 1, "2023-01-29", "2023-03-28", ["2023-01-29", "2023-02-28", "2023-03-29"]),
        ("month", 3, "2023-11-30", "2024-05-30", ["2023-11-30", "2024-02-29", "2024-05-30", "2024-08-30"]),
        ("year", 1, "2024-02-29", "2027-02-28", ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]),
        ("year", 2, "2024-02-29", "2028-02-28", ["2024-02-29", "2026-02-28", "2028-02-29"]),
    ],
)
def test_each_period_between_two_boundaries_costs_the_price(alice, interval, count, start, until, expected):
    plan = PlanFactory(interval=interval, interval_count=count)
    subscription = started(alice, date.fromisoformat(start), plan)
    told(subscription, f"{until} job")
    assert bills(subscription) == listed(", ".join(f"{first} {end} 100" for first, end in pairwise(expected)))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("interval", "count", "amount", "start", "asked", "until", "expected"),
    [
        # 30 days from 20 February: 21 March in a leap year, 22 March in a common one; both periods have 31 days.
        ("month", 1, 100, "2024-01-31", "2024-02-20", "2024-03-31", "2024-02-29 2024-03-21 67.74"),
        ("month", 1, 100, "2023-01-31", "2023-02-20", "2023-03-31", "2023-02-28 2023-03-22 70.97"),
        # 12 days of 365.
        ("year", 1, 366, "2024-02-29", "2025-02-10", "2026-02-28", "2025-02-28 2025-03-12 12.03"),
        # 16 days of the 91 from 29 February to 30 May.
        ("month", 3, 90, "2023-11-30", "2024-02-15", "2024-05-30", "2024-02-29 2024-03-16 15.82"),
        # 4 days of 14.
        ("week", 2, 14, "2024-01-01", "2024-01-12", "2024-03-01",
         "2024-01-15 2024-01-29 14, 2024-01-29 2024-02-11 13"),
        ("day", 1, 1, "2024-01-30", "2024-01-30", "2024-03-15", None),
    ],
)  # fmt: skip
def test_a_notice_over_a_boundary_bills_the_last_period_by_its_own_days(
    alice, interval, count, amount, start, asked, until, expected
):
    plan = PlanFactory(interval=interval, interval_count=count, amount=amount)
    subscription = started(alice, date.fromisoformat(start), plan)
    told(subscription, f"{asked} request, {until} job")
    if expected is None:
        # A notice of 30 days on a plan of one day: 30 bills, the first one before the request.
        assert [bill[2] for bill in bills(subscription)] == [amount] * 30
    else:
        assert bills(subscription)[1:] == listed(expected)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("interval", "count", "amount", "rule", "start", "story", "expected"),
    [
        # The period from 29 February to 31 March has 31 days: 15/31 are 48.39, the 16 that are left 51.61.
        ("month", 1, 100, "keep", "2024-01-31", "2024-02-10 pause, 2024-03-15 resume, 2024-03-31 job",
         "2024-03-15 2024-03-31 51.61, 2024-03-31 2024-04-30 100"),
        # Resumed on the last of February, which is the boundary of a 31st.
        ("month", 1, 100, "keep", "2024-12-31", "2025-01-10 pause, 2025-02-28 resume, 2025-03-31 job",
         "2025-02-28 2025-03-31 100, 2025-03-31 2025-04-30 100"),
        # 19 days between 10 February and 1 March: from 29 February to 19 March.
        ("month", 1, 100, "give_back", "2024-01-31", "2024-02-10 pause, 2024-03-01 resume, 2024-04-19 job",
         "2024-03-19 2024-04-19 100, 2024-04-19 2024-05-19 100"),
        # 29 days between 1 June and 1 July: from 28 February to 29 March, and the 29th stays.
        ("year", 1, 365, "give_back", "2024-02-29", "2024-06-01 pause, 2024-07-01 resume, 2026-03-29 job",
         "2025-03-29 2026-03-29 365, 2026-03-29 2027-03-29 365"),
        ("week", 1, 7, "keep", "2024-01-31", "2024-02-02 pause, 2024-02-17 resume, 2024-02-21 job",
         "2024-02-17 2024-02-21 4, 2024-02-21 2024-02-28 7"),
        ("day", 10, 10, "keep", "2024-01-31", "2024-02-05 pause, 2024-02-27 resume, 2024-03-01 job",
         "2024-02-27 2024-03-01 3, 2024-03-01 2024-03-11 10"),
    ],
)  # fmt: skip
def test_a_pause_over_boundaries_leads_back_to_a_rhythm(alice, interval, count, amount, rule, start, story, expected):
    product = ProductFactory(resume_rule=rule)
    plan = PlanFactory(product=product, interval=interval, interval_count=count, amount=amount)
    subscription = started(alice, date.fromisoformat(start), plan)
    told(subscription, story)
    assert bills(subscription)[1:] == listed(expected)
