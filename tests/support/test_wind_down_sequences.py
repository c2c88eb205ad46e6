"""Any sequence of ends, withdrawals, marks, answers and passing days, against `docs/design.md`, Wind-down steps and Providers."""

from datetime import date, timedelta

import pytest
import time_machine
from django.conf import settings as django_settings
from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from subscriptions.lifecycle import due
from subscriptions.lifecycle.unit_of_work import changing_one
from subscriptions.models import Channel, LinkedService, Subscription
from support.jobs import follow_up
from support.models import ProviderCall, WindDownDefault, WindDownStep
from support.models.wind_down import CURRENT
from support.wind_down.calls import tell_pending
from support.wind_down.losses import lapsed_on, with_steps
from support.wind_down.marking import mark
from tests.depth import EXAMPLES
from tests.factories import PlanFactory, ProductFactory, UserFactory, started
from tests.support.registrar import Registrar

BEGAN = date(2026, 3, 20)
AUTO_RENEW = WindDownStep.Task.AUTO_RENEW


def refuse():
    raise RuntimeError("no")


class Life(RuleBasedStateMachine):
    """One subscription with a domain that its registrar is told of, and a mailbox that is wound down by hand."""

    def __init__(self):
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.clock = time_machine.travel("2026-03-20 12:00 +0000", tick=False)
        self.traveller = self.clock.start()
        Registrar.reset()

    def teardown(self):
        try:
            self.everything_is_told()
        finally:
            self.clock.stop()
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    @initialize(renews_in=st.sampled_from([None, 3, 20, 45, 400]), renewed=st.booleans())
    def begin(self, renews_in, renewed):
        self.today = BEGAN
        self.staff = UserFactory(is_staff=True)
        product = ProductFactory()
        self.pk = started(UserFactory(), BEGAN, PlanFactory(product=product)).pk
        renews_on = renews_in and BEGAN + timedelta(days=renews_in)
        for kind, name in (("domain", "example.org"), ("mailbox", "info@example.org")):
            LinkedService.objects.create(
                subscription_id=self.pk, kind=kind, name=name, renews_on=renews_on, auto_renew=renewed
            )
        Registrar.has = {"example.org": renewed}
        self.product = product
        self.plan("Send the code", "domain", 7, "before", True)
        self.plan("Delete it", "mailbox", 3, "after", False)

    def plan(self, what, kind, days, side, can_be_undone):
        WindDownDefault.objects.create(
            product=self.product, kind=kind, what=what, days=days, side=side, can_be_undone=can_be_undone
        )

    def stored(self):
        return Subscription.objects.get(pk=self.pk)

    def has_end(self):
        row = self.stored()
        return bool(row.cancels_on or row.canceled_on)

    def changing(self):
        return changing_one(
            Subscription.objects.filter(pk=self.pk), today=self.today, by=self.staff, channel=Channel.ADMIN
        )

    @rule(days=st.integers(1, 12))
    def days_pass(self, days):
        self.today += timedelta(days=days)
        self.traveller.move_to(f"{self.today} 12:00 +0000")
        due.apply(self.today)

    @rule(notice=st.integers(1, 40))
    def an_end_is_scheduled(self, notice):
        with self.changing() as subscription:
            if not (subscription.cancels_on or subscription.canceled_on):
                subscription.schedule_cancellation(self.today, self.today + timedelta(days=notice))

    @rule()
    def it_is_withdrawn(self):
        with self.changing() as subscription:
            if subscription.cancels_on:
                subscription.withdraw_cancellation(self.today)

    @rule(chosen=st.integers(0, 5), is_done=st.booleans())
    def staff_mark_a_step(self, chosen, is_done):
        steps = list(WindDownStep.objects.order_by("pk").select_related("service"))
        if not steps:
            return
        step = steps[chosen % len(steps)]
        was_done = step.done_at is not None
        marked = mark([step.pk], is_done=is_done, by=self.staff, today=self.today)
        if marked.count and is_done and not was_done and step.task == AUTO_RENEW:
            # Whoever says so has done it at the provider.
            Registrar.has[step.service.name] = step.undoes_id is not None

    @rule(answers=st.sampled_from(["yes", "no", "done, but no answer"]))
    def the_worker_runs(self, answers):
        Registrar.before = refuse if answers == "no" else None
        Registrar.after = refuse if answers == "done, but no answer" else None
        self.tell()

    @rule()
    def the_follow_up_runs(self):
        follow_up.run(self.today)

    @rule()
    def the_merchant_plans_another_step(self):
        if WindDownDefault.objects.count() < 4:
            self.plan(f"Step {WindDownDefault.objects.count()}", "domain", 2, "after", True)
            follow_up.run(self.today)

    def tell(self):
        """As if the time of the next attempt had come."""
        ProviderCall.objects.filter(next_attempt_at__isnull=False).update(next_attempt_at=timezone.now())
        tell_pending()

    def everything_is_told(self):
        """The provider works again, so in the end it has what is wished."""
        Registrar.before = Registrar.after = None
        for _ in range(3):
            self.tell()
        for service in with_steps(self.stored()).filter(kind="domain"):
            given_up = ProviderCall.objects.filter(service=service, next_attempt_at=None, asked__isnull=False)
            if not given_up.exists() and not lapsed_on(service, self.today):
                assert Registrar.has["example.org"] == service.auto_renew
        self.steps_follow_the_end()

    @invariant()
    def steps_follow_the_end(self):
        for service in with_steps(self.stored()) if hasattr(self, "pk") else ():
            current = WindDownStep.objects.filter(CURRENT, service=service)
            undoing = WindDownStep.objects.filter(service=service, undoes__isnull=False)
            if self.has_end():
                assert not undoing.filter(done_at=None).exists()
                assert current.filter(task=AUTO_RENEW).count() == bool(service.auto_renew_before)
                planned = WindDownDefault.objects.filter(kind=service.kind).count()
                # Once it has ended, no further step comes to it.
                assert current.exclude(default=None).count() == planned or self.stored().canceled_on
            else:
                assert not current.filter(done_at=None).exists()
                if not lapsed_on(service, self.today):
                    for step in current.filter(can_be_undone=True):
                        assert step.is_lost(self.today) or undoing.filter(undoes=step).exists()

    @invariant()
    def nothing_is_due_after_a_renewal_that_is_to_come(self):
        for step in WindDownStep.objects.filter(done_at=None, undoes=None).select_related("service"):
            renews_on = step.service.renews_on
            assert step.due_on >= step.made_on
            assert renews_on is None or renews_on < step.made_on or step.due_on <= renews_on

    @invariant()
    def auto_renew_is_off_exactly_while_there_is_an_end(self):
        for service in LinkedService.objects.all():
            assert (service.auto_renew_before is not None) == self.has_end()

    @invariant()
    def what_is_settled_with_the_provider_is_what_is_wished(self):
        for call in ProviderCall.objects.filter(next_attempt_at=None, asked=None).select_related("service"):
            service = with_steps(self.stored()).get(pk=call.service_id)
            assert call.told == service.auto_renew or lapsed_on(service, self.today)


@pytest.mark.django_db
def test_no_sequence_of_ends_marks_and_answers_breaks_a_promise():
    assert django_settings.PROVIDERS == {}
    with override_settings(PROVIDERS={"domain": "tests.support.registrar.Registrar"}):
        run_state_machine_as_test(
            Life,
            settings=settings(
                max_examples=EXAMPLES, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
