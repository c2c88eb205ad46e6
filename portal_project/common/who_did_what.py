"""What staff did, told by each app for the page "Who did what" (`docs/design.md`, Who did what).

A source says which rows of an app tell who did something, and words one. These rows are the truth; an act that leaves none is
noted in Django's log of the admin, which is a source too.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet

from portal_project.common.keys import key

SIZE = 50
"""Lines of one page."""
CHUNK = 1000
"""Of each source, how many rows of a file are held in memory."""
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
        return f"{self.at.astimezone(UTC).isoformat()}~{self.source}~{self.key}"

    @property
    def order(self) -> tuple[timedelta, str, int]:
        return EPOCH - self.at, self.source, -self.key

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """As `str` writes it, of a source that there is; None for all else."""
        at, source, number = [*text.split("~", 2), "", ""][:3]
        try:
            place = cls(datetime.fromisoformat(at), source, key(number) or 0)
            return place if str(place) == text and source in {each.name for each in SOURCES} else None
        except (ValueError, OverflowError):
            return None


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
    found = [_deeds(source, chosen, after, size + 1) for source in _sources(chosen)]
    deeds = list(islice(_merged(found), size + 1))
    return Page(deeds[:size], str(deeds[size - 1].place) if len(deeds) > size else "")


def every(chosen: Chosen, until: datetime) -> Iterator[Deed]:
    """All lines up to that moment, in the order of the page. Each source is read once, by key and a chunk at a time, so that no
    statement lasts as long as whoever reads.
    """
    newest = Place(until, "", 0)
    return _merged([_every(source, chosen, newest) for source in _sources(chosen)])


def _sources(chosen: Chosen) -> list[Source]:
    return [source for source in SOURCES if chosen.kind in ("", source.kind)]


def _merged(found: list[Iterator[Deed]]) -> Iterator[Deed]:
    return merge(*found, key=lambda deed: deed.place.order)


def _every(source: Source, chosen: Chosen, after: Place) -> Iterator[Deed]:
    is_over = False
    while not is_over:
        count = 0
        for deed in _deeds(source, chosen, after, CHUNK):
            yield deed
            after, count = deed.place, count + 1
        is_over = count < CHUNK


def _deeds(source: Source, chosen: Chosen, after: Place | None, size: int) -> Iterator[Deed]:
    rows = source.rows().select_related(source.by).filter(**_bounds(source, chosen))
    if after:
        rows = rows.filter(_follows(source, after))
    for row in rows.order_by(f"-{source.at}", "-pk")[:size]:
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
