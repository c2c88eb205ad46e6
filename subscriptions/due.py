"""The job: apply what is due to every subscription whose dates ask for something (`design.md`, section 7)."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from time import perf_counter

import structlog
from django.db import connection

from subscriptions.changing import changing
from subscriptions.models import Channel, EventKind, Subscription

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
    counts: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        counts = " ".join(f"{name}={self.counts[name]}" for name in COUNTED)
        return f"{counts} failed={self.failed} seconds={self.seconds:.1f}"


def apply(
    today: date, *, batch: int | None = None, on_progress: Callable[[int], object] = lambda rows: None
) -> Summary:
    """Apply everything due up to today and say what was done. Safe to repeat and to run in parallel.

    A row that fails is logged with its number, counted, left as it was for the next run, and does not stop the others.
    """
    summary, began = Summary(), perf_counter()
    skipped: list[int] = []
    for keys in _batches(today, batch or default_batch()):
        skipped += _apply(keys, today, summary, skip_locked=True)
        on_progress(len(keys))
    # Somebody was busy with these. Come back and wait for them; what has been done meanwhile is no longer due.
    for key in skipped:
        _apply([key], today, summary, skip_locked=False)
    summary.seconds = perf_counter() - began
    return summary


def default_batch() -> int:
    """On SQLite a batch locks the whole database and clicks wait for it, so it is small there."""
    return 50 if connection.vendor == "sqlite" else 2000


def count(today: date) -> int:
    return Subscription.objects.due(today).count()


def _batches(today: date, size: int) -> Iterator[list[int]]:
    """The primary keys of what is due, in order, so that a run meets each row once however much fails."""
    last = 0
    while keys := list(
        Subscription.objects.due(today).filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:size]
    ):
        yield keys
        last = keys[-1]


def _apply(keys: list[int], today: date, summary: Summary, *, skip_locked: bool) -> list[int]:
    """Bring these up to date in one transaction; returns the keys that somebody else held."""
    due = Subscription.objects.due(today).filter(pk__in=keys)
    try:
        with changing(due, today=today, channel=Channel.JOB, skip_locked=skip_locked) as rows:
            kinds = Counter(event.kind for row in rows for event in row.new_events)
    except Exception:
        if len(keys) == 1:
            _log_failure(keys[0])
            summary.failed += 1
            return []
        # Rolled back as a whole: halve it until the bad row stands alone.
        middle = len(keys) // 2
        return [
            key
            for half in (keys[:middle], keys[middle:])
            for key in _apply(half, today, summary, skip_locked=skip_locked)
        ]
    summary.counts.update({name: kinds[kind] for name, kind in COUNTED.items()})
    return sorted(set(keys) - {row.pk for row in rows}) if skip_locked else []


def _log_failure(key: int) -> None:
    number = Subscription.objects.filter(pk=key).values_list("number", flat=True).first()
    log.exception("subscription not brought up to date", number=number)
