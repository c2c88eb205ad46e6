"""The job: apply what is due to every subscription whose dates ask for something (`docs/design.md`, What is due)."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from time import perf_counter

import structlog
from django.db import connection

from subscriptions.lifecycle.unit_of_work import catching_up, caught_up
from subscriptions.models import EventKind, Subscription, SubscriptionQuerySet

log = structlog.get_logger(__name__)

COUNTED = {
    "ended": EventKind.CANCELED,
    "resumed": EventKind.RESUMED,
    "paused": EventKind.PAUSED,
    "converted": EventKind.TRIAL_CONVERTED,
    "billed": EventKind.RENEWED,
}


@dataclass
class Summary:
    """What was done, of one batch or of a whole run: how many changes of each kind, and which primary keys stay behind."""

    met: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    failures: set[int] = field(default_factory=set)
    skipped: list[int] = field(default_factory=list)
    """Somebody else held them, or had done them already."""
    seconds: float = 0.0

    @property
    def failed(self) -> int:
        return len(self.failures)

    def __str__(self) -> str:
        counts = " ".join(f"{name}={self.counts[name]}" for name in COUNTED)
        return f"{counts} failed={self.failed} seconds={self.seconds:.2f}"

    def add(self, other: "Summary") -> None:
        self.met += other.met
        self.counts.update(other.counts)
        self.failures |= other.failures
        self.skipped += other.skipped


def apply(
    today: date,
    *,
    batch: int | None = None,
    dry_run: bool = False,
    on_progress: Callable[[int], object] = lambda rows: None,
) -> Summary:
    """Apply everything due up to today and say what was done. Safe to repeat and to run in parallel.

    A row that fails is logged with its number, counted, left as it was for the next run, and does not stop the others.
    A dry run does it in memory and writes nothing.
    """
    summary, began = Summary(), perf_counter()
    for part in walk(keys(today), today, batch=batch, dry_run=dry_run):
        summary.add(part)
        on_progress(part.met)
    # Somebody was busy with these. Come back and wait for them; what has been done meanwhile is no longer due.
    for part in walk(array("q", summary.skipped), today, batch=batch, wait=True):
        summary.add(part)
    summary.seconds = perf_counter() - began
    return summary


def default_batch() -> int:
    """On SQLite a batch locks the whole database and clicks wait for it, so it is small there."""
    return 50 if connection.vendor == "sqlite" else 2000


def count(today: date) -> int:
    return Subscription.objects.due(today).count()


def keys(today: date) -> "array[int]":
    """The primary keys of what is due: 8 bytes each, read once, so that a run meets no row twice.

    In the order of the index, by day and then by key: sorted by key alone, PostgreSQL could choose to read every row there is.
    """
    due = Subscription.objects.due(today).order_by("due_on", "pk").values_list("pk", flat=True)
    return array("q", due.iterator(chunk_size=10_000))


def walk(
    keys: "array[int]", today: date, *, batch: int | None = None, wait: bool = False, dry_run: bool = False
) -> Iterator[Summary]:
    """Bring these up to date, a batch at a time, and tell of each. What somebody holds is waited for, or skipped."""
    size = batch or default_batch()
    for first in range(0, len(keys), size):
        part = keys[first : first + size].tolist()
        yield _tried(part, today) if dry_run else _apply(part, today, wait)


def _tried(keys: list[int], today: date) -> Summary:
    failures: list[tuple[Subscription, Exception]] = []
    rows = caught_up(_due(keys, today), today, lambda *failure: failures.append(failure))
    for subscription, failure in failures:
        _log_failure(subscription.number, failure)
    return _summary(keys, rows, failures)


def _apply(keys: list[int], today: date, wait: bool) -> Summary:
    """Bring these up to date in one transaction; where that fails, in two, down to the row that cannot be written."""
    done = _at_once(keys, today, wait)
    if isinstance(done, Summary):
        return done
    if len(keys) == 1:
        _log_failure(Subscription.objects.filter(pk__in=keys).values_list("number", flat=True).first(), done)
        return Summary(met=1, failures=set(keys))
    middle = len(keys) // 2
    summary = _apply(keys[:middle], today, wait)
    summary.add(_apply(keys[middle:], today, wait))
    return summary


def _at_once(keys: list[int], today: date, wait: bool) -> Summary | Exception:
    """What was done, or why the transaction was rolled back. Raises only where the database itself is gone."""
    failures: list[tuple[Subscription, Exception]] = []
    try:
        with catching_up(
            _due(keys, today), today=today, skip_locked=not wait, on_failure=lambda *failure: failures.append(failure)
        ) as rows:
            summary = _summary(keys, rows, failures)
    except Exception as error:
        if not connection.is_usable():
            raise
        return error
    for subscription, failure in failures:
        _log_failure(subscription.number, failure)
    return summary


def _due(keys: list[int], today: date) -> SubscriptionQuerySet:
    return Subscription.objects.due(today).filter(pk__among=keys)


def _summary(keys: list[int], rows: list[Subscription], failures: list[tuple[Subscription, Exception]]) -> Summary:
    kinds = Counter(event.kind for row in rows for event in row.new_events)
    failed = {subscription.pk for subscription, _error in failures}
    return Summary(
        met=len(keys),
        counts=Counter({name: kinds[kind] for name, kind in COUNTED.items() if kinds[kind]}),
        failures=failed,
        skipped=sorted(set(keys) - failed - {row.pk for row in rows}),
    )


def _log_failure(number: str | None, error: Exception) -> None:
    log.error("subscription not brought up to date", number=number, exc_info=error)
