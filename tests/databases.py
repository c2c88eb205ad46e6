"""Other databases in the place of the tests' own: one that does not answer, one in a file, one with a pool."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

# Nothing listens there, so connecting fails at once.
CLOSED = {"ENGINE": "django.db.backends.postgresql", "NAME": "portal", "HOST": "127.0.0.1", "PORT": "9"}


@contextmanager
def instead(config: dict[str, Any]) -> Iterator[BaseDatabaseWrapper]:
    """Within the block this thread has the database of `config`, an entry of DATABASES, and no other."""
    usual = connections["default"]
    other = connections["default"] = ConnectionHandler({"default": config})["default"]
    _forget_pool(other)
    try:
        yield other
    finally:
        other.close()
        _forget_pool(other)
        connections["default"] = usual


def _forget_pool(database: BaseDatabaseWrapper) -> None:
    """Django keeps pools by the name of the database, for the whole process; a closed one cannot be used again."""
    pool = getattr(database, "_connection_pools", {}).pop(database.alias, None)
    if pool is not None:
        pool.close()
