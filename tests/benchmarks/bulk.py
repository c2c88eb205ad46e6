"""`python -m tests.benchmarks.bulk --subscriptions 100000`: how fast an act on many is, against the job in the same run.

On a database of its own on the PostgreSQL of DATABASE_URL. Nothing of this runs with the tests, and nothing in it is a limit.
"""

import os
import resource
import statistics
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import date
from threading import Event, Thread
from time import perf_counter, sleep
from uuid import uuid4

from tests import environment  # noqa: F401  the settings read what it sets
from tests.benchmarks.database import own_database


def main() -> None:
    parser = ArgumentParser(prog="python -m tests.benchmarks.bulk", description="Measure an act on many subscriptions.")
    parser.add_argument("--subscriptions", type=int, default=100_000)
    parser.add_argument("--due", type=int, default=10_000)
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal_project.settings"
    with own_database("bulk"):
        import django

        django.setup()
        _measure(options.subscriptions, options.due)


def _measure(subscriptions: int, due_rows: int) -> None:
    from django.core.management import call_command
    from django.utils.timezone import localdate

    from portal_project.accounts.models import User
    from subscriptions.bulk import counting, running
    from subscriptions.lifecycle import due
    from subscriptions.models import BulkAct
    from tests.benchmarks import rows

    call_command("migrate", verbosity=0)
    today, days = localdate(), rows.Days.before(localdate())
    rows.make(days, subscriptions=subscriptions, due=due_rows, in_loop=1, compared=1)
    job = _speed("job", lambda: due.apply(days.job).met)
    due.apply(today)
    merchant = User.objects.create_superuser("bulk@example.com", "bulk", name="Bulk")
    act = BulkAct(
        kind="pause", values={"resumes_on": ""}, token=uuid4(), began_by=merchant, began_at="2026-01-01T00:00Z"
    )
    act.save()
    _speed("counting", lambda: counting.count(act.pk, today) or subscriptions, job)
    act.refresh_from_db()
    running.confirm(act, by=merchant, today=today)
    at_rest = _clicks(2)
    with_bulk: list[float] = []
    over = Event()
    clicks = Thread(target=lambda: with_bulk.extend(_clicks(600, over)))
    clicks.start()
    _speed("pause, one worker", lambda: _through(act.pk, today) or act.ready, job)
    over.set()
    clicks.join()
    act.refresh_from_db()
    print(f"{'done, already, refused, failed':34}{act.done:>10,}{act.already:>10,}{act.refused:>10,}{act.failed:>10,}")
    rest, busy = _p95(at_rest), _p95(with_bulk)
    print(f"{'95th percentile of a page, ms':34}{rest:>10.0f}{busy:>10.0f}{busy / rest:>10.2f}")
    print(f"{'peak memory, MB':34}{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:>10.0f}", flush=True)


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


def _clicks(seconds: float, over: Event | None = None) -> list[float]:
    """How long a customer's page takes, again and again."""
    from django.db import connection
    from django.test import Client

    from subscriptions.models import Subscription

    subscription = Subscription.objects.select_related("customer").latest("pk")
    client, end, times = Client(), perf_counter() + seconds, []
    client.force_login(subscription.customer, backend="django.contrib.auth.backends.ModelBackend")
    while perf_counter() < end and not (over and over.is_set()):
        began = perf_counter()
        client.get(subscription.get_absolute_url())
        times.append(perf_counter() - began)
        sleep(0.05)
    connection.close()
    return times


def _p95(times: list[float]) -> float:
    return 1000 * statistics.quantiles(times, n=20)[-1]


if __name__ == "__main__":
    main()
