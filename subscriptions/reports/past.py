"""How a subscription stood on the days of its past, read back from its events. Pure: rows are given."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple, Self

from subscriptions.models import Channel, EventKind
from subscriptions.rules.mrr import with_tax
from subscriptions.rules.states import Status

BEGINNINGS = (EventKind.STARTED, EventKind.IMPORTED)
EXACTLY = Decimal("0.000001")
"""To this each MRR is rounded, so that adding them up leads to the same sum in any order."""


class Standing(NamedTuple):
    """What of a subscription the numbers are made of."""

    status: str
    is_ending: bool
    """Whether the day of its end is scheduled."""
    is_pausing: bool
    """Whether a pause is scheduled."""
    amount: Decimal
    interval: str
    interval_count: int
    discount_percent: int

    @classmethod
    def of(cls, row: Any) -> Self:
        """As the row of a subscription says."""
        return cls(*(read(getattr(row, name)) for name, (_field, read) in READ.items()))

    def before(self, event: Any) -> Self:
        """How it stood before the event."""
        # Of a renewal the amount is that of its invoice.
        names = READ.keys() - {"amount"} if event.kind == EventKind.RENEWED else READ.keys()
        changed = {name: old for name, (old, _new) in event.changes.items() if name in names}
        return self._replace(**{READ[name][0]: READ[name][1](old) for name, old in changed.items()})

    @property
    def mrr(self) -> Decimal:
        """With tax."""
        return _mrr(self.amount, self.interval, self.interval_count, self.discount_percent)


READ: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "status": ("status", str),
    "cancels_on": ("is_ending", bool),
    "pauses_on": ("is_pausing", bool),
    "amount": ("amount", Decimal),
    "interval": ("interval", str),
    "interval_count": ("interval_count", int),
    "discount_percent": ("discount_percent", int),
}
"""The columns that a standing is read from, in its order, and how a row or the JSON of an event is read."""


@lru_cache(maxsize=4096)
def _mrr(amount: Decimal, interval: str, interval_count: int, discount_percent: int) -> Decimal:
    return with_tax(amount, interval, interval_count, discount_percent).quantize(EXACTLY)


@dataclass(frozen=True, slots=True)
class Step:
    """A change, on its day. Before it began, a subscription stood nowhere: None."""

    on: date
    kind: str
    channel: str
    before: Standing | None
    after: Standing


def steps(row: Any, events: Iterable[Any]) -> list[Step]:
    """What became of a subscription, oldest first. `events` are all of them that change a standing, oldest first.

    Read backwards from the row, because an event says what it changed and not how all else stood.
    """
    found: list[Step] = []
    after, on = Standing.of(row), date.max
    for event in reversed([*events]):
        before = None if event.kind in BEGINNINGS else after.before(event)
        # What happened first took effect first, whatever days rows that were written by other means may bear.
        on = min(on, event.effective_on)
        found.append(Step(on, event.kind, event.channel, before, after))
        if before is None:
            break
        after = before
    else:
        # Nothing tells of its beginning.
        found.append(Step(min(on, row.started_on), EventKind.STARTED, "", None, after))
    return found[::-1]


def counted(standing: Standing | None) -> dict[str, Any]:
    """What the subscription adds to the figures of a day that ends so, by their names; MRR with tax."""
    if standing is None or standing.status == Status.CANCELED:
        return {}
    notice = {"in_notice": 1} if standing.is_ending else {}
    match standing.status:
        case Status.TRIALING:
            return {"trialing": 1} | notice
        case Status.PAUSED:
            return {"paused": 1, "paused_mrr": standing.mrr} | notice
    is_committed = not (standing.is_ending or standing.is_pausing)
    committed = {"committed_mrr": standing.mrr} if is_committed else {}
    return {"active": 1, "mrr": standing.mrr} | committed | notice


def happened(life: list[Step]) -> Iterator[tuple[date, dict[str, Any]]]:
    """The ends of its pauses and its own end, each with its day and what it adds to the figures of that day."""
    for place, step in enumerate(life):
        if step.kind == EventKind.RESUMED:
            yield step.on, {"resumed_by_itself" if step.channel == Channel.JOB else "resumed_by_hand": 1}
        elif step.kind == EventKind.CANCELED and step.before:
            yield step.on, _ended(life[: place + 1], step.before)


def _ended(life: list[Step], last: Standing) -> dict[str, Any]:
    """Of the one whose last step is its end, how it ended; `last` is how it stood before that."""
    if last.status == Status.TRIALING:
        return {"ended_trialing": 1}
    if last.status == Status.PAUSED:
        return {"ended_paused": 1, "ended_paused_mrr": _before_pause(life).mrr}
    begins = life[-1].on.replace(day=1)
    at_start = next((step.after for step in reversed(life) if step.on < begins), None)
    if at_start and at_start.status == Status.ACTIVE:
        return {"churned": 1, "churned_mrr": at_start.mrr}
    return {"ended_within": 1}


def _before_pause(life: list[Step]) -> Standing:
    """Before the last pause; what came over paused is taken as it came."""
    paused = (step.before for step in reversed(life) if step.kind == EventKind.PAUSED and step.before)
    return next(paused, life[0].after)
