"""Customers who click while the job works and the worker sends mails: what they were answered, and what is left behind."""

import math
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from json import loads
from tempfile import TemporaryDirectory
from threading import Event
from typing import NamedTuple

from tests.benchmarks.database import MIGRATED, own_database
from tests.benchmarks.web import left_behind, walks
from tests.benchmarks.web.people import Visitor
from tests.benchmarks.web.servers import ROOT, serving
from tests.benchmarks.web.sides import installed, python
from tests.benchmarks.web.walks import PAGE, Customer, Reply

CUSTOMERS, CUSTOMERS_ON_SQLITE = 50, 10
MANAGE = ["nice", sys.executable, "manage.py"]
"""As the README has it: pages go first."""
WARMING = 15
"""Seconds at most until everybody has opened some pages."""
REST = 1 / 3
"""They click alone for this part of the time, half of it before and half of it afterwards."""
EXAMPLES = 3


class Phase(NamedTuple):
    name: str
    times: Sequence[tuple[float, float]]
    """From and until when."""

    @property
    def seconds(self) -> float:
        return sum(ended - began for began, ended in self.times)

    def of(self, replies: Sequence[Reply]) -> list[Reply]:
        return [reply for reply in replies if any(began <= reply.began < ended for began, ended in self.times)]


def run(seconds: int, due: int, *, sqlite: bool) -> None:
    """Print how the portal did. Raises `SystemExit` where a page failed, or an act was lost or done twice."""
    count = CUSTOMERS_ON_SQLITE if sqlite else CUSTOMERS
    with _database(sqlite) as url, TemporaryDirectory() as files, _sink() as sink:
        its = installed(
            "portal_project.settings", DATABASE_URL=url, FILES_DIR=files, EMAIL_URL=f"smtp://{sink.address}"
        )
        print(f"making {due:,} subscriptions that are due, and {count} customers ...", flush=True)
        visitors = [Visitor(*one) for one in loads(python(its, f"{__package__}.load_rows", str(count), str(due)))]
        customers, phases, summary = _clicked(visitors, its, seconds)
        faults = _unexpected(customers) + left_behind.faults(its, customers, sink.mails())
    _report(customers, phases, summary)
    if faults:
        raise SystemExit("\n".join([f"{len(faults)} faults, such as", *faults[:EXAMPLES]]))
    print("no page failed, and no act was lost or done twice")


def _clicked(
    visitors: Sequence[Visitor], its: Mapping[str, str], seconds: int
) -> tuple[list[Customer], list[Phase], str]:
    """The customers afterwards, the phases of the time, and what the job said of itself.

    They are alone before and after: what else the machine does weighs on both.
    """
    with serving("portal_project.wsgi:application", its) as server:
        over, moments = Event(), []
        customers, threads = walks.begin(visitors, server.port, over)
        time.sleep(min(WARMING, seconds))
        moments.append(time.monotonic())
        time.sleep(seconds * REST / 2)
        with _worker(its):
            moments.append(time.monotonic())
            summary = _apply_due(its)
            moments.append(time.monotonic())
            time.sleep(max(0.0, moments[1] + seconds - time.monotonic()))
            moments.append(time.monotonic())
        moments.append(time.monotonic())
        time.sleep(seconds * REST / 2)
        moments.append(time.monotonic())
        over.set()
        for thread in threads:
            thread.join()
    alone, with_job, with_mails, _stopping, alone_again = pairwise(moments)
    phases = [
        Phase("alone", (alone, alone_again)),
        Phase("before", (alone,)),
        Phase("after", (alone_again,)),
        Phase("under load", (with_job, with_mails)),
        Phase("job and mails", (with_job,)),
        Phase("mails", (with_mails,)),
    ]
    return customers, phases, summary


@contextmanager
def _database(sqlite: bool) -> Iterator[str]:
    if sqlite:
        with TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/portal.sqlite3"
    else:
        with own_database(template=MIGRATED) as url:
            yield url


@contextmanager
def _worker(its: Mapping[str, str]) -> Iterator[None]:
    """The background worker, which ends what it is at before it stops."""
    process = subprocess.Popen([*MANAGE, "qcluster"], cwd=ROOT, env=its)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _apply_due(its: Mapping[str, str]) -> str:
    """What the job says of itself."""
    done = subprocess.run([*MANAGE, "apply_due"], cwd=ROOT, env=its, stdout=subprocess.PIPE, check=True, text=True)
    return done.stdout.strip()


class _Sink:
    """A mail server in a process of its own, so that it takes no time of the customers'."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", f"{__package__}.sink"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.address = f"127.0.0.1:{self.process.stdout.readline().strip()}"

    def mails(self) -> list[str]:
        """Stop it, and give the Message-ID of every mail that came."""
        return self.process.communicate()[0].split()


@contextmanager
def _sink() -> Iterator[_Sink]:
    sink = _Sink()
    try:
        yield sink
    finally:
        sink.process.kill()
        sink.process.wait()


def _report(customers: Sequence[Customer], phases: Sequence[Phase], job: str) -> None:
    replies = [reply for customer in customers for reply in customer.replies]
    print(
        f"\n{'':20}{'seconds':>9}{'clicks':>8}{'page, ms: median':>18}{'95 %':>8}{'every click: median':>21}{'95 %':>8}"
    )
    for phase in phases:
        clicks = phase.of(replies)
        pages = [reply for reply in clicks if reply.what == f"GET {PAGE}"]
        figures = [*_middle_and_most(pages), *_middle_and_most(clicks)]
        print(
            f"{phase.name:20}{phase.seconds:>9.0f}{len(clicks):>8}"
            + "".join(f"{figure:>{width}.0f}" for figure, width in zip(figures, (18, 8, 21, 8), strict=True))
        )
    print(f"job: {job}")
    for what, count in sum((customer.done for customer in customers), Counter()).items():
        print(f"{count:>8,} {what}")


def _middle_and_most(replies: Sequence[Reply]) -> tuple[float, float]:
    """Median and 95th percentile, in milliseconds."""
    milliseconds = [1000 * reply.seconds for reply in replies]
    if len(milliseconds) < 2:
        return math.nan, math.nan
    return statistics.median(milliseconds), statistics.quantiles(milliseconds, n=20)[-1]


def _unexpected(customers: Sequence[Customer]) -> list[str]:
    """Each answer that a customer should not have met, the first one first."""
    wrong = [
        (reply.began, f"{customer.email}: {reply.what} answered {reply.answer.status}: {_text(reply.answer.content)}")
        for customer in customers
        for reply in customer.replies
        if not reply.is_expected
    ]
    return [fault for _began, fault in sorted(wrong)]


def _text(page: bytes) -> str:
    """What is to be read on it, without its header, footer and marks."""
    main = re.search(r"<main.*</main>", page.decode(), re.DOTALL)
    return " ".join(re.sub("<[^>]*>", " ", main[0] if main else page.decode()).split())
