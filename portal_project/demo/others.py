"""The other customers: some two hundred subscriptions and their tickets, chosen by chance but the same every time."""

from collections.abc import Callable, Iterator
from datetime import time
from itertools import count
from random import Random
from typing import Any

from portal_project.accounts.models import User
from portal_project.demo import acts
from portal_project.demo.acts import Subscriptions
from portal_project.demo.catalogue import ALTERNATIVES, WIND_DOWN, Plans, actions
from portal_project.demo.conversations import FAREWELLS, SCRIPTS
from portal_project.demo.support_desk import Conversation, answer_request
from portal_project.demo.timeline import Timeline
from products.intervals import Interval
from products.models import CancellationMode, OfferKind, PauseStarts, Plan
from subscriptions.models import LinkedService

TICKETS = 34
ANSWERS = [
    "Thank you for telling us. Everything stays as it is until that day; is there anything we could do better?",
    "We are sorry that you leave. Would you like to have your data as an archive?",
]

# What staff offer to whoever wants to leave.
OFFERS: list[dict[str, Any]] = [
    {"kind": OfferKind.DISCOUNT, "percent": 30, "invoices": 6, "message": "We would be glad to keep you."},
    {"kind": OfferKind.DISCOUNT, "percent": 15, "invoices": 12},
    {"kind": OfferKind.PAUSE, "pause_days": 60},
]


