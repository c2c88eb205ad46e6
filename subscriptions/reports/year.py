"""The numbers of the last snapshot and of the twelve months up to it, read from the snapshots alone."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Self

from django.db.models import DecimalField, IntegerField, Q, Sum, Value
from django.db.models.functions import Coalesce, TruncMonth

from subscriptions.models import Figures, Snapshot

MONTHS = 12
RECENTLY = timedelta(days=90)
AT_THE_END = ("active", "in_notice", "paused", "trialing", "mrr", "committed_mrr", "paused_mrr")
"""What is told of a month as it was on its last day; all else is added up."""
WITHIN = (
    "churned",
    "churned_mrr",
    "ended_paused",
    "ended_paused_mrr",
    "ended_trialing",
    "ended_within",
    "resumed_by_itself",
    "resumed_by_hand",
)
ENDED_PAUSES = ("resumed_by_itself", "resumed_by_hand", "ended_paused")


@dataclass
class Month:
    """The figures of a month by their names, over all currencies where they count, and by currency where they are amounts."""

    begins: date
    counts: Counter[str] = field(default_factory=Counter)
    amounts: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By the name of the figure, then by currency."""

    @property
    def ends(self) -> date:
        return (self.begins + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    def add(self, currency: str, figures: dict[str, Any]) -> None:
        for name, value in figures.items():
            if not _is_amount(name):
                self.counts[name] += value
            elif value:
                self.amounts[name][currency] += value


@dataclass(frozen=True)
class Leaving:
    """What has its end scheduled for a day, in one currency; the MRR is that of active ones."""

    on: date
    currency: str
    count: int
    mrr: Decimal


@dataclass(frozen=True)
class Numbers:
    """As they stood when the last snapshot was taken."""

    day: date
    taken_at: datetime
    leaving: list[Leaving]
    before: Month
    """The month before the first one, whose end is where that begins."""
    months: list[Month]
    """The oldest first; the last one goes up to the day."""
    ended_pauses: dict[str, int]
    """How those that ended in the last 90 days ended."""

    @classmethod
    def read(cls) -> Self | None:
        """In two statements, however many subscriptions there are; None before the first snapshot."""
        last = Snapshot.objects.order_by("-day").first()
        if last is None:
            return None
        begins = [last.day.replace(day=1)]
        while len(begins) <= MONTHS:
            begins.append((begins[-1] - timedelta(days=1)).replace(day=1))
        before, *months = [Month(day) for day in reversed(begins)]
        found = {month.begins: month for month in (before, *months)}
        recent = dict.fromkeys(ENDED_PAUSES, 0)
        for row in _rows(last.day, before, [month.ends for month in (before, *months)]):
            found[row.pop("month")].add(
                row.pop("currency"), {name: row[f"sum_{name}"] for name in (*AT_THE_END, *WITHIN)}
            )
            for name in ENDED_PAUSES:
                recent[name] += row[f"recently_{name}"]
        leaving = [Leaving(date.fromisoformat(on), each, n, Decimal(mrr)) for on, each, n, mrr in last.leaving]
        return cls(last.day, last.taken_at, leaving, before, months, recent)

    @property
    def present(self) -> Month:
        return self.months[-1]

    @property
    def currencies(self) -> list[str]:
        """Of all amounts that there are."""
        months = (self.before, *self.months)
        return sorted({each for month in months for amounts in month.amounts.values() for each in amounts})

    def start_of(self, month: Month) -> Month:
        """The month whose end is where that one begins."""
        return [self.before, *self.months][self.months.index(month)]


def _rows(today: date, before: Month, ends: list[date]) -> Any:
    """By month and currency; of the month before the first one only its end is needed."""
    days = Q(day__in=[*ends, today])
    sums = {f"sum_{name}": _sum(name, days) for name in AT_THE_END}
    sums |= {f"sum_{name}": _sum(name) for name in WITHIN}
    sums |= {f"recently_{name}": _sum(name, Q(day__gt=today - RECENTLY)) for name in ENDED_PAUSES}
    figures = Figures.objects.filter(day__gte=before.ends, day__lte=today).order_by()
    return figures.annotate(month=TruncMonth("day")).values("month", "currency").annotate(**sums)


def _sum(name: str, only: Q | None = None) -> Coalesce:
    """As whole numbers and amounts, also of no rows."""
    return Coalesce(
        Sum(name, filter=only), Value(0), output_field=DecimalField() if _is_amount(name) else IntegerField()
    )


def _is_amount(name: str) -> bool:
    return name.endswith("mrr")
