"""Everything that a customer, staff and the calendar can do, against the model of `billing_model` (`design.md`, sections 3 to 7).

HYPOTHESIS_EXAMPLES=5000 pytest tests/subscriptions/test_billing_proof.py    looks longer
"""

import os
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from portal_project.mail.models import OutgoingMail
from products.models import PauseStarts, Product, ResumeRule
from subscriptions import billing, due, preview
from subscriptions.changing import changing_one
from subscriptions.confirming import Confirmation, confirmed
from subscriptions.models import Channel, Invoice, Subscription, SubscriptionEvent
from subscriptions.states import Action, NotAllowed, next_step
from subscriptions.steps import as_of
from support import cancellations, follow_up
from support.models import CancellationRequest
from tests.factories import PlanFactory, ProductFactory, UserFactory, started
from tests.subscriptions.billing_model import CANCELED, PAUSED, TRIALING, Life, Price, Refused, Settings

EXAMPLES = int(os.environ.get("HYPOTHESIS_EXAMPLES", "40"))
COMPARED = {
    "status": "status",
    "anchor": "anchor_on",
    "billed_until": "period_end",
    "paused_on": "paused_on",
    "pauses_on": "pauses_on",
    "resumes_on": "resumes_on",
    "cancels_on": "cancels_on",
    "canceled_on": "canceled_on",
    "percent": "discount_percent",
    "invoices_left": "discount_invoices_left",
}
MAILED = {"paused", "pause_scheduled", "pause_dropped", "resumed", "canceled"}
DIGITS = {"EUR": 2, "JPY": 0, "KWD": 3}
RHYTHMS = [("month", 1), ("month", 1), ("year", 1), ("month", 3), ("week", 1), ("day", 10)]

anchors = st.sampled_from(
    [date(2024, 1, 31), date(2024, 2, 29), date(2026, 3, 20), date(2025, 11, 30), date(2027, 12, 31)]
)
amounts = st.sampled_from([10_000, 0, 1, 15, 45, 36_500]) | st.integers(1, 99_999)
terms = st.fixed_dictionaries(
    {
        "pause_starts": st.sampled_from(PauseStarts.values),
        "resume_rule": st.sampled_from(ResumeRule.values),
        "notice_days": st.sampled_from([0, 1, 30, 45]),
        "max_pause_days": st.sampled_from([None, None, 3, 40]),
    }
)
trials = st.sampled_from([0, 0, 0, 14])
moments = st.just(0) | st.integers(1, 40) | st.sampled_from(["before", "on", "on", "after"])


@dataclass(frozen=True)
class Deed:
    """Something to do, mostly of what leads somewhere when its day has come."""

    pick: int
    length: int | None
    percent: int
    invoices: int
    plan: int

    def meant(self, subscription, today, prices):
        """The verb's name and its arguments."""
        names = list(VERBS) if self.pick >= 88 else inviting(subscription)
        name = names[self.pick % len(names)]
        until = [today + timedelta(days=self.length) if self.length else None]
        discount, price = [self.percent, self.invoices], [prices[self.plan]]
        with_arguments = {"pause": until, "change_resume_date": until, "grant_discount": discount, "change_plan": price}
        return name, with_arguments.get(name, [])


def inviting(subscription):
    """The verbs that are possible now, those that lead far more than once."""
    always = ["grant_discount", "change_plan"]
    if subscription.cancels_on:
        return [*always, *["withdraw_cancellation"] * 3]
    if subscription.status == TRIALING:
        return [*always, "schedule_cancellation"]
    if subscription.status == PAUSED:
        return [*always, *["resume"] * 4, "change_resume_date", "schedule_cancellation"]
    if subscription.pauses_on:
        return [*always, "drop_pause", "change_resume_date", "schedule_cancellation"]
    return [*always, *["pause"] * 4, *["schedule_cancellation"] * 3]


deeds = st.builds(
    Deed,
    pick=st.integers(0, 99),
    length=st.none() | st.integers(1, 60),
    percent=st.sampled_from([10, 33, 50, 100]),
    invoices=st.integers(1, 4),
    plan=st.integers(0, 2),
)


@st.composite
def offers(draw):
    """A currency and three prices in it; the second has the rhythm of the first, the third mostly another."""
    currency, (rhythm, other) = draw(st.sampled_from(list(DIGITS))), [draw(st.sampled_from(RHYTHMS)) for _ in "ab"]
    digits = DIGITS[currency]
    cents = [draw(amounts) for _ in range(3)]
    units = 10**digits
    return currency, [
        Price(Fraction(amount, units), digits, *each)
        for amount, each in zip(cents, (rhythm, rhythm, other), strict=True)
    ]


