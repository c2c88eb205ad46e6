"""How often a plan is billed; free of the database."""

from decimal import Decimal

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy


class Interval(TextChoices):
    DAY = "day", _("day")
    WEEK = "week", _("week")
    MONTH = "month", _("month")
    YEAR = "year", _("year")


PER = {
    Interval.DAY: ngettext_lazy("day", "%(count)d days", "count"),
    Interval.WEEK: ngettext_lazy("week", "%(count)d weeks", "count"),
    Interval.MONTH: ngettext_lazy("month", "%(count)d months", "count"),
    Interval.YEAR: ngettext_lazy("year", "%(count)d years", "count"),
}
EVERY = {
    Interval.DAY: ngettext_lazy("every day", "every %(count)d days", "count"),
    Interval.WEEK: ngettext_lazy("every week", "every %(count)d weeks", "count"),
    Interval.MONTH: ngettext_lazy("every month", "every %(count)d months", "count"),
    Interval.YEAR: ngettext_lazy("every year", "every %(count)d years", "count"),
}

# How many of them are six months or more.
HALF_A_YEAR = {Interval.DAY: 182, Interval.WEEK: 26, Interval.MONTH: 6, Interval.YEAR: 1}

# A year has 365.25 days, so that a year's price and a day's can be compared.
PER_MONTH = {
    Interval.DAY: Decimal("30.4375"),
    Interval.WEEK: Decimal("30.4375") / 7,
    Interval.MONTH: Decimal(1),
    Interval.YEAR: Decimal(1) / 12,
}


def per(interval: str, count: int) -> str:
    """The rhythm as it follows a price: "month", "3 months"."""
    return PER[Interval(interval)] % {"count": count}


def every(interval: str, count: int) -> str:
    """The rhythm as a sentence has it: "every month", "every 3 months"."""
    return EVERY[Interval(interval)] % {"count": count}


def a_month(amount: Decimal, interval: str, count: int) -> Decimal:
    """What the amount comes to in a month when it is paid every so many intervals; not rounded."""
    return amount * PER_MONTH[Interval(interval)] / count