class Others:
    """Plans the past of all other customers."""

    def __init__(self, timeline: Timeline, plans: Plans, customers: list[User], support: User, chance: Random) -> None:
        self.timeline, self.customers, self.support, self.chance = timeline, customers, support, chance
        # The small one is new: nobody has begun with it.
        self.plans = [plan for plan in plans.values() if plan.name != "Small"]
        self.names, self.subscriptions = count(1), Subscriptions()
        self.started: list[tuple[str, User, int]] = []
        """Name, customer, and how many days ago, of each subscription that goes on."""

    def live(self) -> None:
        fates: list[tuple[Callable[[], None], int]] = [
            (self.goes_on, 124),
            (self.in_trial, 9),
            (self.paused, 18),
            (self.was_paused, 12),
            (self.in_notice, 14),
            (self.ended, 8),
            (self.ended_early, 3),
            (self.stayed, 5),
            (self.ended_at_once, 7),
            (self.looked, 34),
            (self.took_an_alternative, 6),
            (self.accepted_an_offer, 4),
            (self.left_all_the_same, 3),
            (self.came_back_early, 4),
            (self.left_out_of_a_pause, 2),
        ]
        for fate, times in fates:
            for _ in range(times):
                fate()
        self.write_tickets()
        # Whatever is due by then; since the last time, a few steps have come to be late.
        for days_ago in range(4, 214, 7):
            self.timeline.at(days_ago, time(16, 5), acts.wind_down(self.support))

    def goes_on(self) -> None:
        days_ago = self.chance.randint(2, 420)
        name, customer = self.begin(days_ago, lambda plan: plan.trial_days < days_ago)
        self.started.append((name, customer, days_ago))

    def in_trial(self) -> None:
        self.begin(self.chance.randint(1, 12), lambda plan: plan.trial_days > 0)

    def paused(self) -> None:
        days_ago = self.chance.randint(3, 60)
        name, _customer = self.begin(days_ago + self.chance.randint(20, 200), _may_pause)
        # At least a month after asking, because some pauses begin only when the billed month is over.
        resumes = self.chance.choice([None, None, max(days_ago, 28) + self.chance.randint(4, 28)])
        self.at(days_ago, acts.pause(self.subscriptions, name, days=resumes))

    def was_paused(self) -> None:
        days_ago = self.chance.randint(60, 180)
        name, _customer = self.begin(days_ago + self.chance.randint(10, 150), _may_pause)
        self.at(days_ago, acts.pause(self.subscriptions, name, days=self.chance.randint(35, 55)))

    def came_back_early(self) -> None:
        days_ago, name = self.paused_at_once()
        self.at(days_ago - self.chance.randint(10, 25), acts.resume(self.subscriptions, name))

    def left_out_of_a_pause(self) -> None:
        days_ago, name = self.paused_at_once()
        self.at(days_ago - self.chance.randint(10, 25), acts.cancel_now(self.subscriptions, name, by=self.support))

    def paused_at_once(self) -> tuple[int, str]:
        days_ago = self.chance.randint(30, 80)
        name, _customer = self.begin(days_ago + self.chance.randint(40, 200), _may_pause_at_once)
        self.at(days_ago, acts.pause(self.subscriptions, name, days=50))
        return days_ago, name

    def in_notice(self) -> None:
        """Some of the oldest end within the week."""
        days_ago = self.chance.randint(1, 27)
        name, _customer = self.begin(days_ago + self.chance.randint(30, 300), lambda plan: _may_request(plan, 30))
        self.ask_to_cancel(days_ago, name)
        if days_ago > 5:
            answer = self.chance.choice(ANSWERS)
            self.at(days_ago - 2, answer_request(self.subscriptions, name, self.support, answer))

    def ended(self) -> None:
        self.left(self.chance.randint(65, 150), least_notice=0)

    def ended_early(self) -> None:
        days_ago = self.chance.randint(10, 60)
        name = self.left(days_ago, least_notice=7)
        self.at(days_ago - 2, acts.cancel_now(self.subscriptions, name, by=self.support))

    def left(self, days_ago: int, least_notice: int) -> str:
        name, _customer = self.begin(
            days_ago + self.chance.randint(20, 200),
            lambda plan: _may_request(plan, least_notice) and plan.interval != Interval.YEAR,
        )
        self.ask_to_cancel(days_ago, name)
        return name

    def stayed(self) -> None:
        days_ago = self.chance.randint(12, 90)
        name, _customer = self.begin(days_ago + self.chance.randint(30, 200), lambda plan: _may_request(plan, 14))
        self.ask_to_cancel(days_ago, name)
        self.at(days_ago - self.chance.randint(1, 9), acts.withdraw(self.subscriptions, name))

    def ended_at_once(self) -> None:
        days_ago = self.chance.randint(5, 200)
        name, _customer = self.begin(
            days_ago + self.chance.randint(20, 150),
            lambda plan: actions(plan).get("cancellation_mode") == CancellationMode.IMMEDIATE,
        )
        self.at(days_ago, acts.cancel_now(self.subscriptions, name))

    def looked(self) -> None:
        days_ago = self.chance.randint(3, 180)
        name, _customer = self.begin(days_ago + self.chance.randint(20, 400), _has_alternatives)
        self.at(days_ago, acts.look(self.subscriptions, name))

    def took_an_alternative(self) -> None:
        days_ago = self.chance.randint(3, 170)
        name, _customer = self.begin(days_ago + self.chance.randint(40, 400), _has_alternatives)
        self.at(days_ago, acts.accept_alternative(self.subscriptions, name))

    def accepted_an_offer(self) -> None:
        days_ago = self.chance.randint(12, 120)
        name, _customer = self.begin(days_ago + self.chance.randint(30, 200), lambda plan: _may_request(plan, 14))
        self.ask_to_cancel(days_ago, name)
        self.at(days_ago - 2, acts.offer(self.subscriptions, name, self.support, **self.chance.choice(OFFERS)))
        self.at(days_ago - self.chance.randint(3, 9), acts.accept_offer(self.subscriptions, name))

    def left_all_the_same(self) -> None:
        days_ago = self.chance.randint(70, 150)
        name = self.left(days_ago, least_notice=14)
        self.at(days_ago - 3, acts.offer(self.subscriptions, name, self.support, **self.chance.choice(OFFERS)))

    def begin(self, days_ago: int, suits: Callable[[Plan], bool]) -> tuple[str, User]:
        """Start a subscription on a suitable plan; the answer is its name and whose it is."""
        name = str(next(self.names))
        plan = self.chance.choice([plan for plan in self.plans if suits(plan)])
        customer = self.chance.choice(self.customers)
        self.at(days_ago, acts.start(self.subscriptions, name, customer, plan))
        if services := list(_services(int(name), plan)):
            self.timeline.at(max(1, days_ago - 1), time(6, 30), acts.link(self.subscriptions, name, services))
        return name, customer

    def ask_to_cancel(self, days_ago: int, name: str) -> None:
        reason, message = self.chance.choice(FAREWELLS)
        self.at(days_ago, acts.request(self.subscriptions, name, reason, message))

    def write_tickets(self) -> None:
        long_here = [entry for entry in self.started if entry[2] > 60]
        for n, (name, customer, _days_ago) in enumerate(self.chance.sample(long_here, TICKETS)):
            script = SCRIPTS[n % len(SCRIPTS)]
            conversation = Conversation(script, customer, self.support, self.subscriptions, name)
            # What is still open is young; what is finished lies weeks back.
            days_ago = self.chance.randint(*((1, 8) if script.status in ("open", "in_review") else (10, 60)))
            conversation.plan(self.timeline, days_ago, self.chance.randint(0, 59))

    def at(self, days_ago: int, act: acts.Act) -> None:
        self.timeline.at(days_ago, time(self.chance.randint(7, 20), self.chance.randint(0, 59)), act)


def _services(number: int, plan: Plan) -> Iterator[tuple[str, str, int]]:
    """What hangs on the subscription of that number: kind, name, and in how many days it renews."""
    domain = f"site{number:03}.example"
    for kind in sorted({kind for product, kind, *_others in WIND_DOWN if product == plan.product.name}):
        name = f"info@{domain}" if kind == LinkedService.Kind.MAILBOX else domain
        yield kind, name, 180 + number % 180


def _may_pause(plan: Plan) -> bool:
    return actions(plan).get("allow_pause", True) and not plan.trial_days


def _may_pause_at_once(plan: Plan) -> bool:
    return _may_pause(plan) and plan.product.pause_starts == PauseStarts.AT_ONCE


def _may_request(plan: Plan, least_notice: int) -> bool:
    at_once = actions(plan).get("cancellation_mode") == CancellationMode.IMMEDIATE
    offered = actions(plan).get("allow_cancel", True) and not at_once and not plan.trial_days
    return offered and plan.product.notice_days >= least_notice


def _has_alternatives(plan: Plan) -> bool:
    return plan.product.name in {product for product, *_more in ALTERNATIVES} and not plan.trial_days
