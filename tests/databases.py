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
    try:
        yield other
    finally:
        other.close()
        connections["default"] = usual
