"""The migrated database, made once for all processes of a run: each begins with a copy of it instead of migrating its own."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

from django.db import connection


@cache
def place() -> str:
    """Where the original of this run is: the name of a database, or on SQLite the path of a file."""
    if connection.vendor == "sqlite":
        return str(Path(tempfile.gettempdir()) / f"portal-tests-{os.getpid()}.sqlite3")
    return f"test_{connection.settings_dict['NAME']}_migrated"


def make() -> None:
    """Called by the process that starts the others and has no tests of its own."""
    if connection.vendor != "sqlite":
        connection.settings_dict["TEST"]["NAME"] = place()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(place())) as file:
            connection.connection.backup(file)
    connection.close()


def drop() -> None:
    if connection.vendor == "sqlite":
        Path(place()).unlink(missing_ok=True)
    elif connection.settings_dict["NAME"] == place():
        connection.creation.destroy_test_db(place(), verbosity=0)


@contextmanager
def copied(original: str) -> Iterator[None]:
    """Within the block the test database that Django makes begins as a copy of the original."""
    if connection.vendor != "sqlite":
        connection.settings_dict["TEST"]["TEMPLATE"] = original
        yield
        return
    # It lives in memory for as long as anybody is connected to it.
    with closing(sqlite3.connect(connection.creation._get_test_db_name(), uri=True)) as memory:
        with closing(sqlite3.connect(original)) as file:
            file.backup(memory)
        yield
