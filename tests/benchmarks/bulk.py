"""`python -m tests.benchmarks.bulk --subscriptions 100000`: how fast acts on many are, against the job in the same run.

On a database of its own on the PostgreSQL of DATABASE_URL. The acts follow each other on the same subscriptions, done by one
worker, while a customer in a process of their own looks at a page again and again. Nothing of this runs with the tests, and
nothing in it is a limit.
"""

import multiprocessing
import os
import resource
import statistics
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import date
from time import perf_counter, sleep
from typing import Any
from uuid import uuid4

from tests import environment  # noqa: F401  the settings read what it sets
from tests.benchmarks.database import own_database

ACTS: dict[str, dict[str, Any]] = {
    "pause": {"resumes_on": ""},
    "resume": {},
    "change_price": {"percent": "5", "amount": "", "currency": ""},
    "change_plan": {},
    "request_cancellation": {"message": ""},
    "cancel_now": {},
}
AT_REST = 200


def main() -> None:
    parser = ArgumentParser(prog="python -m tests.benchmarks.bulk", description="Measure acts on many subscriptions.")
    parser.add_argument("--subscriptions", type=int, default=100_000)
    parser.add_argument("--due", type=int, default=10_000)
    parser.add_argument("--acts", nargs="*", choices=ACTS, default=list(ACTS))
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal_project.settings"
    with own_database("bulk"):
        import django

        django.setup()
        _measure(options.subscriptions, options.due, options.acts)


def _measure(subscriptions: int, due_rows: int, acts: list[str]) -> None:
    from django.core.management import call_command
    from django.utils.timezone import localdate

    from portal_project.accounts.models import User
    from subscriptions.lifecycle import due
    from tests.benchmarks import rows

    call_command("migrate", verbosity=0)
    today, days = localdate(), rows.Days.before(localdate())
    rows.make(days, subscriptions=subscriptions, due=due_rows, in_loop=1, compared=1)
    job = _speed("job", lambda: due.apply(days.job).met)
    due.apply(today)
    merchant = User.objects.create_superuser("bulk@example.com", "bulk", name="Bulk")
    with Clicks() as clicks:
        for kind in acts:
            _act(kind, merchant, today, job, clicks)
    print(f"{'peak memory of the worker, MB':34}{_memory():>10.0f}", flush=True)


def _act(kind: str, merchant: Any, today: date, job: float, clicks: "Clicks") -> None:
    from subscriptions.bulk import counting, steering
    from subscriptions.models import BulkAct

    act = BulkAct(kind=kind, values=_values(kind), token=uuid4(), began_by=merchant, began_at="2026-01-01T00:00Z")
    act.save()
    _speed(f"{kind}, counting", lambda: counting.count(act.pk, today) or _rows(act), job)
    act.refresh_from_db()
    steering.confirm(act, by=merchant, today=today)
    clicks.begin()
    _speed(f"{kind}, doing", lambda: _through(act.pk, today) or act.ready, job)
    busy = clicks.p95()
    act.refresh_from_db()
    print(
        f"{'  done, already, refused, failed':34}{act.done:>10,}{act.already:>10,}{act.refused:>10,}{act.failed:>10,}"
    )
    print(f"{'  95th percentile of a page, ms':34}{clicks.at_rest:>10.0f}{busy:>10.0f}{busy / clicks.at_rest:>10.2f}")
    print(f"{'  memory up to here, MB':34}{_memory():>10.0f}", flush=True)


def _values(kind: str) -> dict[str, Any]:
    """What is chosen once for all."""
    from products.models import CancellationReason, Plan

    values = dict(ACTS[kind])
    if kind == "change_plan":
        values["plan"] = str(Plan.objects.earliest("pk").pk)
    if kind == "request_cancellation":
        values["reason"] = CancellationReason.objects.filter(is_active=True)[0].code
    return values


def _rows(act: Any) -> int:
    return int(act.rows.count())


def _through(key: int, today: date) -> None:
    from subscriptions.bulk import running

    while running.step(key, today):
        pass


def _speed(name: str, run: Callable[[], int], against: float = 0.0) -> float:
    began = perf_counter()
    count = run()
    speed = count / (perf_counter() - began)
    ratio = f"{speed / against:>10.2f}" if against else ""
    print(f"{name:34}{count:>10,}{speed:>10,.0f} rows/s{ratio}", flush=True)
    return speed


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Clicks:
    """A customer's clicks, from a process of its own as a web server's is."""

    def __enter__(self) -> "Clicks":
        # Started anew, so that it shares no connection with the worker.
        context = multiprocessing.get_context("spawn")
        self._times = context.Queue()
        self._process = context.Process(target=_click, args=(self._times,), daemon=True)
        self._process.start()
        self._times.get()
        self.begin(AT_REST)
        self.at_rest = self.p95()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._process.terminate()
        self._process.join()

    def begin(self, at_least: int = 0) -> None:
        """Forget what was before, and wait for so many."""
        self._taken = []
        while not self._times.empty():
            self._times.get()
        self._taken = [self._times.get() for _click in range(at_least)]

    def p95(self) -> float:
        """Of those since, in milliseconds."""
        while not self._times.empty() or len(self._taken) < 2:
            self._taken.append(self._times.get())
        return 1000 * statistics.quantiles(self._taken, n=20)[-1]


def _click(times: Any) -> None:
    """Put how long a page takes into `times`, again and again."""
    import django

    django.setup()
    from django.test import Client

    from subscriptions.models import Subscription

    subscription = Subscription.objects.select_related("customer").latest("pk")
    client = Client()
    client.force_login(subscription.customer, backend="django.contrib.auth.backends.ModelBackend")
    while True:
        began = perf_counter()
        client.get(subscription.get_absolute_url())
        times.put(perf_counter() - began)
        sleep(0.05)


if __name__ == "__main__":
    main()
