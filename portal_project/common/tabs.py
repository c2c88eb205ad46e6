"""The tabs above a list of the admin, each with how many rows it has."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise

from portal_project.common.counting import capped, counts


@dataclass(frozen=True)
class Tab:
    name: str
    label: str | Promise
    count: str
    """Such as "17", or "1,000+"."""


def counted(tabs: Iterable[tuple[str, str | Promise, QuerySet[Any]]]) -> list[Tab]:
    """Of each tab name, label and rows; all are counted in one statement, and no further than it matters."""
    found = list(tabs)
    numbers = counts(rows for _name, _label, rows in found)
    return [Tab(name, label, capped(number)) for (name, label, _rows), number in zip(found, numbers, strict=True)]
