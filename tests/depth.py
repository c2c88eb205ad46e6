"""How far the tests look: what is the same code on every database is looked at in full once, on SQLite, and sampled elsewhere."""

import os
from collections import Counter

import pytest
from django.db import connection
from hypothesis import settings

IN_FULL = connection.vendor == "sqlite"
EXAMPLES = int(os.environ.get("HYPOTHESIS_EXAMPLES", "12" if IN_FULL else "3"))
"""How many lives are drawn by chance; HYPOTHESIS_EXAMPLES=5000 in the environment looks longer."""
EVERY = 4

# A change is judged by what it changes: the usual run draws the same lives each time, a longer look draws new ones.
settings.register_profile("usual", derandomize="HYPOTHESIS_EXAMPLES" not in os.environ)
settings.load_profile("usual")


def leave_out_repetitions(items: list[pytest.Item]) -> None:
    """Of a test marked `sampled` every fourth case remains, and of one that asks no database none."""
    again = pytest.mark.skip(reason="asks no database: looked at once, on SQLite")
    sampled = pytest.mark.skip(reason="as on SQLite, where all cases are looked at")
    seen: Counter[str] = Counter()
    for item in items:
        test = item.nodeid.partition("[")[0]
        if not _asks_a_database(item):
            item.add_marker(again)
        elif item.get_closest_marker("sampled") and seen[test] % EVERY:
            item.add_marker(sampled)
        seen[test] += 1


def _asks_a_database(item: pytest.Item) -> bool:
    has_mark = item.get_closest_marker("django_db") or item.get_closest_marker("postgres")
    return bool(has_mark) or "db" in getattr(item, "fixturenames", ())
