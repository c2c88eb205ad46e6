"""What waits for staff, told by each app for the home of the admin (`docs/design.md`, Today)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet


@dataclass(frozen=True)
class ToDo:
    """One line: so many rows, and the list that holds them. A line of none is not shown."""

    place: int
    """Among the lines; a smaller one stands above."""
    label: str
    permission: str
    """Who sees it."""
    rows: Callable[[date], QuerySet[Any]]
    """What waits on that day. Found by an index: they are counted each time the page is opened."""
    url: Callable[[date], str]
    note: Callable[[date], str] | None = None
    """What else there is to know of them, asked where there are any."""


TO_DO: list[ToDo] = []
"""Those of all apps; each app adds its own when it is ready."""
