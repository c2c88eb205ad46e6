from datetime import date

import pytest

from products.intervals import Interval
from subscriptions.rules import periods

D = date


@pytest.mark.parametrize(
    ("anchor", "interval", "count", "n", "expected"),
    [
        (D(2024, 1, 31), Interval.MONTH, 1, 0, D(2024, 1, 31)),
        (D(2024, 1, 31), Interval.MONTH, 1, 1, D(2024, 2, 29)),
        (D(2024, 1, 31), Interval.MONTH, 1, 2, D(2024, 3, 31)),
        (D(2023, 1, 31), Interval.MONTH, 1, 1, D(2023, 2, 28)),
        (D(2024, 1, 30), Interval.MONTH, 1, 13, D(2025, 2, 28)),
        (D(2024, 8, 31), Interval.MONTH, 3, 1, D(2024, 11, 30)),
        (D(2024, 2, 29), Interval.YEAR, 1, 1, D(2025, 2, 28)),
        (D(2024, 2, 29), Interval.YEAR, 1, 4, D(2028, 2, 29)),
        (D(2024, 2, 29), Interval.YEAR, 2, 1, D(2026, 2, 28)),
        (D(2024, 2, 28), Interval.WEEK, 1, 1, D(2024, 3, 6)),
        (D(2024, 2, 28), Interval.DAY, 10, 1, D(2024, 3, 9)),
        (D(2024, 3, 31), Interval.MONTH, 1, -1, D(2024, 2, 29)),
    ],
)
def test_a_boundary_is_counted_from_the_anchor(anchor, interval, count, n, expected):
    assert periods.period_start(anchor, interval, count, n) == expected


@pytest.mark.parametrize(
    ("anchor", "interval", "count", "day", "expected"),
    [
        (D(2024, 1, 31), Interval.MONTH, 1, D(2024, 2, 28), (D(2024, 1, 31), D(2024, 2, 29))),
        (D(2024, 1, 31), Interval.MONTH, 1, D(2024, 2, 29), (D(2024, 2, 29), D(2024, 3, 31))),
        (D(2024, 1, 31), Interval.MONTH, 1, D(2024, 3, 30), (D(2024, 2, 29), D(2024, 3, 31))),
        (D(2024, 1, 20), Interval.MONTH, 3, D(2024, 4, 19), (D(2024, 1, 20), D(2024, 4, 20))),
        (D(2024, 1, 20), Interval.MONTH, 3, D(2024, 4, 20), (D(2024, 4, 20), D(2024, 7, 20))),
        (D(2024, 2, 29), Interval.YEAR, 1, D(2025, 2, 28), (D(2025, 2, 28), D(2026, 2, 28))),
        (D(2024, 1, 1), Interval.WEEK, 2, D(2024, 1, 14), (D(2024, 1, 1), D(2024, 1, 15))),
        (D(2024, 1, 20), Interval.MONTH, 1, D(2023, 12, 25), (D(2023, 12, 20), D(2024, 1, 20))),
    ],
)
def test_a_day_lies_in_one_period(anchor, interval, count, day, expected):
    assert periods.period_around(anchor, interval, count, day) == expected


@pytest.mark.parametrize(
    ("asked_on", "notice_days", "billed_until", "expected"),
    [
        # The reason given as an example (`docs/design.md`, Dates): 30 days from 4 March is 3 April, billed until 20 April.
        (D(2026, 3, 4), 30, D(2026, 4, 20), D(2026, 4, 20)),
        (D(2026, 4, 1), 30, D(2026, 4, 20), D(2026, 5, 1)),
        (D(2026, 4, 1), 0, D(2026, 4, 20), D(2026, 4, 20)),
        (D(2024, 1, 30), 30, D(2024, 2, 20), D(2024, 2, 29)),
        (D(2026, 1, 1), 365, D(2026, 1, 20), D(2027, 1, 1)),
    ],
)
def test_a_cancellation_ends_on_the_later_of_notice_and_billed_days(asked_on, notice_days, billed_until, expected):
    assert periods.cancellation_date(asked_on, notice_days, billed_until) == expected


