"""`python -m tests.benchmarks.desk --tickets 1000 100000 1000000`: what the support desk's pages cost as tickets pile up.

On a database of its own on the PostgreSQL of DATABASE_URL. Every size is measured in the same run, and each page's time is
given as a ratio to that of the first size. Nothing of this runs with the tests, and nothing in it is a limit.
"""

import os
import statistics
from argparse import ArgumentParser
from time import perf_counter
from typing import Any

from tests import environment  # noqa: F401  the settings read what it sets
from tests.benchmarks.database import own_database

TIMES = 25
MESSAGES = 200


def main() -> None:
    parser = ArgumentParser(
        prog="python -m tests.benchmarks.desk", description="Measure the queue and the ticket page."
    )
    parser.add_argument("--tickets", type=int, nargs="+", default=[1000, 100_000, 1_000_000])
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal_project.settings"
    first: dict[str, float] = {}
    for size in options.tickets:
        with own_database():
            import django

            django.setup()
            _point_to_own_database()
            measured = _measure(size)
        first = first or {name: seconds for name, (seconds, _queries) in measured.items()}
        for name, (seconds, queries) in measured.items():
            print(
                f"{size:>10,} {name:28}{1000 * seconds:>9.1f} ms{seconds / first[name]:>8.2f}{queries:>6} queries",
                flush=True,
            )


def _point_to_own_database() -> None:
    """The same name every time, made anew: connections to the one before are gone."""
    from django.db import connections

    connections.close_all()


def _measure(size: int) -> dict[str, tuple[float, int]]:
    from django.core.management import call_command
    from django.test import Client

    from tests.benchmarks import tickets

    call_command("migrate", verbosity=0)
    agent = tickets.make(size, messages=MESSAGES)
    client = Client()
    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    queue = "/admin/support/ticket/"
    return {
        "queue, first page": timed(client, queue, {}),
        "queue, filtered": timed(client, queue, {"type": "billing"}),
        "queue, my tickets": timed(client, queue, {"tab": "mine"}),
        "queue, words of a message": timed(client, queue, {"q": f"server {size - 1}"}),
        "wind-down, first page": timed(client, queue, {"tab": "wind_down"}),
        "wind-down, later page": timed(client, queue, {"tab": "wind_down", "after": tickets.middle_step()}),
        "wind-down, done": timed(client, queue, {"tab": "wind_down", "show": "done"}),
        f"ticket, {MESSAGES} messages": timed(client, f"{queue}{tickets.LONG}/change/", {}),
    }


def timed(client: Any, address: str, query: dict[str, str]) -> tuple[float, int]:
    """The middle time of many, and how many queries one answer takes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    assert client.get(address, query).status_code == 200
    with CaptureQueriesContext(connection) as asked:
        client.get(address, query)
    queries = len(asked)
    seconds = []
    for _ in range(TIMES):
        began = perf_counter()
        client.get(address, query)
        seconds.append(perf_counter() - began)
    return statistics.median(seconds), queries


if __name__ == "__main__":
    main()