def decimal(amount):
    return Decimal(amount.numerator) / amount.denominator


class Portal:
    """The real thing: one customer's subscription, acted upon as its pages do."""

    def __init__(self, terms, offer):
        currency, prices = offer
        self.product = ProductFactory(**terms)
        self.customer, self.staff = UserFactory(), UserFactory(is_staff=True, is_superuser=True)
        self.plans = {price: self.plan(price, currency, n) for n, price in enumerate(prices)}

    def plan(self, price, currency, n):
        return PlanFactory(
            product=self.product,
            name=str(n),
            amount=decimal(price.amount),
            currency=currency,
            interval=price.interval,
            interval_count=price.count,
        )

    def start(self, price, trial_days, today):
        plan = self.plans[price]
        plan.trial_days = trial_days
        self.pk = started(self.customer, today, plan).pk

    def mine(self):
        return Subscription.objects.filter(pk=self.pk)

    def shown(self, today):
        """As pages show it: caught up in memory, with the bills and events that the job would write."""
        return as_of(Subscription.objects.for_policies(today).get(pk=self.pk), today)

    def bills(self, shown):
        """All of them, the voided ones too, in the order in which they were made."""
        return [*Invoice.objects.filter(subscription=self.pk).order_by("pk"), *shown.new_invoices]

    def act(self, name, today, *arguments):
        """Do it, and return the effect that was announced. Raises `NotAllowed`."""
        if name == "change_plan":
            arguments = [self.plans[arguments[0]]]
        verb = VERBS[name](today, *arguments)
        row = self.shown(today)
        announced = preview.effect_of(name, verb, row, today)
        by = self.staff if name == Action.CANCEL else self.customer
        confirmation = Confirmation(by, today, Channel.PORTAL, announced.signed(row))
        if name in REQUESTS:
            function, typed = REQUESTS[name]
            function(self.mine(), confirmation, **typed)
        elif name in set(Action):
            with confirmed(self.mine(), name, verb, confirmation) as row:
                verb(row)
        else:
            with changing_one(self.mine(), today=today, by=self.staff, channel=Channel.ADMIN) as row:
                verb(row)
        return announced


VERBS = {
    "pause": lambda today, until: lambda row: row.pause(today, resumes_on=until, own=True),
    "drop_pause": lambda today: lambda row: row.drop_pause(today),
    "change_resume_date": lambda today, until: lambda row: row.change_resume_date(today, until),
    "resume": lambda today: lambda row: row.resume(today),
    "schedule_cancellation": cancellations.scheduling,
    "withdraw_cancellation": cancellations.withdrawing,
    "cancel": cancellations.canceling,
    "grant_discount": lambda today, percent, invoices: lambda row: row.grant_discount(today, percent, invoices),
    "change_plan": lambda today, plan: lambda row: row.change_plan(today, plan),
}
REQUESTS = {
    "schedule_cancellation": (cancellations.submit, {"reason": "other", "message": ""}),
    "withdraw_cancellation": (cancellations.withdraw, {}),
    "cancel": (cancellations.cancel_now, {}),
}


