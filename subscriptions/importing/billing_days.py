"""The anchor of a rhythm that is known by the day it is billed until and by its day of the month. Pure."""

from calendar import monthrange
from datetime import date

from products.intervals import Interval
from subscriptions.rules import periods

# Going back by any number of months or years meets every month's length there is within so many steps.
STEPS = 13


def anchor_on(day: int, billed_until: date, interval: Interval, count: int) -> date | None:
    """The last boundary up to `billed_until` that is on that day of its month; None where no such rhythm leads there.

    31 and 28 February, monthly: 31 January. 29 and 28 February, yearly: 29 February of the last leap year.
    """
    for n in range(STEPS):
        try:
            month = periods.period_start(billed_until, interval, count, -n)
        except (ValueError, OverflowError):
            return None
        if day <= monthrange(month.year, month.month)[1]:
            anchor = month.replace(day=day)
            return anchor if periods.period_start(anchor, interval, count, n) == billed_until else None
    return None


def possible(billed_until: date, interval: Interval, count: int) -> list[int]:
    """The days of the month that a rhythm billed until then can have: one, or several at the end of a short month."""
    return [day for day in range(1, 32) if anchor_on(day, billed_until, interval, count)]
