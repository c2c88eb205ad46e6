"""Whether alternatives keep anybody: who was shown one on the cancel page against who was shown none (`docs/design.md`,
Alternatives).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from subscriptions.rules import periods
from support.models import AlternativeShowing
from support.reports.proportions import Difference, Share, difference

AFTER = (30, 60, 90)
"""Days."""


@dataclass(frozen=True)
class Comparison:
    """Those who opened the page at least `days` ago, and how many of them still had their subscription after these days."""

    days: int
    shown: Share
    withheld: Share

    @property
    def difference(self) -> Difference:
        return difference(self.shown, self.withheld)


def comparisons(today: date, product: int | None = None) -> list[Comparison]:
    """One for each of `AFTER`, over the pages opened within a year; of one product alone where it is given."""
    opened = _first_openings(today, product)
    counts = opened.values("shown").order_by("shown").annotate(**{f"of_{days}": _before(today, days) for days in AFTER})
    groups: dict[bool, Any] = {
        row["shown"]: row for row in counts.annotate(**{f"stayed_{days}": _stayed(today, days) for days in AFTER})
    }
    return [Comparison(days, _share(groups, days, shown=True), _share(groups, days, shown=False)) for days in AFTER]


def _first_openings(today: date, product: int | None) -> QuerySet[AlternativeShowing]:
    """Of each customer within a year: whoever looks at the page again is still the same person."""
    within = AlternativeShowing.objects.filter(day__gt=periods.year_before(today), day__lte=today)
    if product is not None:
        within = within.filter(subscription__plan__product=product)
    same = within.filter(customer=OuterRef("customer"))
    earlier = same.filter(Q(day__lt=OuterRef("day")) | Q(day=OuterRef("day"), pk__lt=OuterRef("pk")))
    return within.filter(~Exists(earlier))


def _before(today: date, days: int) -> Count:
    return Count("pk", filter=Q(day__lte=today - timedelta(days=days)))


def _stayed(today: date, days: int) -> Count:
    """The first day without the subscription comes after so many days, or not at all."""
    gone = Q(subscription__canceled_on__lte=F("day") + timedelta(days=days))
    return Count(
        "pk", filter=Q(day__lte=today - timedelta(days=days)) & ~(Q(subscription__canceled_on__isnull=False) & gone)
    )


def _share(groups: dict[bool, Any], days: int, *, shown: bool) -> Share:
    row = groups.get(shown, {})
    return Share(row.get(f"stayed_{days}", 0), row.get(f"of_{days}", 0))
