"""Subscriptions that chance acts upon, day by day, and that are counted one by one: a recount of the numbers."""

from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

from django.utils import timezone

from subscriptions.billing.catch_up import as_of
from subscriptions.lifecycle import due, unit_of_work
from subscriptions.lifecycle.unit_of_work import changing_one
from subscriptions.models import Channel, Subscription
from subscriptions.reports import snapshots
from subscriptions.rules.actions import is_possible
from subscriptions.rules.states import Action, next_step
from tests.factories import PlanFactory, ProductFactory, UserFactory

DAY = timedelta(days=1)
MONTHS = {"day": Fraction("30.4375"), "week": Fraction("30.4375") / 7, "month": Fraction(1), "year": Fraction(1, 12)}


class Town:
    """`counted` has the figures of each day, as `Figures` has them."""

    def __init__(self, seed):
        self.chance, self.person = Random(seed), UserFactory()
        self.taxed, free = ProductFactory(tax_rate=20, notice_days=30), ProductFactory(notice_days=0)
        self.plans = [
            PlanFactory(product=self.taxed, amount=Decimal("119.99")),
            PlanFactory(product=self.taxed, name="Yearly", interval="year", amount=Decimal(1000), trial_days=20),
            PlanFactory(product=self.taxed, name="Weeks", interval="week", interval_count=6, amount=Decimal(7)),
            PlanFactory(product=free, currency="USD", amount=Decimal(30), interval_count=3),
        ]
        self.counted = {}
        # Of each one by its key: how it was seen last, when the month began, and before its last pause.
        self.last, self.at_start, self.before_pause = {}, {}, {}

    def live(self, first, last, clock):
        day = first
        while day <= last:
            clock(day)
            if day.day == 1:
                self.at_start = dict(self.last)
            figures = self.counted[day] = defaultdict(Counter)
            for one, _mrr in [*self.last.values()]:
                if (step := next_step(one)) and step[0] <= day:
                    self._look(as_of(one, day), figures)
            if self.chance.random() < 0.15:
                assert due.apply(day).failed == 0
                snapshots.take(day, timezone.now())
            self._act(day, figures)
            self._count(figures)
            day += DAY

    def _act(self, day, figures):
        if self.chance.random() < 0.06 or len(self.last) < 10:
            new = Subscription.begin(self.person, self.chance.choice(self.plans), day)
            unit_of_work.add([new], today=day, channel=Channel.PORTAL)
            self._look(new, figures)
        running = [key for key, (one, _mrr) in self.last.items() if one.status != "canceled"]
        if running and self.chance.random() < 0.25:
            mine = Subscription.objects.filter(pk=self.chance.choice(running))
            acted = self._act_on(mine, day)
            self._look(mine.select_related("plan__product").get(), figures, acted)
        if self.chance.random() < 0.01:
            self.taxed.tax_rate = self.chance.randint(0, 25)
            self.taxed.save()

    def _act_on(self, mine, day):
        with changing_one(mine, today=day, channel=Channel.PORTAL) as one:
            possible = [action for action in VERBS if is_possible(action, one)]
            # Seldom the one that leaves nothing to act upon.
            action = self.chance.choice([*[each for each in possible if each != Action.CANCEL] * 4, *possible])
            VERBS[action](one, day, self)
        return action

    def _look(self, one, figures, acted=None):
        """At one that may have changed."""
        seen, mrr = self.last.get(one.pk, (None, None))
        self.last[one.pk] = one, a_month(one)
        if seen is None or seen.status == one.status:
            return
        tally = figures[one.plan.product_id, one.currency]
        if one.status == "paused":
            self.before_pause[one.pk] = mrr
        elif one.status == "canceled":
            tally.update(self._ended(one.pk, seen, self._net(1, one)))
        elif seen.status == "paused":
            tally["resumed_by_hand" if acted == Action.RESUME else "resumed_by_itself"] += 1

    def _ended(self, key, seen, net):
        if seen.status == "trialing":
            return {"ended_trialing": 1}
        if seen.status == "paused":
            return {"ended_paused": 1, "ended_paused_mrr": self.before_pause[key] * net}
        was, mrr = self.at_start.get(key, (None, None))
        if was and was.status == "active":
            return {"churned": 1, "churned_mrr": mrr * net}
        return {"ended_within": 1}

    def _net(self, amount, one):
        """Without tax, by the present rate."""
        return amount * 100 / (100 + Fraction(self.taxed.tax_rate if one.currency == "EUR" else 0))

    def _count(self, figures):
        for one, mrr in self.last.values():
            tally, net = figures[one.plan.product_id, one.currency], self._net(mrr, one)
            if one.status == "canceled":
                continue
            tally[one.status] += 1
            tally["in_notice"] += one.cancels_on is not None
            if one.status == "active":
                tally["mrr"] += net
                tally["committed_mrr"] += 0 if one.cancels_on or one.pauses_on else net
            if one.status == "paused":
                tally["paused_mrr"] += net


def a_month(one):
    """With tax."""
    price = Fraction(one.amount) * (100 - one.discount_percent) / 100
    return price * MONTHS[one.interval] / one.interval_count


VERBS = {
    Action.PAUSE: lambda one, day, town: one.pause(
        day, resumes_on=town.chance.choice([None, day + town.chance.randint(1, 50) * DAY]), own=True
    ),
    Action.DROP_PAUSE: lambda one, day, town: one.drop_pause(day),
    Action.RESUME: lambda one, day, town: one.resume(day),
    Action.SCHEDULE_CANCELLATION: lambda one, day, town: one.schedule_cancellation(
        day, max(one.earliest_end(day, one.plan.product.notice_days), day + DAY)
    ),
    Action.WITHDRAW_CANCELLATION: lambda one, day, town: one.withdraw_cancellation(day),
    Action.CANCEL: lambda one, day, town: one.cancel(day),
    Action.GRANT_DISCOUNT: lambda one, day, town: one.grant_discount(day, town.chance.choice([10, 33, 100]), 2),
    Action.CHANGE_PLAN: lambda one, day, town: one.change_plan(day, town.chance.choice(like(one, town))),
}


def like(one, town):
    return [plan for plan in town.plans if (plan.product_id, plan.currency) == (one.plan.product_id, one.currency)]
