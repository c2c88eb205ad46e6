"""Everything that a customer, staff and the calendar can do, against the model of `billing_model` (`docs/design.md`).

HYPOTHESIS_EXAMPLES=5000 pytest tests/subscriptions/test_billing_proof.py    looks longer
"""

from collections import defaultdict
from datetime import date, timedelta
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
    precondition,
    rule,
    run_state_machine_as_test,
)

from products.models import Product
from subscriptions.billing import charges
from subscriptions.lifecycle import due
from subscriptions.models import Subscription, SubscriptionEvent
from subscriptions.rules.states import NotAllowed
from support.jobs import follow_up
from tests.depth import EXAMPLES
from tests.subscriptions import told
from tests.subscriptions.billing_model import CANCELED, Life, Refused, Settings
from tests.subscriptions.billing_portal import (
    DIGITS,
    RHYTHMS,
    Portal,
    anchors,
    decimal,
    deeds,
    moments,
    offers,
    terms,
    trials,
)
from tests.subscriptions.model_prices import Price

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


STAYING = ["withdraw_cancellation", "keep_active", "accept_offer"]


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
        self.promised, self.beyond, self.made_before = (), (), 0

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
            follow_up.run(self.today)
        if new_terms:
            Product.objects.filter(pk=self.portal.product.pk).update(**new_terms)
            vars(self.settings).update(new_terms)
        if self.life.status == CANCELED:
            self.start(deed.pick % 2 * 14, self.today)
        self.do(deed)

    @precondition(lambda self: self.life.status != CANCELED and not self.life.cancels_on)
    @rule(moment=moments, later=moments, by=st.sampled_from(STAYING), deed=deeds)
    def change_their_mind(self, moment, later, by, deed):
        """Within the notice, so that a part may be billed, or a resume date may pass, meanwhile."""
        self.wait(moment)
        self.both("schedule_cancellation")
        self.wait(later)
        self.both(by, *(deed.accepted(self.today, self.prices) if by == "accept_offer" else []))
        if self.life.status != CANCELED:
            self.do(deed)

    @precondition(lambda self: self.life.kept and self.life.status != CANCELED and not self.life.cancels_on)
    @rule(moment=moments, later=moments, deed=deeds)
    def ask_again(self, moment, later, deed):
        """Mostly soon enough for the first date, which may lie within days that are billed by now."""
        self.wait(moment)
        if self.life.status != CANCELED:
            self.both("schedule_cancellation")
        self.wait(later)
        if self.life.status != CANCELED:
            self.do(deed)

    def do(self, deed):
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
        if self.life.status == CANCELED:
            # Pages show its end by themselves, but only the job or an act corrects invoices.
            due.apply(self.today)
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
        instead = [each.instead for each in effect.beyond if each.instead and row.status == CANCELED]
        assert plain([*effect.now, *instead]) == plain(bills[before:]), "billed at once is not what was announced"
        assert all(bill.on == bill.covers_from for bill in effect.bills)
        self.promised, self.beyond, self.made_before = effect.bills, effect.beyond, len(bills)

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
        self.an_end_takes_back_what_was_announced(bills)
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
        happened = [(event.kind, event.effective_on) for event in [*events, *row.new_events]]
        assert happened == self.life.events
        assert sorted(mail.key for mail in told.sent(row)) == sorted(told.expected(events))

    def the_bills_announced_are_those_that_come(self, bills):
        came, promised = plain(bills[self.made_before :]), plain(self.promised)
        assert came[: len(promised)] == promised[: len(came)]
        assert all(bill.on > self.today for bill in self.promised[len(came) :])

    def an_end_takes_back_what_was_announced(self, bills):
        if self.life.status != CANCELED:
            return
        void = [bill for bill in bills if bill.status == "void"]
        assert plain(void) == plain([each.bill for each in self.beyond])
        instead = [
            bill for bill in bills if bill.status != "void" and bill.covers_from in {b.covers_from for b in void}
        ]
        assert plain(instead) == plain([each.instead for each in self.beyond if each.instead])

    def every_day_is_accounted_for(self, bills):
        billed = {bill.covers_from: bill for bill in reversed(bills)}.values()
        assert sum((bill.covers_to - bill.covers_from).days for bill in billed) == self.life.days_accounted_for
        live = sorted((bill.covers_from, bill.covers_to) for bill in bills if bill.status != "void")
        assert all(earlier[1] <= later[0] for earlier, later in pairwise(live)), "a day is billed twice"
        begun = {bill.covers_from for bill in bills}
        assert begun <= self.life.in_service | {self.life.canceled_on}, "billed while paused, or in the trial"

    def the_parts_of_a_period_add_up(self):
        parts = defaultdict(list)
        for bill in [bill for bill in self.life.bills if not bill.is_instead]:
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
            max_examples=EXAMPLES, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


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
    parts = [charges.by_days(subscription, period, *part) for part in [(first, day), (day, end)]]
    assert parts == [decimal(share), decimal(price.amount - share)]
