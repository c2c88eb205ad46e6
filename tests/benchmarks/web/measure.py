"""Rounds of the same clicks on both sides in turn, what they cost, and whether all of them did what they should."""

import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import cycle
from typing import NamedTuple

from tests.benchmarks.web.browser import Answer, Browser
from tests.benchmarks.web.kinds import Click, Kind
from tests.benchmarks.web.people import Visitor
from tests.benchmarks.web.servers import Server
from tests.benchmarks.web.sides import Side

WARMING = 12
AT_ONCE = 5
"""Visits of one side before the other's turn: what the machine does meanwhile weighs on both."""
ACTS_A_SECOND = 40
"""More than fit."""
SETTLES = 0.002
"""Seconds after an answer until its worker has put everything away."""


def acts(seconds: int) -> int:
    """How many rows each act needs at most."""
    return WARMING + ACTS_A_SECOND * seconds + AT_ONCE


class Cost(NamedTuple):
    cpu: float
    """Seconds of CPU of the web server's workers."""
    size: int
    """Bytes of the pages, without headers."""
    statements: int
    rows: int


@dataclass
class Visits:
    """Of one kind to one side."""

    side: Side
    clicks: tuple[Click, ...]
    is_act: bool
    waiting: Iterator[Visitor]
    count: int = 0
    costs: list[Cost] = field(default_factory=list)

    @classmethod
    def of(cls, side: Side, kind: Kind, clicks: tuple[Click, ...]) -> "Visits":
        visitors = side.visitors[kind.visitors]
        return cls(side, clicks, kind.is_act, iter(visitors) if kind.is_act else cycle(visitors))

    def pay(self, server: Server, rows: int) -> Cost | None:
        """Of one visit, or None when there is no fresh row left."""
        visitor = next(self.waiting, None)
        if visitor is None:
            return None
        browser = Browser(server.port, visitor.session)
        costs = [self._click(server, browser, click, visitor.about, rows) for click in self.clicks]
        self.count += 1
        return Cost(*map(sum, zip(*costs, strict=True)))

    def _click(self, server: Server, browser: Browser, click: Click, about: str, rows: int) -> Cost:
        page, to = (address.format(about=about, rows=rows) for address in (click.page, click.to))
        if self.is_act:
            _check(browser.open(page), 200, page)
            self._have_no_worker_waiting()
        before = server.cpu()
        if to:
            typed = {name: value.format(about=about) for name, value in click.typed}
            answer = _check(browser.send(to, typed), 302, to)
        else:
            answer = _check(browser.look(page), 200, page)
        time.sleep(SETTLES)
        return Cost(server.cpu() - before, len(answer.content), answer.statements, answer.content.count(b"data-row"))

    def _have_no_worker_waiting(self) -> None:
        """As where one runs: it has taken what the act before gave it to do."""
        if self.side.application.startswith("portal"):
            self.side.do("DELETE FROM django_q_ormq")


def _check(answer: Answer, status: int, address: str) -> Answer:
    if answer.status != status:
        raise SystemExit(f"{address} answered {answer.status}: {answer.content.decode()[-3000:]}")
    return answer


def run(kinds: Mapping[str, Kind], floor: Side, ours: Side, seconds: int) -> None:
    """Measure, print the table, and check what was changed. Raises `SystemExit` where something else was, or failed."""
    visits = {
        name: (Visits.of(floor, kind, kind.floor), Visits.of(ours, kind, kind.ours)) for name, kind in kinds.items()
    }
    counted = _count(visits, floor, ours)
    with ExitStack() as stack:
        servers = stack.enter_context(floor.served()), stack.enter_context(ours.served())
        _pay(visits, servers, {name: pair[1].rows for name, pair in counted.items()}, seconds)
    _print(visits, counted)
    _check_changes(kinds, visits)


def _count(visits: Mapping[str, tuple[Visits, Visits]], floor: Side, ours: Side) -> dict[str, tuple[Cost, Cost]]:
    """One more visit of each kind to each side, by a server that counts statements, and that has answered before."""
    found: dict[str, list[Cost]] = {name: [] for name in visits}
    for number in (1, 0):
        with (floor, ours)[number].counted() as server:
            for name, pair in visits.items():
                rows = found[name][0].rows if found[name] else 0
                cost = [pair[number].pay(server, rows) for _ in range(2)][-1]
                assert cost
                found[name].insert(0, cost)
    return {name: (costs[0], costs[1]) for name, costs in found.items()}


def _pay(
    visits: Mapping[str, tuple[Visits, Visits]], servers: tuple[Server, Server], rows: Mapping[str, int], seconds: int
) -> None:
    """The visits of every kind, in at least one round, until their time is over or no row is fresh."""
    for name, pair in visits.items():
        for one, server in zip(pair, servers, strict=True):
            for _ in range(WARMING - 2):
                one.pay(server, rows[name])
    end, order = time.monotonic() + seconds * len(visits), [0, 1]
    while True:
        for name, pair in visits.items():
            for number in order:
                for _ in range(AT_ONCE):
                    if cost := pair[number].pay(servers[number], rows[name]):
                        pair[number].costs.append(cost)
        if time.monotonic() > end:
            return
        order.reverse()


def _print(visits: Mapping[str, tuple[Visits, Visits]], counted: Mapping[str, tuple[Cost, Cost]]) -> None:
    print(
        f"\n{'':16}{'CPU a request, ms: floor':>27}{'ours':>18}{'floor':>9}{'statements':>13}{'bytes':>16}{'rows':>6}{'times':>7}"
    )
    print(
        f"{'':16}{'median':>18}{'95 %':>9}{'median':>9}{'95 %':>9}{': ours':>9}{'floor  ours':>13}{'floor   ours':>16}"
    )
    for name, pair in visits.items():
        (floor, floor_most), (ours, ours_most) = (_middle_and_most(one.costs) for one in pair)
        (of_floor, of_ours), times = counted[name], len(pair[1].costs)
        print(
            f"{name:16}{floor:>18.1f}{floor_most:>9.1f}{ours:>9.1f}{ours_most:>9.1f}{floor / ours:>9.2f}"
            f"{of_floor.statements:>7}{of_ours.statements:>6}{of_floor.size:>9,}{of_ours.size:>7,}{of_ours.rows:>6}{times:>7}"
        )


def _middle_and_most(costs: list[Cost]) -> tuple[float, float]:
    """Median and 95th percentile, in milliseconds."""
    milliseconds = [1000 * cost.cpu for cost in costs]
    return statistics.median(milliseconds), statistics.quantiles(milliseconds, n=20)[-1]


def _check_changes(kinds: Mapping[str, Kind], visits: Mapping[str, tuple[Visits, Visits]]) -> None:
    for name, kind in kinds.items():
        for one, changed in zip(visits[name], (kind.floor_changed, kind.ours_changed), strict=True):
            if changed and (found := one.side.count(changed)) != one.count:
                raise SystemExit(f"{name}: of {one.count} acts on {one.side.application} {found} did what they should")
    print("every act changed what it should")
