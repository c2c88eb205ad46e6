"""Counting how subscriptions stand: all of them today, and back from there, by what has happened, on any day before."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import connection, transaction
from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet

from products.models import Plan
from subscriptions.models import EventKind, Subscription, SubscriptionEvent
from subscriptions.reports.past import READ, Standing, Step, counted, happened, steps
from subscriptions.rules.states import Status

AT_ONCE = 2000
# The product and the currency.
Key = tuple[int, str]
Tally = defaultdict[Key, Counter[str]]
"""The figures by product and currency; MRR with tax."""


def tally() -> Tally:
    return defaultdict(Counter)


@contextmanager
def unmoved() -> Iterator[None]:
    """The database as it is now, whatever others write meanwhile; nothing may be written within."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


@dataclass
class Course:
    """What changes how subscriptions stand, by day: `moved` from one day's count to the next, `happened` on the day itself."""

    moved: defaultdict[date, Tally] = field(default_factory=lambda: defaultdict(tally))
    happened: defaultdict[date, Tally] = field(default_factory=lambda: defaultdict(tally))

    def add(self, key: Key, life: list[Step]) -> None:
        for step in life:
            moved = self.moved[step.on][key]
            moved.update(counted(step.after))
            moved.subtract(counted(step.before))
        for on, figures in happened(life):
            self.happened[on][key].update(figures)


def telling() -> QuerySet[SubscriptionEvent]:
    """The events that can change how a subscription stands: of most renewals only those that use a discount up."""
    return SubscriptionEvent.objects.filter(
        ~Q(kind=EventKind.RENEWED) | Q(changes__has_key="discount_percent")
    ).order_by()


def by_day(
    first: date, today: date, changed: Collection[int] | None
) -> Iterator[tuple[date, Mapping[Key, Counter[str]]]]:
    """The figures of each day from today back to `first`, a past one as it ended.

    `changed` are the keys of all subscriptions that have had a telling event since, or None for all there are.
    """
    course, products = Course(), dict(Plan.objects.values_list("pk", "product"))
    for row, life in _lives(changed):
        course.add((products[row.plan_id], row.currency), life)
    standing = _today(products)
    days = {day for day in course.moved if day > today} | {
        today - timedelta(days=n) for n in range((today - first).days + 1)
    }
    for day in sorted(days, reverse=True):
        if day <= today:
            yield day, _sums(standing, course.happened.get(day, {}))
        for key, moved in course.moved[day].items():
            standing[key].subtract(moved)


def _sums(*tallies: Mapping[Key, Counter[str]]) -> Mapping[Key, Counter[str]]:
    found = tally()
    for each in tallies:
        for key, figures in each.items():
            found[key].update(figures)
    return found


def _today(products: Mapping[int, int]) -> Tally:
    """One statement for all; equal ones are counted together."""
    names = [name for name in READ if not name.endswith("_on")]
    flags = {
        name: ExpressionWrapper(Q(**{f"{name}__isnull": False}), BooleanField())
        for name in READ
        if name.endswith("_on")
    }
    rows = Subscription.objects.exclude(status=Status.CANCELED).order_by()
    found = tally()
    for group in rows.values(
        "plan", "currency", *names, **{f"has_{name}": flag for name, flag in flags.items()}
    ).annotate(count=Count("pk")):
        standing = Standing(
            group["status"],
            group["has_cancels_on"],
            group["has_pauses_on"],
            group["amount"],
            group["interval"],
            group["interval_count"],
            group["discount_percent"],
        )
        figures = found[products[group["plan"]], group["currency"]]
        figures.update({name: value * group["count"] for name, value in counted(standing).items()})
    return found


def _lives(changed: Collection[int] | None) -> Iterator[tuple[Any, list[Step]]]:
    keys = (
        changed if changed is not None else Subscription.objects.order_by("pk").values_list("pk", flat=True).iterator()
    )
    ordered = array("q", sorted(keys))
    for first in range(0, len(ordered), AT_ONCE):
        part = ordered[first : first + AT_ONCE].tolist()
        rows = (
            Subscription.objects.filter(pk__among=part)
            .order_by()
            .values_list("pk", "plan_id", "currency", "started_on", *READ, named=True)
        )
        events = (
            telling()
            .filter(subscription__pk__among=part)
            .order_by("subscription_id", "pk")
            .values_list("subscription_id", "kind", "channel", "effective_on", "changes", named=True)
        )
        of = {key: [*group] for key, group in groupby(events, attrgetter("subscription_id"))}
        for row in rows:
            yield row, steps(row, of.get(row.pk, ()))
