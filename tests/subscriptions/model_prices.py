"""Prices and periods for `billing_model`, written from `docs/design.md` alone: nothing is shared with the code it checks."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import floor

ONE_DAY = timedelta(days=1)
DAYS = {"day": 1, "week": 7}
MONTHS = {"month": 1, "year": 12}


@dataclass(frozen=True)
class Price:
    """What a period costs, in a currency with so many digits, every so many days, weeks, months or years."""

    amount: Fraction
    digits: int
    interval: str
    count: int = 1

    def rounded(self, amount: Fraction) -> Fraction:
        """Half up to the currency's smallest unit."""
        units = 10**self.digits
        return Fraction(floor(amount * units + Fraction(1, 2)), units)

    def boundary(self, anchor: date, n: int) -> date:
        if self.interval in DAYS:
            return anchor + ONE_DAY * (n * self.count * DAYS[self.interval])
        years, month = divmod(anchor.month - 1 + n * self.count * MONTHS[self.interval], 12)
        return clamped(anchor.year + years, month + 1, anchor.day)

    def period(self, anchor: date, day: date) -> tuple[date, date]:
        """The period `[first, next boundary)` that the day lies in, on or after the anchor."""
        n = 0
        while self.boundary(anchor, n + 1) <= day:
            n += 1
        return self.boundary(anchor, n), self.boundary(anchor, n + 1)


def clamped(year: int, month: int, day: int) -> date:
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1
