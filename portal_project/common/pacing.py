"""Long writing that lets others in: on SQLite whoever writes locks the whole database."""

import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

from django.db import connection

T = TypeVar("T")

# In seconds. Who waits for SQLite looks every tenth of a second, so all of them look at least once within it.
PAUSE = 0.15


def batches(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """Parts to be written in one transaction each. On SQLite they are small, with a pause in between for everybody else."""
    is_sqlite = connection.vendor == "sqlite"
    size = 200 if is_sqlite else 500
    for first in range(0, len(rows), size):
        if first and is_sqlite:
            time.sleep(PAUSE)
        yield rows[first : first + size]
