"""Steps, withdrawals, the job, workers and providers at the same moment, with threads and processes on PostgreSQL."""

import os
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from threading import Event

import pytest
from django.db import connection
from django.utils import timezone

from subscriptions.lifecycle import due
from subscriptions.models import LinkedService
from support.jobs import follow_up
from support.models import ProviderCall, WindDownDefault, WindDownStep
from support.wind_down.calls import tell_pending
from support.wind_down.marking import mark
from tests.factories import PlanFactory, ProductFactory, started
from tests.support.registrar import Registrar
from tests.support.test_providers import OFF, ON, next_attempt, on_the_tab
from tests.support.test_races import at_once, prepared
from tests.support.test_wind_down import cancel, steps, withdraw

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 4, 5)
ROUNDS = 3


@pytest.fixture
def hosting(alice, clock):
    clock(TODAY)
    product = ProductFactory(notice_days=30)
    subscription = started(alice, date(2026, 3, 20), PlanFactory(product=product))
    LinkedService.objects.create(subscription=subscription, name="example.org", renews_on=date(2026, 12, 8))
    return subscription


@pytest.fixture
def registrar(settings):
    settings.PROVIDERS = {"domain": "tests.support.registrar.Registrar"}
    settings.PROVIDER_SECONDS = 0.2
    Registrar.reset()


def page_of(subscription, action):
    return f"/subscriptions/{subscription.number}/{action}/"


def test_a_step_is_done_while_the_customer_withdraws_and_the_job_runs(as_alice, agent, hosting):
    for _ in range(ROUNDS):
        cancel(as_alice, hosting)
        key = WindDownStep.objects.get(done_at=None).pk
        click = prepared(as_alice, page_of(hosting, "withdraw"))

        def job():
            due.apply(TODAY)
            follow_up.run(TODAY)

        marked, *_others = at_once(lambda: mark([key], is_done=True, by=agent, today=TODAY), click, job)  # noqa: B023
        hosting.refresh_from_db()
        assert hosting.cancels_on is None
        # Done first, it is to be undone; withdrawn first, there was nothing left to do.
        to_do = list(WindDownStep.objects.filter(done_at=None).values_list("what", flat=True))
        assert to_do == ([ON] if marked.count else [])
        mark(
            list(WindDownStep.objects.filter(done_at=None).values_list("pk", flat=True)),
            is_done=True,
            by=agent,
            today=TODAY,
        )
        assert LinkedService.objects.get().auto_renew


def test_nobody_withdraws_past_a_step_that_was_done_for_good_in_that_moment(as_alice, agent, hosting):
    WindDownDefault.objects.create(product=hosting.plan.product, kind="domain", what="Delete", can_be_undone=False)
    for _ in range(ROUNDS):
        WindDownStep.objects.all().delete()
        cancel(as_alice, hosting)
        key = WindDownStep.objects.get(what="Delete").pk
        click = prepared(as_alice, page_of(hosting, "withdraw"))
        marked, status = at_once(lambda: mark([key], is_done=True, by=agent, today=TODAY), click)  # noqa: B023
        # Either it was done first, and the page came again and says so; or the end was lifted, and there was no step.
        assert (marked.count, status) in ((1, 200), (0, 302))
        if marked.count:
            withdraw(as_alice, hosting)


def test_two_of_the_staff_mark_the_same_step(as_alice, agent, merchant, hosting):
    cancel(as_alice, hosting)
    key = WindDownStep.objects.get().pk
    both = at_once(*(lambda by=by: mark([key], is_done=True, by=by, today=TODAY) for by in (agent, merchant)))
    assert [each.count for each in both] == [1, 1]
    assert WindDownStep.objects.get().done_by in (agent, merchant)


def test_two_runs_of_the_follow_up_make_a_missing_step_once(as_alice, hosting):
    cancel(as_alice, hosting)
    WindDownDefault.objects.create(product=hosting.plan.product, kind="domain", what="Export")
    at_once(*(lambda: follow_up.run(TODAY) for _ in range(3)))
    assert WindDownStep.objects.filter(what="Export").count() == 1


def test_two_workers_tell_a_provider_once(as_alice, hosting, registrar):
    cancel(as_alice, hosting)
    at_once(tell_pending, tell_pending, tell_pending)
    assert Registrar.calls == [False]


def test_the_newest_wish_is_told_whoever_is_quicker(as_alice, hosting, registrar):
    for _ in range(ROUNDS):
        cancel(as_alice, hosting)
        at_once(tell_pending, prepared(as_alice, page_of(hosting, "withdraw")), tell_pending)
        while ProviderCall.objects.filter(next_attempt_at__isnull=False).exists():
            next_attempt()
            tell_pending()
        assert Registrar.has == {"example.org": True}
        assert not WindDownStep.objects.filter(done_at=None).exists()


def test_one_that_hangs_holds_nobody_up_and_is_left_alone_for_an_hour(as_alice, as_agent, hosting, registrar):
    cancel(as_alice, hosting)
    stop = Event()
    Registrar.before = stop.wait
    try:
        assert tell_pending() == 0
        assert "No answer within 0.2 seconds." in on_the_tab(as_agent)
        assert ProviderCall.objects.get().next_attempt_at - timezone.now() == timedelta(hours=1)
        # Not even for the opposite, as it may still come to do what it was told.
        withdraw(as_alice, hosting)
        assert (tell_pending(), Registrar.calls) == (0, [False])
        assert steps()[0] == (ON, TODAY, None)
    finally:
        ProviderCall.objects.update(holder=None)
        stop.set()


def test_a_late_answer_counts_and_a_newer_wish_is_told_after_it(as_alice, hosting, registrar):
    cancel(as_alice, hosting)
    stop, left = Event(), Event()
    Registrar.before = stop.wait
    tell_pending()
    withdraw(as_alice, hosting)
    Registrar.before = None
    Registrar.after = left.set
    stop.set()
    assert left.wait(10)
    for _ in range(1000):
        if ProviderCall.objects.get().told is False:
            break
    assert Registrar.has == {"example.org": False}
    assert (tell_pending(), Registrar.has) == (1, {"example.org": True})
    assert not WindDownStep.objects.filter(done_at=None).exists()


def test_a_worker_killed_before_it_noted_the_answer_has_it_said_again(as_alice, hosting, registrar, settings, tmp_path):
    cancel(as_alice, hosting)
    config, said = connection.settings_dict, tmp_path / "said"
    who = f"{config['USER']}:{config['PASSWORD']}@{config['HOST']}:{config['PORT']}"
    environment = os.environ | {
        "DATABASE_URL": f"postgres://{who}/{config['NAME']}",
        "PROVIDERS": "domain=tests.support.registrar.Dies",
        "DJANGO_SETTINGS_MODULE": "portal_project.settings",
        "SAID": str(said),
    }
    ProviderCall.objects.update(next_attempt_at="2026-04-01T12:00Z")
    code = "import django; django.setup(); from support.wind_down.calls import tell_pending; tell_pending()"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=False, timeout=60)
    assert (done.returncode, said.read_text()) == (-signal.SIGKILL, "example.org False")
    assert steps() == [(OFF, date(2026, 5, 5), None)]
    assert (tell_pending(), Registrar.calls) == (0, [])
    next_attempt()
    assert (tell_pending(), Registrar.calls) == (1, [False])
    assert not WindDownStep.objects.filter(done_at=None).exists()