class Proof(RuleBasedStateMachine):
    """The portal and the model side by side, in a transaction that is rolled back at the end."""

    def __init__(self):
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @initialize(terms=terms, offer=offers(), trial_days=trials, day=anchors)
    def begin(self, terms, offer, trial_days, day):
        self.prices = offer[1]
        self.portal = Portal(terms, offer)
        self.settings = Settings(**terms)
        self.start(trial_days, day)

    def start(self, trial_days, day):
        self.life = Life(day, self.settings, self.prices[0], trial_days)
        self.portal.start(self.prices[0], trial_days, day)
        self.promised, self.made_before = (), 0

    @property
    def today(self):
        return self.life.today

    # What happens

    @rule(moment=moments, by_job=st.booleans(), new_terms=st.none() | st.none() | st.none() | terms, deed=deeds)
    def live(self, moment, by_job, new_terms, deed):
        """Days pass; without the job, whoever acts then has to catch up. New settings move nothing that is promised."""
        self.wait(moment)
        if by_job:
            assert due.apply(self.today).failed == 0
            follow_up.run()
        if new_terms:
            Product.objects.filter(pk=self.portal.product.pk).update(**new_terms)
            vars(self.settings).update(new_terms)
        if self.life.status == CANCELED:
            self.start(deed.pick % 2 * 14, self.today)
        name, arguments = deed.meant(self.life, self.today, self.prices)
        note(f"{self.today} {name} {arguments}")
        self.both(name, *arguments)

    def wait(self, moment):
        """So many days, or until the day before, on or after the next date that a page shows."""
        dates = [self.life.billed_until, self.life.pauses_on, self.life.resumes_on, self.life.cancels_on]
        next_date = min((day for day in dates if day and day > self.today), default=self.today)
        until = {"before": -1, "on": 0, "after": 1}
        days = moment if moment in range(41) else (next_date - self.today).days + until[moment]
        for _day in range(days):
            self.life.pass_a_day()
        if days:
            self.all_is_well()

    def both(self, name, *arguments):
        """In the portal and in the model: refused by both, or the same by both and as announced."""
        before = len(self.bills())
        try:
            getattr(self.life, name)(*arguments)
        except Refused:
            with pytest.raises(NotAllowed):
                self.portal.act(name, self.today, *arguments)
            return
        effect = self.portal.act(name, self.today, *arguments)
        row = self.portal.mine().get()
        happened = {column: getattr(row, column) for column in effect.dates}
        assert (effect.status, effect.dates) == (row.status, happened), "announced is not what happened"
        bills = self.bills()
        assert plain(effect.now) == plain(bills[before:]), "billed at once is not what was announced"
        assert all(bill.on == bill.covers_from for bill in effect.bills)
        self.promised, self.made_before = effect.bills, len(bills)

    def bills(self):
        return self.portal.bills(self.portal.shown(self.today))

    # What always holds

    @invariant()
    def all_is_well(self):
        row = self.portal.shown(self.today)
        bills = self.portal.bills(row)
        self.the_portal_does_as_the_model(row, bills)
        self.every_change_has_its_event_and_its_mail_once(row)
        self.the_bills_announced_are_those_that_come(bills)
        self.every_day_is_accounted_for(bills)
        self.the_parts_of_a_period_add_up()
        self.status_and_dates_agree(row)

    def the_portal_does_as_the_model(self, row, bills):
        assert {name: getattr(row, column) for name, column in COMPARED.items()} == {
            name: getattr(self.life, name) for name in COMPARED
        }
        made = [(bill.covers_from, bill.covers_to, bill.amount, bill.status == "void") for bill in bills]
        assert made == [(bill.first, bill.end, decimal(bill.amount), bill.void) for bill in self.life.bills]

    def every_change_has_its_event_and_its_mail_once(self, row):
        events = SubscriptionEvent.objects.filter(subscription=self.portal.pk).order_by("pk")
        told = [(event.kind, event.effective_on) for event in [*events, *row.new_events]]
        assert told == self.life.events
        keys = {f"event:{event.pk}:{event.kind}" for event in events if event.kind in MAILED}
        mails = OutgoingMail.objects.filter(key__startswith="event:", context__number=row.number)
        assert sorted(mails.values_list("key", flat=True)) == sorted(keys)

    def the_bills_announced_are_those_that_come(self, bills):
        came, promised = plain(bills[self.made_before :]), plain(self.promised)
        assert came[: len(promised)] == promised[: len(came)]
        assert all(bill.on > self.today for bill in self.promised[len(came) :])

    def every_day_is_accounted_for(self, bills):
        assert sum((bill.covers_to - bill.covers_from).days for bill in bills) == self.life.days_accounted_for
        live = sorted((bill.covers_from, bill.covers_to) for bill in bills if bill.status != "void")
        assert all(earlier[1] <= later[0] for earlier, later in pairwise(live)), "a day is billed twice"
        begun = {bill.covers_from for bill in bills}
        assert begun <= self.life.in_service | {self.life.canceled_on}, "billed while paused, or in the trial"

    def the_parts_of_a_period_add_up(self):
        parts = defaultdict(list)
        for bill in self.life.bills:
            parts[bill.period, bill.price].append(bill)
        for (period, price), bills in parts.items():
            if sum((bill.end - bill.first).days for bill in bills) == (period[1] - period[0]).days:
                assert sum(bill.gross for bill in bills) == price.amount
                assert sum(bill.off for bill in bills) == price.rounded(price.amount * bills[0].percent / 100)

    def status_and_dates_agree(self, row):
        assert (row.status == "paused") == bool(row.paused_on)
        assert (row.status == "canceled") == bool(row.canceled_on)
        assert not row.cancels_on or (row.status != "canceled" and row.cancels_on > self.today)
        assert not row.pauses_on or (row.status == "active" and not row.cancels_on and row.pauses_on > self.today)
        assert not row.resumes_on or row.resumes_on > (row.paused_on or row.pauses_on)
        assert row.status != "active" or row.period_end > self.today


