"""`python -m tests.benchmarks.exports --rows 10000 1000000`: what a file of the list of subscriptions costs as rows pile up.

On a database of its own on the PostgreSQL of DATABASE_URL. It is read piece by piece, as a browser does, and made as the worker
makes it. Time per row is given as a ratio to that of the first size; memory is the most that Python held of its own while
it ran, in MB. Nothing of this runs with the tests.
"""

import os
import tracemalloc
from argparse import ArgumentParser
from collections.abc import Callable
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import uuid4

from tests import environment  # noqa: F401  the settings read what it sets
from tests.benchmarks.database import own_database

NAME = "subscriptions.subscription"


def main() -> None:
    parser = ArgumentParser(prog="python -m tests.benchmarks.exports", description="Measure files of lists.")
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 1_000_000])
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal_project.settings"
    first: dict[str, float] = {}
    for size in options.rows:
        with own_database("exports"), TemporaryDirectory() as folder:
            os.environ["FILES_DIR"] = folder
            import django
            from django.db import connections

            django.setup()
            connections.close_all()
            measured = _measure(size)
        for name, (seconds, memory) in measured.items():
            each = seconds / size
            ratio = each / first.setdefault(name, each)
            print(f"{size:>10,} {name:12}{seconds:>9.1f} s{ratio:>8.2f} per row{memory:>8.1f} MB", flush=True)


def _measure(size: int) -> dict[str, tuple[float, float]]:
    from django.core.management import call_command
    from django.utils import timezone

    from portal_project.accounts.models import User
    from portal_project.exports import files, lists
    from tests.benchmarks.home import _fill

    call_command("migrate", verbosity=0)
    _fill(size, timezone.localdate())
    boss = User.objects.create_superuser("boss@example.com")
    page = lists.find(NAME)
    assert page is not None

    def streamed() -> None:
        export = files.begin_at_once(page, "", by=boss)
        for _piece in files.handed_over(page, page.csv_rows("", boss), export):
            pass

    def by_worker() -> None:
        export = files.order(page, "", by=boss, token=uuid4())
        while export.state == export.State.WAITING:
            files.make_waiting()
            export.refresh_from_db()
        assert export.rows == size, export.error

    return {"streamed": _cost(streamed), "by worker": _cost(by_worker)}


def _cost(do: Callable[[], None]) -> tuple[float, float]:
    """In seconds, and in MB. Following the memory makes it slow, so it is done a second time for that."""
    began = perf_counter()
    do()
    seconds = perf_counter() - began
    tracemalloc.start()
    do()
    _present, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return seconds, most / 1e6


if __name__ == "__main__":
    main()
