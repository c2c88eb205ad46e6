"""Pages by key: page one costs the same at a thousand rows and at a million."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from portal_project.common.keys import key

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    rows: list[Row]
    older: int | None
    """The `after` of the next page, or None on the last one."""
    is_first: bool


def page(queryset: QuerySet[Row], request: HttpRequest, size: int = 20) -> Page[Row]:
    """The newest `size` rows, or those that follow the row `?after=`. An odd value shows the first page."""
    return page_after(queryset, key(request.GET.get("after", "")), size)


def page_after(queryset: QuerySet[Row], after: int | None, size: int) -> Page[Row]:
    """The newest `size` rows, or those that follow the key."""
    if after is not None:
        queryset = queryset.filter(pk__lt=after)
    rows = list(queryset.order_by("-pk")[: size + 1])
    older = rows[size - 1].pk if len(rows) > size else None
    return Page(rows[:size], older, is_first=after is None)
