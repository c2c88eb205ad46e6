"""Which lives there are, how many of each, and what each of them looks like for whoever has it.

A life is lived once and copied for many customers: that is what makes a million of them quick.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any, NamedTuple

from django.utils.timezone import get_current_timezone

from portal_project.accounts.models import User
from portal_project.demo import scale_lives as lives
from portal_project.demo.scale_lives import DAY, Lived
from products.intervals import Interval
from products.models import CancellationMode, PauseStarts, Plan
from subscriptions.models import Channel, Invoice, Subscription
from subscriptions.rules import periods
from subscriptions.rules.states import next_step
from support.models import CancellationRequest

HISTORY = range(1, 1000)
"""How many days ago a generated subscription can have started."""
VARIETY = 500
"""How many lives of one kind are different."""
PAYS_WITHIN, PAYS = 10, 0.985
NIGHT = time(0, 30)
LONG_AGO = max(lives.LONGEST_PAUSE, lives.LONGEST_WAIT, lives.LONGEST_GONE) + 1


class Life(NamedTuple):
    """A subscription as it stands, with `new_events` and `new_invoices`, and the request to cancel it if there is one."""

    subscription: Subscription
    request: Lived


@dataclass(frozen=True, eq=False)
class Kind:
    """One way to stand today: how it comes to that, which starts allow it, and the look-ups of its plans."""

    name: str
    live: Callable[[Subscription, date, Random], Lived]
    suits: Callable[[Plan, date, date], bool]
    """Asked with the plan, the first billed day, and today."""
    plans: Mapping[str, Any] = field(default_factory=dict)


def _is_ahead(plan: Plan, billed_from: date, today: date) -> bool:
    return billed_from > today


def _is_today(plan: Plan, billed_from: date, today: date) -> bool:
    return billed_from == today


def _runs(plan: Plan, billed_from: date, today: date) -> bool:
    return billed_from < today


def _runs_long(plan: Plan, billed_from: date, today: date) -> bool:
    return billed_from < today - LONG_AGO * DAY


def _ran_long(plan: Plan, billed_from: date, today: date) -> bool:
    return _runs_long(plan, billed_from, today - plan.product.notice_days * DAY)


def _is_boundary(plan: Plan, billed_from: date, today: date) -> bool:
    return billed_from < today and _period(plan, billed_from, today)[0] == today


def _is_within(plan: Plan, billed_from: date, today: date) -> bool:
    return billed_from < today and not _is_boundary(plan, billed_from, today)


def _can_end(plan: Plan, billed_from: date, today: date) -> bool:
    asked_on = lives.asked_for_today(plan, today)
    return billed_from <= asked_on and _period(plan, billed_from, asked_on)[1] <= today


def _period(plan: Plan, billed_from: date, day: date) -> tuple[date, date]:
    return periods.period_around(billed_from, Interval(plan.interval), plan.interval_count, day)


TRIAL = {"trial_days__gt": 0}
PAUSE_AT_ONCE = {"product__allow_pause": True, "product__pause_starts": PauseStarts.AT_ONCE}
PAUSE_LATER = {"product__allow_pause": True, "product__pause_starts": PauseStarts.PERIOD_END}
REQUEST = {"product__allow_cancel": True, "product__cancellation_mode": CancellationMode.REQUEST}
IMMEDIATE = {"product__allow_cancel": True, "product__cancellation_mode": CancellationMode.IMMEDIATE}

GOES_ON = Kind("goes on", lives.goes_on, _runs)
IN_TRIAL = Kind("in trial", lives.stays_in_trial, _is_ahead, TRIAL)
PAUSED = Kind("paused", lives.pauses, _runs_long, PAUSE_AT_ONCE)
PAUSE_PLANNED = Kind("pause planned", lives.plans_a_pause, _is_within, PAUSE_LATER)
IN_NOTICE = Kind("in notice", lives.waits_for_its_end, _runs_long, REQUEST)
ENDED = Kind("ended", lives.has_ended, _ran_long, REQUEST)
ENDED_AT_ONCE = Kind("ended at once", lives.has_ended_at_once, _runs_long, IMMEDIATE)
RENEWS = Kind("renews", lives.renews, _is_boundary)
ENDS = Kind("ends", lives.ends, _can_end, REQUEST)
RESUMES = Kind("resumes", lives.resumes, _runs_long, PAUSE_AT_ONCE)
CONVERTS = Kind("converts", lives.stays_in_trial, _is_today, TRIAL)
PAUSES = Kind("pauses", lives.plans_a_pause, _is_boundary, PAUSE_LATER)

# Of a hundred that are not due today, how many stand so.
WEIGHTS = {GOES_ON: 78, IN_TRIAL: 3, PAUSED: 5, PAUSE_PLANNED: 1, IN_NOTICE: 4, ENDED: 6, ENDED_AT_ONCE: 3}
# What twenty in a row do that are due today.
DUE = [*[RENEWS] * 4, ENDS, *[RENEWS] * 4, RESUMES, *[RENEWS] * 3, CONVERTS, *[RENEWS] * 4, PAUSES, RENEWS]


class NoPlans(Exception):
    """No active plan allows any life that is asked for."""


class Lives:
    """All lives of one day. `now` is the present instant: nothing is recorded later."""

    def __init__(self, today: date, now: datetime, seed: str) -> None:
        self.today, self._now, self._seed = today, now, seed
        self._starts, self._lived = cache(self._find_starts), cache(self._live)

    def one(self, kind: Kind, chance: Random) -> Life:
        """A life of that kind, or of a plain one where no plan allows it. Raises `NoPlans`."""
        plain = RENEWS if kind in DUE else GOES_ON
        for possible in (kind, plain, *(DUE if kind in DUE else ())):
            if self._starts(possible):
                return self._lived(possible, chance.randrange(VARIETY))
        raise NoPlans

    def _find_starts(self, kind: Kind) -> list[tuple[Plan, list[date]]]:
        """Per plan the days on which such a life can have started."""
        plans = Plan.objects.filter(is_active=True, product__is_active=True, **kind.plans).select_related("product")
        days = [self.today - ago * DAY for ago in HISTORY]
        found = ((plan, [day for day in days if self._suits(kind, plan, day)]) for plan in plans.order_by("pk"))
        return [(plan, starts) for plan, starts in found if starts]

    def _suits(self, kind: Kind, plan: Plan, start: date) -> bool:
        return kind.suits(plan, start + plan.trial_days * DAY, self.today)

    def _live(self, kind: Kind, n: int) -> Life:
        chance = Random(f"{self._seed} {kind.name} {n}")
        plan, starts = chance.choice(self._starts(kind))
        subscription = Subscription.begin(User(), plan, chance.choice(starts))
        request = kind.live(subscription, self.today, chance)
        step = next_step(subscription)
        subscription.due_on = step[0] if step else None
        self._stamp(subscription, request, chance)
        for invoice in subscription.new_invoices:
            self._settle(invoice, chance)
        return Life(subscription, request)

    def _stamp(self, subscription: Subscription, request: Lived, chance: Random) -> None:
        """Say when it was done: people act by day, the job at night."""
        for event in subscription.new_events:
            event.channel = event.channel or Channel.PORTAL
            clock = NIGHT if event.channel == Channel.JOB else time(chance.randint(8, 20), chance.randint(0, 59))
            event.recorded_at = self.moment(event.effective_on, clock)
        if request:
            request.requested_at = self.moment(request.requested_on, time(chance.randint(8, 20), chance.randint(0, 59)))
            if subscription.canceled_on:
                request.decision = CancellationRequest.Decision.ENDED
                request.decided_at = self.moment(subscription.canceled_on, NIGHT)

    def _settle(self, invoice: Invoice, chance: Random) -> None:
        """Most customers pay in time; a few invoices are overdue."""
        is_old = invoice.issued_on <= self.today - PAYS_WITHIN * DAY
        if is_old and invoice.status == Invoice.Status.OPEN and chance.random() < PAYS:
            invoice.status, invoice.paid_on = (
                Invoice.Status.PAID,
                invoice.issued_on + chance.randint(0, PAYS_WITHIN) * DAY,
            )
            invoice.settled_at = self.moment(invoice.paid_on, time(12))

    def moment(self, day: date, clock: time) -> datetime:
        return min(datetime.combine(day, clock, get_current_timezone()), self._now - timedelta(seconds=1))
