"""Several processes that share what is due: each walks all of it by primary key from its own place, and skips what is held."""

import json
import os
import subprocess
import sys
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from time import perf_counter

import structlog
from django.conf import settings

from subscriptions.lifecycle import due

log = structlog.get_logger(__name__)

# A report has to fit into what a pipe takes at once, so that those of several workers never mix.
KEYS_PER_REPORT = 150


def apply(
    today: date,
    *,
    workers: int,
    batch: int | None = None,
    on_progress: Callable[[int], object] = lambda rows: None,
) -> due.Summary:
    """As `due.apply`, with that many processes of the same command; a worker that dies leaves its rows to the last walk."""
    summary, began = due.Summary(), perf_counter()
    for part in _reports([_command(today, batch, place, workers) for place in range(workers)]):
        summary.add(part)
        on_progress(part.met)
    left = array("q", (key for key in due.keys(today) if key not in summary.failures))
    for part in due.walk(left, today, batch=batch, wait=True):
        summary.add(part)
    summary.seconds = perf_counter() - began
    return summary


def work(today: date, *, batch: int | None = None, place: str) -> Iterator[str]:
    """One worker's walk: yields a report per batch. `place` such as "1/4" says where on the way it begins, counted from 0."""
    keys = due.keys(today)
    number, workers = map(int, place.split("/"))
    first = len(keys) * number // workers
    for part in due.walk(keys[first:] + keys[:first], today, batch=batch):
        failures = sorted(part.failures)
        # What was skipped has been or will be met by whoever held it.
        yield json.dumps({"met": part.met - len(part.skipped), "counts": part.counts})
        for first in range(0, len(failures), KEYS_PER_REPORT):
            yield json.dumps({"failures": failures[first : first + KEYS_PER_REPORT]})


def _command(today: date, batch: int | None, place: int, workers: int) -> list[str]:
    command = [sys.executable, "-m", "django", "apply_due"]
    command += ["--on", today.isoformat(), "--place", f"{place}/{workers}"]
    return [*command, "--batch", str(batch)] if batch else command


def _reports(commands: list[list[str]]) -> Iterator[due.Summary]:
    """Run them all and yield what they report, as it comes. Whatever interrupts this stops them."""
    reading, writing = os.pipe()
    processes = [subprocess.Popen(command, stdout=writing, cwd=settings.BASE_DIR) for command in commands]
    os.close(writing)
    try:
        with open(reading) as reports:
            for line in reports:
                yield _summary(json.loads(line))
        for process in processes:
            if process.wait():
                log.warning("a worker stopped before it was done", status=process.returncode)
    finally:
        for process in processes:
            process.terminate()
            process.wait()


def _summary(report: dict) -> due.Summary:
    counts, failures = Counter(report.get("counts", {})), set(report.get("failures", ()))
    return due.Summary(met=report.get("met", 0), counts=counts, failures=failures)
