"""Counting what waits, no further than it matters."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import QuerySet

# Counting stops here: nobody works differently for knowing more, and it stays cheap at a million rows.
MOST = 1000


def capped(count: int) -> str:
    """A number that was counted no further than one above `MOST`."""
    return f"{MOST:,}+" if count > MOST else str(count)


def counts(querysets: Iterable[QuerySet[Any]]) -> list[int]:
    """How many rows each has, in one statement, and none further than one above `MOST`."""
    statements: list[str] = []
    values: list[Any] = []
    for queryset in querysets:
        statement, parameters = queryset.order_by().values("pk")[: MOST + 1].query.sql_with_params()
        statements.append(f"(SELECT COUNT(*) FROM ({statement}) counted)")
        values += parameters
    if not statements:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(statements)}", values)
        return list(cursor.fetchone())