def plain(bills):
    return [(bill.covers_from, bill.covers_to, bill.amount) for bill in bills]


@pytest.mark.django_db
def test_no_life_differs_from_the_model():
    run_state_machine_as_test(
        Proof,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


# Parts of a period


@example(units=405, currency="EUR", rhythm=("month", 1), days=7)
@example(units=14, currency="EUR", rhythm=("week", 4), days=1)
@settings(max_examples=10 * EXAMPLES)
@given(
    units=st.integers(0, 9_999_999),
    currency=st.sampled_from(list(DIGITS)),
    rhythm=st.sampled_from(RHYTHMS),
    days=st.integers(0, 366),
)
def test_a_part_costs_its_days_share_rounded_half_up(units, currency, rhythm, days):
    price = Price(Fraction(units, 10 ** DIGITS[currency]), DIGITS[currency], *rhythm)
    first, end = period = price.period(date(2026, 4, 1), date(2026, 4, 1))
    day = min(end, first + timedelta(days=days))
    share = price.rounded(price.amount * (day - first).days / (end - first).days)
    subscription = Subscription(amount=decimal(price.amount), currency=currency)
    parts = [billing.by_days(subscription, period, *part) for part in [(first, day), (day, end)]]
    assert parts == [decimal(share), decimal(price.amount - share)]


# The job run daily, or late, or twice

scripts = st.lists(st.tuples(st.integers(0, 40) | st.just("on"), deeds), min_size=1, max_size=10)
NOT_THE_SAME = {"id", "number", "key", "subscription_id", "ticket_id", "issued_on"}


def lived(portal, prices, day, script, job):
    """What is stored of a subscription that went through the script, with `job(today)` every day; rolled back after."""
    with transaction.atomic():
        portal.start(prices[0], 0, day)
        outcomes = []
        for days, deed in script:
            until = next_date(portal.shown(day), day) if days == "on" else day + timedelta(days=days)
            while day < until:
                day += timedelta(days=1)
                job(day)
            outcomes.append(outcome(portal, prices, day, deed))
        due.apply(day)
        follow_up.run()
        left = rows(portal)
        transaction.set_rollback(True)
    return outcomes, left


def next_date(row, day):
    step = next_step(row)
    return step[0] if step else day


def outcome(portal, prices, day, deed):
    """The effect that was announced, or the refusal; None after the end."""
    row = portal.shown(day)
    name, arguments = deed.meant(row, day, prices)
    try:
        return None if row.status == CANCELED else portal.act(name, day, *arguments)
    except NotAllowed as refusal:
        return refusal.verdict


def rows(portal):
    """All that is kept of the subscription, but for ids, numbers, days of issue, due dates and instants."""
    number = portal.mine().get().number
    tables = {
        "subscription": portal.mine(),
        "events": SubscriptionEvent.objects.filter(subscription=portal.pk).order_by("pk"),
        "invoices": Invoice.objects.filter(subscription=portal.pk).order_by("pk"),
        "requests": CancellationRequest.objects.filter(subscription=portal.pk).order_by("pk"),
        "mails": OutgoingMail.objects.filter(context__number=number, key__startswith="event:").order_by("pk"),
    }
    return {name: [same(row) for row in table.values()] for name, table in tables.items()}


def same(row):
    context = {"context": without(row["context"], {"number", "url"})} if "context" in row else {}
    apart = {name for name in row if name.endswith("_at")} | ({"due_on"} if "issued_on" in row else set())
    return without(row, NOT_THE_SAME | apart) | context


def without(mapping, names):
    return {name: value for name, value in mapping.items() if name not in names}


@pytest.mark.django_db
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(terms=terms, offer=offers(), day=anchors, script=scripts, every=st.sampled_from([2, 7, 31, 1000]))
def test_the_job_leaves_the_same_run_daily_or_late_or_twice(terms, offer, day, script, every):
    def late(today):
        if today.toordinal() % every == 0:
            due.apply(today)

    def twice(today):
        late(today)
        late(today)

    with transaction.atomic():
        portal, prices = Portal(terms, offer), offer[1]
        daily = lived(portal, prices, day, script, due.apply)
        assert lived(portal, prices, day, script, late) == daily
        assert lived(portal, prices, day, script, twice) == daily
        transaction.set_rollback(True)
