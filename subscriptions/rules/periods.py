"""Date arithmetic of billing periods. Pure: no database, no clock (`docs/design.md`, Dates).

A period is half-open: `[boundary n, boundary n + 1)`. Every boundary is counted from the anchor, never from the one before.
"""

from datetime import date, timedelta
from functools import lru_cache

from dateutil.relativedelta import relativedelta

from products.intervals import Interval

TEN_YEARS = timedelta(days=3653)
_DAYS = {Interval.DAY: 1, Interval.WEEK: 7}
_MONTHS = {Interval.MONTH: 1, Interval.YEAR: 12}


def period_start(anchor: date, interval: Interval, count: int, n: int) -> date:
    """The n-th boundary; n = 0 is the anchor, and n may be negative.

    The day is clamped to the month's length: 31 January, 29 February, 31 March. Raises `OverflowError` or `ValueError`
    beyond the calendar (years 1 to 9999).
    """
    if interval in _DAYS:
        return anchor + timedelta(days=n * count * _DAYS[interval])
    return anchor + relativedelta(months=n * count * _MONTHS[interval])


def period_index(anchor: date, interval: Interval, count: int, day: date) -> int:
    """The n of the period that holds the day: boundary n <= day < boundary n + 1."""
    if interval in _DAYS:
        return (day - anchor).days // (count * _DAYS[interval])
    months = (day.year - anchor.year) * 12 + day.month - anchor.month
    n = months // (count * _MONTHS[interval])
    # Within the anchor's month of the cycle the boundary may still lie ahead.
    return n if period_start(anchor, interval, count, n) <= day else n - 1


# What is due on one day shares few anchors, and the job asks several times for each row.
@lru_cache(maxsize=10_000)
def period_around(anchor: date, interval: Interval, count: int, day: date) -> tuple[date, date]:
    """The period `(start, end)` that holds the day."""
    n = period_index(anchor, interval, count, day)
    return period_start(anchor, interval, count, n), period_start(anchor, interval, count, n + 1)


def billed_through(anchor: date, interval: Interval, count: int, billed_until: date) -> date:
    """`billed_until`, or where it cuts a period short, that period's end: a period billed in part counts as billed."""
    start, end = period_around(anchor, interval, count, billed_until)
    return billed_until if start == billed_until else end


def notice_end(asked_on: date, notice_days: int) -> date:
    """The day after the last day of the notice; the day of the request is day 0."""
    return asked_on + timedelta(days=notice_days)


def cancellation_date(asked_on: date, notice_days: int, billed_until: date) -> date:
    """The first day without the subscription: the later of the notice's end and the day it is billed until."""
    return max(notice_end(asked_on, notice_days), billed_until)


def year_before(day: date) -> date:
    """The same day a year ago; 28 February for a 29th."""
    return day + relativedelta(years=-1)


def year_after(day: date) -> date:
    """The same day in a year; 28 February for a 29th."""
    return day + relativedelta(years=1)


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or that month's last."""
    return day + relativedelta(months=months)


def resume_dates(starts_on: date, longest: int | None, today: date) -> tuple[date, date | None]:
    """The first and the last day on which a pause that starts on `starts_on` may be set to end; None for no last day."""
    first = max(starts_on, today) + timedelta(days=1)
    return first, starts_on + timedelta(days=longest) if longest else None


def is_resume_date(chosen: date, first: date, last: date | None) -> bool:
    """Whether a pause may end on the day, between the two of `resume_dates`; without a last day, within ten years."""
    return first <= chosen <= (last or first + TEN_YEARS)


def first_resume_that_saves(starts_on: date, billed_until: date, *, gives_back: bool) -> date:
    """The first day on which a pause can end and has moved what is billed: days kept are billed, the first one is used."""
    if starts_on >= billed_until:
        return starts_on + timedelta(days=1)
    return starts_on + timedelta(days=2) if gives_back else billed_until + timedelta(days=1)


def after_keeping(billed_until: date, resumed_on: date) -> date:
    """Where billing goes on after a pause that keeps the billing day: no earlier than it was, and not for paused days."""
    return max(billed_until, resumed_on)


def after_giving_back(
    anchor: date, interval: Interval, count: int, billed_until: date, paused_on: date, resumed_on: date
) -> tuple[date, date]:
    """The `(anchor, billed until)` after a pause that gives unused days back (`docs/design.md`, Resuming).

    The day of the pause and the day of the resume count as used; the whole days between move the next billing date, which
    becomes the anchor, unless it stays within a period that is billed only in part. A pause that began when the billed days
    were over has none to give back: a full period starts.
    """
    if paused_on >= billed_until:
        return (resumed_on, resumed_on) if resumed_on > billed_until else (anchor, billed_until)
    unused = max(0, (resumed_on - paused_on).days - 1)
    moved = billed_until + timedelta(days=unused)
    stays = moved <= billed_through(anchor, interval, count, billed_until)
    return (anchor if stays else moved), moved