@pytest.mark.parametrize(
    ("billed_until", "expected"),
    [(D(2026, 4, 20), D(2026, 4, 20)), (D(2026, 5, 1), D(2026, 5, 20)), (D(2026, 3, 20), D(2026, 3, 20))],
)
def test_a_period_billed_in_part_counts_as_billed(billed_until, expected):
    assert periods.billed_through(D(2026, 3, 20), Interval.MONTH, 1, billed_until) == expected


@pytest.mark.parametrize(
    ("billed_until", "resumed_on", "expected"),
    [
        (D(2026, 4, 20), D(2026, 4, 10), D(2026, 4, 20)),
        (D(2026, 4, 20), D(2026, 4, 20), D(2026, 4, 20)),
        (D(2026, 4, 20), D(2026, 6, 25), D(2026, 6, 25)),
    ],
)
def test_keeping_the_billing_day_bills_from_the_resume_at_the_earliest(billed_until, resumed_on, expected):
    assert periods.after_keeping(billed_until, resumed_on) == expected


@pytest.mark.parametrize(
    ("paused_on", "resumed_on", "anchor", "billed_until"),
    [
        # The examples of `docs/design.md`, Resuming: billed to 20 April.
        (D(2026, 4, 5), D(2026, 5, 10), D(2026, 5, 24), D(2026, 5, 24)),
        (D(2026, 4, 5), D(2026, 4, 6), D(2026, 3, 20), D(2026, 4, 20)),
        (D(2026, 4, 5), D(2026, 4, 5), D(2026, 3, 20), D(2026, 4, 20)),
        (D(2026, 4, 19), D(2026, 5, 10), D(2026, 5, 10), D(2026, 5, 10)),
        # Paused when the billed days were over: nothing to give back, a full period starts.
        (D(2026, 4, 20), D(2026, 4, 20), D(2026, 3, 20), D(2026, 4, 20)),
        (D(2026, 4, 20), D(2026, 4, 21), D(2026, 4, 21), D(2026, 4, 21)),
        (D(2026, 4, 20), D(2026, 7, 1), D(2026, 7, 1), D(2026, 7, 1)),
    ],
)
def test_giving_back_moves_the_billing_day_by_the_whole_days_between(paused_on, resumed_on, anchor, billed_until):
    after = periods.after_giving_back(D(2026, 3, 20), Interval.MONTH, 1, D(2026, 4, 20), paused_on, resumed_on)
    assert after == (anchor, billed_until)


@pytest.mark.parametrize(
    ("paused_on", "resumed_on", "anchor", "billed_until"),
    [
        # Billed only to 1 May of the period that ends on 20 May: within it, and up to its end, the anchor stays.
        (D(2026, 4, 29), D(2026, 4, 30), D(2026, 3, 20), D(2026, 5, 1)),
        (D(2026, 4, 29), D(2026, 5, 10), D(2026, 3, 20), D(2026, 5, 11)),
        (D(2026, 4, 30), D(2026, 5, 10), D(2026, 3, 20), D(2026, 5, 10)),
        (D(2026, 4, 29), D(2026, 5, 19), D(2026, 3, 20), D(2026, 5, 20)),
        (D(2026, 4, 29), D(2026, 5, 20), D(2026, 5, 21), D(2026, 5, 21)),
        # Paused when the billed days were over.
        (D(2026, 5, 1), D(2026, 5, 1), D(2026, 3, 20), D(2026, 5, 1)),
        (D(2026, 5, 1), D(2026, 5, 2), D(2026, 5, 2), D(2026, 5, 2)),
    ],
)
def test_days_given_back_move_billing_within_a_period_that_is_billed_in_part(
    paused_on, resumed_on, anchor, billed_until
):
    after = periods.after_giving_back(D(2026, 3, 20), Interval.MONTH, 1, D(2026, 5, 1), paused_on, resumed_on)
    assert after == (anchor, billed_until)


@pytest.mark.parametrize(
    ("day", "expected"),
    [(D(2026, 3, 4), D(2025, 3, 4)), (D(2028, 2, 29), D(2027, 2, 28)), (D(2029, 3, 1), D(2028, 3, 1))],
)
def test_a_year_before_is_the_same_day(day, expected):
    assert periods.year_before(day) == expected
