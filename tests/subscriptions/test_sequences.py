"""Any sequence of actions and passing days, against the table and the promises of `docs/design.md`, States."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from portal_project.accounts.models import User
from products.models import PauseStarts, ResumeRule
from subscriptions.billing.catch_up import as_of
from subscriptions.confirm.confirmation import Unconfirmed, confirm, shown
from subscriptions.confirm.forms import FORMS
from subscriptions.lifecycle import due
from subscriptions.models import Channel, Invoice, Subscription, SubscriptionEvent
from subscriptions.preview.terms import Terms
from subscriptions.rules.actions import is_possible
from subscriptions.rules.policies import may
from subscriptions.rules.states import Action, Code, NotAllowed, Status, next_step
from support.jobs import follow_up
from support.models import CancellationRequest, Ticket
from tests.depth import EXAMPLES
from tests.factories import PlanFactory, ProductFactory, UserFactory, started
from tests.subscriptions import told

OWN = [Action.PAUSE, Action.DROP_PAUSE, Action.CHANGE_RESUME_DATE, Action.RESUME]


class Life(RuleBasedStateMachine):
    """One subscription, its customer, and a calendar, in a transaction that is rolled back at the end."""

    def __init__(self):
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @initialize(
        starts=st.sampled_from(list(PauseStarts)),
        resume_rule=st.sampled_from(list(ResumeRule)),
        notice_days=st.sampled_from([0, 1, 30, 45]),
        trial_days=st.sampled_from([0, 0, 14]),
        longest=st.sampled_from([None, 10, 40]),
        start=st.sampled_from([date(2024, 1, 31), date(2024, 2, 29), date(2026, 3, 20)]),
    )
    def begin(self, starts, resume_rule, notice_days, trial_days, longest, start):
        product = ProductFactory(
            pause_starts=starts,
            resume_rule=resume_rule,
            notice_days=notice_days,
            max_pause_days=longest,
            allow_plan_change=True,
        )
        self.customer: User = UserFactory()
        self.today = start
        self.pk = started(self.customer, start, PlanFactory(product=product, trial_days=trial_days)).pk
        self.staff: User = UserFactory(is_staff=True, is_superuser=True)
        self.plans = [
            PlanFactory(product=product, name="Small", amount=40, is_open_to_change=True),
            PlanFactory(product=product, name="Yearly", amount=900, interval="year", is_open_to_change=True),
        ]

    def stored(self):
        return Subscription.objects.for_policies(self.today).get(pk=self.pk)

    def mine(self):
        return Subscription.objects.filter(pk=self.pk)

    @rule(days=st.integers(1, 40))
    def days_pass(self, days):
        """Without the job: whoever acts next has to catch up first."""
        self.today += timedelta(days=days)

    @rule()
    def the_job_runs(self):
        assert due.apply(self.today).failed == 0
        follow_up.run(self.today)
        assert next_step(self.stored()) is None or next_step(self.stored())[0] > self.today

    @rule(action=st.sampled_from(OWN), wait=st.none() | st.integers(1, 60))
    def act(self, action, wait):
        self.confirm(action, resumes_on=self.today + timedelta(days=wait) if wait else None)

    @rule()
    def request_cancellation(self):
        self.confirm(Action.SCHEDULE_CANCELLATION, reason="other", message="")

    @rule()
    def withdraw(self):
        self.confirm(Action.WITHDRAW_CANCELLATION)

    @rule(one_in_ten=st.integers(0, 9))
    def staff_cancel_now(self, one_in_ten):
        """Seldom, because it ends the story."""
        if one_in_ten == 0:
            self.confirm(Action.CANCEL, by=self.staff)

    @rule(percent=st.sampled_from([0, 10, 100]), invoices=st.integers(1, 3))
    def staff_grant_a_discount(self, percent, invoices):
        """Without a percentage the form is not valid."""
        self.confirm(Action.GRANT_DISCOUNT, by=self.staff, percent=percent, invoices=invoices)

    @rule(which=st.integers(0, 1))
    def staff_change_the_plan(self, which):
        self.confirm(Action.CHANGE_PLAN, by=self.staff, plan=self.plans[which].pk)

    @rule()
    def staff_drop_the_plan_change(self):
        self.confirm(Action.DROP_PLAN_CHANGE, by=self.staff)

    @rule(amount=st.sampled_from([-1, 40, 80, 120]))
    def staff_change_the_price(self, amount):
        """Below zero the form is not valid."""
        self.confirm(Action.CHANGE_PRICE, by=self.staff, amount=amount)

    @rule()
    def staff_drop_the_price_change(self):
        self.confirm(Action.DROP_PRICE_CHANGE, by=self.staff)

    @rule(which=st.integers(0, 1))
    def change_the_plan(self, which):
        self.confirm(Action.CHANGE_PLAN, plan=self.plans[which].pk)

    @rule()
    def drop_the_plan_change(self):
        self.confirm(Action.DROP_PLAN_CHANGE)

    def confirm(self, action, *, by=None, **typed):
        """Open the page and confirm it; the page, the table and the lock agree, and what was announced happens."""
        form_class, by = FORMS[action], by or self.customer
        verdict = may(action, as_of(self.stored(), self.today), by=by, today=self.today)
        assert not (verdict and not is_possible(action, as_of(self.stored(), self.today))), "against the table"
        try:
            page = shown(form_class, typed, self.mine(), by=by, today=self.today)
        except NotAllowed:
            assert not verdict, "the page refuses what the policy allows"
            page = None
        sent = typed | {"announced": page.announcement if page else ""}
        try:
            confirm(form_class, sent, self.mine(), by=by, today=self.today, channel=Channel.PORTAL)
        except NotAllowed as refusal:
            is_chosen_already = refusal.verdict.code == Code.DONE
            assert is_chosen_already or not verdict, "the lock refuses what the page offers"
            return
        except Unconfirmed:
            assert page is None or not page.is_valid(), "the lock sees another effect than the page"
            return
        row = self.stored()
        happened = {name: getattr(row, name) for name in page.effect.dates}
        assert (page.effect.status, page.effect.dates) == (row.status, happened), "announced is not what happened"
        assert page.effect.terms == Terms.of(row), "what was agreed is not what was announced"

    @invariant()
    def no_day_is_billed_twice_and_no_invoice_is_empty(self):
        live = Invoice.objects.filter(subscription=self.pk).exclude(status="void").order_by("covers_from")
        for earlier, later in pairwise(live):
            assert earlier.covers_to <= later.covers_from
        assert all(invoice.covers_from < invoice.covers_to for invoice in live)

    @invariant()
    def nothing_is_billed_on_or_after_the_end(self):
        row = self.stored()
        end = row.canceled_on or row.cancels_on
        requested = SubscriptionEvent.objects.filter(subscription=self.pk, kind="cancellation_scheduled").last()
        if end and requested:
            billed = Invoice.objects.filter(subscription=self.pk, covers_from__gte=requested.effective_on)
            late = [bill for bill in billed.exclude(status="void") if bill.covers_from >= end]
            assert late == []

    @invariant()
    def requests_follow_their_subscription(self):
        open_requests = CancellationRequest.objects.filter(subscription=self.pk, decided_at=None)
        row = self.stored()
        assert open_requests.count() <= 1
        if row.cancels_on:
            assert open_requests.get().promised_on == row.cancels_on
            assert open_requests.get().ticket.status in Ticket.UNFINISHED
        elif row.status != Status.CANCELED:
            assert not open_requests.exists()

    @invariant()
    def every_change_has_its_event_and_its_mail_once(self):
        events = SubscriptionEvent.objects.filter(subscription=self.pk)
        assert {mail.key for mail in told.sent(self.stored())} == told.expected(events)

    @invariant()
    def a_page_shows_the_same_as_the_job_would_leave(self):
        row = self.stored()
        shown = as_of(row, self.today)
        assert not row.new_events, "looking changed the row"
        step = next_step(shown)
        assert step is None or step[0] > self.today


@pytest.mark.django_db
def test_no_sequence_of_actions_and_days_breaks_a_promise():
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
