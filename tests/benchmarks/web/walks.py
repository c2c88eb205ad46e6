"""Customers who click through the portal as people do, each in a thread of its own, and what they were answered."""

import itertools
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPException
from threading import Event, Thread
from typing import NamedTuple

from tests.benchmarks.web.browser import Answer, Browser
from tests.benchmarks.web.people import Visitor

CUSTOMER = "load"
"""What their addresses begin with, before a number."""
READING = (1.0, 5.0)
"""Seconds that somebody reads before the next click."""
TWICE = 0.25
"""The share of forms that are sent twice at the same moment, as by a double click."""
TICKETS = 15
"""How many support requests one customer makes at most; the portal refuses 20 within an hour."""
NO_ANSWER = 0
"""In the place of a status."""

PAGE = "/subscriptions/{about}/"
TEXT = "The last invoice has a day more than the one before. Why is that?"


class Step(NamedTuple):
    """A page with a form that is opened, filled in and sent, and what this must leave behind once for each time."""

    page: str
    leaves: tuple[str, ...]
    typed: tuple[tuple[str, str], ...] = ()


PAUSE = Step(PAGE + "pause/", ("paused",))
RESUME = Step(PAGE + "resume/", ("resumed",))
REQUEST = Step(
    PAGE + "cancel/",
    ("cancellation_scheduled", "ticket cancel"),
    (("reason", "too_expensive"), ("message", TEXT)),
)
WITHDRAW = Step(PAGE + "withdraw/", ("cancellation_withdrawn",))
SUPPORT = Step(
    "/support/new/?subscription={about}",
    ("ticket billing",),
    (("type", "billing"), ("subscription", "{about}"), ("subject", "An invoice of mine"), ("body", TEXT)),
)
WALK = (PAUSE, RESUME, REQUEST, WITHDRAW, SUPPORT)


class Reply(NamedTuple):
    began: float
    seconds: float
    what: str
    """Method and address pattern."""
    answer: Answer

    @property
    def is_expected(self) -> bool:
        return self.answer.status == (302 if self.what.startswith("POST") else 200)


@dataclass
class Customer:
    """One person, every answer they got, and what was confirmed to be done; `walk` goes on until `over` is set."""

    number: int
    browser: Browser
    about: str
    over: Event
    replies: list[Reply] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    @property
    def email(self) -> str:
        return f"{CUSTOMER}{self.number}@example.com"

    def walk(self) -> None:
        chance = random.Random(self.number)
        for count in itertools.count():
            for step in WALK if count < TICKETS else WALK[:-1]:
                for click in (self._look, self._open, self._send):
                    if self.over.wait(chance.uniform(*READING)):
                        return
                    click(step, chance)

    def _look(self, step: Step, chance: random.Random) -> None:
        self._get(PAGE)

    def _open(self, step: Step, chance: random.Random) -> None:
        self.browser.read_form(self._get(step.page))

    def _send(self, step: Step, chance: random.Random) -> None:
        typed = {name: value.format(about=self.about) for name, value in step.typed}
        times = 2 if chance.random() < TWICE else 1
        with ThreadPoolExecutor(times) as hands:
            sent = [hands.submit(self._post, step.page, typed) for _ in range(times)]
        if any(one.result().status == 302 for one in sent):
            self.done.update(step.leaves)

    def _get(self, page: str) -> Answer:
        return self._noted(f"GET {page}", lambda: self.browser.look(page.format(about=self.about)))

    def _post(self, page: str, typed: dict[str, str]) -> Answer:
        return self._noted(f"POST {page}", lambda: self.browser.send(page.format(about=self.about), typed))

    def _noted(self, what: str, click: Callable[[], Answer]) -> Answer:
        began = time.monotonic()
        try:
            answer = click()
        except (OSError, HTTPException) as error:
            answer = Answer(NO_ANSWER, repr(error).encode(), 0, "")
        self.replies.append(Reply(began, time.monotonic() - began, what, answer))
        return answer


def begin(visitors: Sequence[Visitor], port: int, over: Event) -> tuple[list[Customer], list[Thread]]:
    customers = [
        Customer(number, Browser(port, visitor.session), visitor.about, over) for number, visitor in enumerate(visitors)
    ]
    threads = [Thread(target=customer.walk) for customer in customers]
    for thread in threads:
        thread.start()
    return customers, threads
