"""The daily snapshots: taken by the job, made anew from the history, compared with it (`docs/design.md`, Numbers)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Min
from django.utils.timezone import localdate

from products.models import Plan, Product
from subscriptions.models import Figures, Snapshot, Subscription, SubscriptionEvent
from subscriptions.reports.counting import Key, by_day, telling, unmoved
from subscriptions.rules.mrr import mrr, without_tax
from subscriptions.rules.states import Status

AHEAD = timedelta(days=90)
AT_ONCE = 1000
EXACTLY = Decimal("0.0001")
COLUMNS = [
    field.name for field in Figures._meta.concrete_fields if field.name not in ("id", "day", "product", "currency")
]


@dataclass
class Taken:
    """What is to be written: a snapshot of each day, and its figures."""

    snapshots: list[Snapshot]
    figures: list[Figures]


def take(today: date, now: datetime) -> None:
    """Write today's snapshot once, and anew those of past days that have ended, or were learned more of, since the last one.

    Safe to repeat and to run in parallel. Where there is none at all, all are made.
    """
    recent = list(Snapshot.objects.order_by("-day")[:2])
    if not recent:
        rebuild(today, now)
    elif recent[0].day < today:
        with unmoved():
            first, changed = _since(recent[0], recent[1].last_event if recent[1:] else None)
            taken = _count(first, today, changed, now)
        _write(taken, first)


def rebuild(today: date, now: datetime) -> int:
    """Write the snapshots of all days anew, and return how many there are."""
    with unmoved():
        first = _beginning() or today
        taken = _count(first, today, None, now)
    _write(taken, None)
    return len(taken.snapshots)


def differences(today: date, now: datetime) -> list[date]:
    """The days before today of which the snapshots say something else than the history."""
    with unmoved():
        first = _beginning() or today
        taken = _count(first, today, None, now)
        there = {_identity(each): _values(each) for each in Figures.objects.filter(day__lt=today)}
    counted = {_identity(each): _values(each) for each in taken.figures if each.day < today}
    return sorted({key[0] for key in there.keys() | counted.keys() if there.get(key) != counted.get(key)})


def _identity(figures: Figures) -> tuple[date, int, str]:
    return figures.day, figures.product_id, figures.currency


def _values(figures: Figures) -> list[Any]:
    return [getattr(figures, name) for name in COLUMNS]


def _beginning() -> date | None:
    """The day of the first event, or of the first start where nothing tells of it."""
    days = [
        SubscriptionEvent.objects.aggregate(first=Min("effective_on"))["first"],
        Subscription.objects.filter(events=None).aggregate(first=Min("started_on"))["first"],
    ]
    return min((day for day in days if day), default=None)


def _since(last: Snapshot, seen: int | None) -> tuple[date, Collection[int]]:
    """The first day to count anew, and which subscriptions have changed from then on.

    That is the last snapshot's own day, which had not ended then; or an earlier one, where something was brought up to date
    late. `seen` is the newest event of the snapshot before: what is newer holds all that took effect on the last one's day.
    """
    late = telling().filter(pk__gt=last.last_event or 0, effective_on__lt=last.day)
    if first := late.aggregate(first=Min("effective_on"))["first"]:
        new = telling().filter(effective_on__gte=first)
    else:
        first = last.day
        new = telling().filter(effective_on__gte=first) if seen is None else telling().filter(pk__gt=seen)
    return first, set(new.values_list("subscription", flat=True))


def _count(first: date, today: date, changed: Collection[int] | None, now: datetime) -> Taken:
    newest = SubscriptionEvent.objects.aggregate(newest=Max("pk"))["newest"]
    taken, rates = Taken([], []), TaxRates()
    for day, tallies in by_day(first, today, changed):
        taken.snapshots.append(Snapshot(day=day, taken_at=now, last_event=newest if day == today else None))
        taken.figures += _figures(day, tallies, rates)
    taken.snapshots[0].leaving = list(_leaving(today))
    return taken


def _figures(day: date, tallies: Mapping[Key, Counter[str]], rates: "TaxRates") -> Iterator[Figures]:
    for (product, currency), tally in sorted(tallies.items()):
        if not any(tally.values()):
            continue
        rate = rates.on(day, product)
        net = {
            name: without_tax(Decimal(tally[name]), rate).quantize(EXACTLY) for name in tally if name.endswith("mrr")
        }
        yield Figures(day=day, product_id=product, currency=currency, **dict[str, Any](tally) | net)


def _leaving(today: date) -> Iterator[tuple[str, str, int, str]]:
    """What ends on which day ahead, as `Snapshot.leaving` holds it; only of active ones the MRR counts."""
    price = ("amount", "interval", "interval_count", "discount_percent")
    ending = Subscription.objects.filter(cancels_on__gt=today, cancels_on__lte=today + AHEAD).order_by()
    rates = dict(Plan.objects.values_list("pk", "product__tax_rate"))
    found: defaultdict[tuple[date, str], list[Any]] = defaultdict(lambda: [0, Decimal(0)])
    alike = ending.values_list("plan", "status", "cancels_on", "currency", *price).annotate(count=Count("pk"))
    for plan, status, on, currency, amount, interval, every, percent, count in alike:
        sums = found[on, currency]
        sums[0] += count
        if status == Status.ACTIVE:
            sums[1] += count * mrr(amount, interval, every, percent, rates[plan])
    for (on, currency), (count, amount) in sorted(found.items()):
        yield on.isoformat(), currency, count, str(amount.quantize(EXACTLY))


class TaxRates:
    """Of each product, from which day on it had which rate, by what it was when the day ended."""

    def __init__(self) -> None:
        self._present = dict(Product.objects.values_list("pk", "tax_rate"))
        self._since: defaultdict[int, list[tuple[date, Decimal]]] = defaultdict(list)
        history = Product.history.order_by("history_date", "history_id").values_list("id", "history_date", "tax_rate")
        for product, at, rate in history:
            self._since[product].append((localdate(at), rate))

    def on(self, day: date, product: int) -> Decimal:
        """That of the first known day also before it, and the present one where no history is kept."""
        known = self._since.get(product)
        if not known:
            return self._present[product]
        return next((rate for since, rate in reversed(known) if since <= day), known[0][1])


def _write(taken: Taken, first: date | None) -> None:
    """In the place of the figures that are there, from the first day on or of all days.

    Whoever does the same at the same time writes the same, so what is there by then stays.
    """
    with transaction.atomic():
        if first is None:
            Snapshot.objects.all().delete()
        Figures.objects.filter(**{"day__gte": first} if first else {}).delete()
        # Of past days the old ones stay, with what they know of the events.
        Snapshot.objects.bulk_create(taken.snapshots, AT_ONCE, ignore_conflicts=True)
        Figures.objects.bulk_create(taken.figures, AT_ONCE, ignore_conflicts=True)
