"""What staff did, told by each app for the page "Who did what" (`docs/design.md`, Who did what).

The rows that something was done by are the truth, and nothing is kept for this page: a source says which they are, and words one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from portal_project.common.keys import key

SIZE = 50
"""Lines of one page."""
CHUNK = 1000
"""Lines of a file that are held in memory, at most so many of each source."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Source:
    """One kind of row that says who did something, and when."""

    name: str
    """Such as "subscriptions.event"; never two of one name."""
    kind: str
    """What the filter calls it, such as "Subscriptions"; several sources may be of one kind."""
    rows: Callable[[], QuerySet[Any]]
    """Those that staff did, with all that `told` reads. An index finds the newest of them by `at`."""
    at: str
    by: str
    """The columns that say when, and who: a `DateTimeField`, and a foreign key that leads to a user."""
    told: Callable[[Any], tuple[str, str]]
    """What was done, as one line, and the address of the page that shows more, or an empty one. Asks the database nothing."""


SOURCES: list[Source] = []
"""Those of all apps; each app adds its own when it is ready."""


@dataclass(frozen=True)
class Deed:
    """A line of the page."""

    at: datetime
    by: Any
    kind: str
    what: str
    url: str
    place: "Place"


@dataclass(frozen=True)
class Place:
    """Where a line stands among all others: newest first, then by source, then by key."""

    at: datetime
    source: str
    key: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.source}~{self.key}"

    @property
    def order(self) -> tuple[timedelta, str, int]:
        return EPOCH - self.at, self.source, -self.key

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """As `str` writes it, or None."""
        at, source, number = [*text.split("~"), "", ""][:3]
        try:
            moment = parse_datetime(at)
        except ValueError:
            return None
        row = key(number)
        return cls(moment, source, row) if moment and timezone.is_aware(moment) and row is not None else None


@dataclass(frozen=True)
class Chosen:
    """What the page is narrowed to; None and empty for all."""

    by: int | None = None
    since: datetime | None = None
    before: datetime | None = None
    kind: str = ""


@dataclass(frozen=True)
class Page:
    deeds: list[Deed]
    older: str
    """The `after` of the next page; empty on the last one."""


def kinds() -> list[str]:
    return sorted({source.kind for source in SOURCES})


def page(chosen: Chosen, after: Place | None = None, size: int = SIZE) -> Page:
    """The newest lines, or those that follow a place. Costs one statement for each source, of a page's rows at most."""
    sources = [source for source in SOURCES if chosen.kind in ("", source.kind)]
    found = [_deeds(source, chosen, after, size) for source in sources]
    deeds = list(islice(merge(*found, key=lambda deed: deed.place.order), size + 1))
    return Page(deeds[:size], str(deeds[size - 1].place) if len(deeds) > size else "")


def every(chosen: Chosen) -> Iterator[list[Deed]]:
    """All lines, a chunk at a time."""
    after: Place | None = None
    while True:
        found = page(chosen, after, CHUNK)
        yield found.deeds
        if not found.older:
            return
        after = Place.read(found.older)


def _deeds(source: Source, chosen: Chosen, after: Place | None, size: int) -> Iterator[Deed]:
    rows = source.rows().select_related(source.by).filter(**_bounds(source, chosen))
    if after:
        rows = rows.filter(_follows(source, after))
    for row in rows.order_by(f"-{source.at}", "-pk")[: size + 1]:
        at, (what, url) = getattr(row, source.at), source.told(row)
        yield Deed(at, getattr(row, source.by), source.kind, what, url, Place(at, source.name, row.pk))


def _bounds(source: Source, chosen: Chosen) -> dict[str, object]:
    bounds = {source.by: chosen.by, f"{source.at}__gte": chosen.since, f"{source.at}__lt": chosen.before}
    return {name: value for name, value in bounds.items() if value is not None}


def _follows(source: Source, place: Place) -> Q:
    """Bounded by the moment alone first, which is what an index is asked for."""
    at = Q(**{f"{source.at}__lte": place.at})
    if source.name > place.source:
        return at
    earlier = Q(**{f"{source.at}__lt": place.at})
    return earlier if source.name < place.source else at & (earlier | Q(pk__lt=place.key))
