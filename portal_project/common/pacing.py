"""Long writing that lets others in: on SQLite whoever writes locks the whole database."""

import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

from django.db import connection

T = TypeVar("T")

# In seconds. Who waits for SQLite looks every tenth of a second, so all of them look at least once within it.
PAUSE = 0.15


def batch_size() -> int:
    """How many rows to write in one transaction."""
    return 200 if connection.vendor == "sqlite" else 500


def let_others_in() -> None:
    """To be called between two batches, outside of a transaction."""
    if connection.vendor == "sqlite":
        time.sleep(PAUSE)


def batches(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """Parts to be written in one transaction each, with a pause in between for everybody else."""
    size = batch_size()
    for first in range(0, len(rows), size):
        if first:
            let_others_in()
        yield rows[first : first + size]
