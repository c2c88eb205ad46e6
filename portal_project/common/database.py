"""Telling a database that cannot answer now from a mistake in what it was asked."""

import re
import sqlite3

from django.db import InterfaceError, OperationalError

# SQLSTATE: a table or a column is not there; and the class of limits that a statement exceeds.
MISSING, LIMITS = ("42P01", "42703"), "54"


def is_unavailable(error: BaseException | None) -> bool:
    """Whether the same may work in a moment: the database is away, busy, full, or not migrated yet."""
    if lacks_migrations(error):
        return True
    return isinstance(error, OperationalError | InterfaceError) and not _is_mistaken(error.__cause__)


def lacks_migrations(error: BaseException | None) -> bool:
    """Whether a table or a column is missing, as before `manage.py migrate`."""
    cause = error and error.__cause__
    if isinstance(cause, sqlite3.OperationalError):
        return bool(re.search("no such table|no such column|has no column named", str(cause)))
    return getattr(cause, "sqlstate", None) in MISSING


def _is_mistaken(cause: BaseException | None) -> bool:
    """Whether the statement cannot be run, however often it is tried."""
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
    return (getattr(cause, "sqlstate", None) or "").startswith(LIMITS)
