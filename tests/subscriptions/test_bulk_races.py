"""Bulk acts beside each other, clicks, the job and a power cut, on PostgreSQL: nothing twice, nothing skipped."""

import os
import subprocess
import sys
import time
from collections import Counter
from datetime import date, timedelta
from functools import partial
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils.timezone import localdate

from portal_project.common import pacing
from portal_project.mail.models import OutgoingMail
from subscriptions.bulk import running, steering
from subscriptions.lifecycle import due
from subscriptions.models import BulkAct, EventKind, Invoice, Subscription, SubscriptionEvent
from tests.conftest import signed_in
from tests.factories import PlanFactory, UserFactory, started
from tests.subscriptions.test_bulk_acts import started_many
from tests.subscriptions.test_import import RIGHT, written
from tests.support.test_races import address, at_once, prepared

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 4, 10)
ROUNDS = 3
A_BATCH = (
    "from subscriptions.bulk import running; from portal_project.common import pacing; pacing.batch_size = lambda: 5; "
)


@pytest.fixture
def hosting(clock):
    clock(TODAY)
    return PlanFactory()


def confirmed(by, kind="pause", today=TODAY, **values):
    act = steering.begin(kind, values or {"resumes_on": ""}, query="", token=uuid4(), by=by, today=today)
    steering.confirm(BulkAct.objects.get(pk=act.pk), by=by, today=today)
    return act


def through(act):
    while running.step(act.pk, TODAY):
        pass


def happened(kind):
    """How often to each subscription."""
    return Counter(SubscriptionEvent.objects.filter(kind=kind).values_list("subscription", flat=True))


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_acts_on_the_same_rows_do_each_once(merchant, hosting, monkeypatch, _round):
    monkeypatch.setattr(pacing, "batch_size", lambda: 4)
    started_many(hosting, 12)
    first, second = confirmed(merchant), confirmed(merchant)
    at_once(*[partial(through, act) for act in (first, second)])
    for act in (first, second):
        act.refresh_from_db()
    assert (first.done + second.done, first.already + second.already) == (12, 12)
    assert set(happened(EventKind.PAUSED).values()) == {1}


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_workers_share_one_act(merchant, hosting, monkeypatch, _round):
    monkeypatch.setattr(pacing, "batch_size", lambda: 3)
    started_many(hosting, 12)
    act = confirmed(merchant, "cancel_now")
    at_once(*[running.go_on] * 3)
    act.refresh_from_db()
    assert (act.done, act.ready) == (12, 0)
    assert len(happened(EventKind.CANCELED)) == 12


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_customers_click_and_the_act_have_one_order(alice, merchant, hosting, _round):
    mine = started(alice, date(2026, 4, 1), hosting)
    act = confirmed(merchant, "cancel_now")
    pause = prepared(signed_in(alice), address(mine, "pause"))
    answer, _none = at_once(pause, running.go_on)
    mine.refresh_from_db()
    act.refresh_from_db()
    # Canceling comes to the same for who has just paused.
    assert (act.done, mine.status) == (1, "canceled")
    assert (answer, len(happened(EventKind.PAUSED))) in [(302, 1), (409, 0)]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_job_and_the_act_bill_once(merchant, hosting, clock, _round):
    started_many(hosting, 8)
    clock(date(2026, 5, 1))
    act = confirmed(merchant, "pause", date(2026, 5, 1), resumes_on="")
    at_once(lambda: due.apply(date(2026, 5, 1)), running.go_on)
    act.refresh_from_db()
    assert (act.done, act.ready) == (8, 0)
    assert set(Counter(Invoice.objects.values_list("subscription", "covers_from")).values()) == {1}
    assert not Subscription.objects.filter(due_on__lte=date(2026, 5, 1)).exists()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_act_an_import_and_the_job_each_do_theirs(merchant, hosting, clock, tmp_path, monkeypatch, _round):
    """The file holds the customers that the act and the job are about."""
    monkeypatch.setattr(pacing, "batch_size", lambda: 4)
    first_of_may = date(2026, 5, 1)
    mine = started_many(hosting, 12)
    rows = [
        RIGHT
        | {"external_id": f"A-{row.pk}", "customer_email": row.customer.email, "product": "Hosting"}
        | {"started_on": "2026-04-01", "billed_until": "2026-05-02"}
        for row in reversed(mine)
    ]
    file = written(tmp_path, *rows)
    clock(first_of_may)
    act = confirmed(merchant, "cancel_now", first_of_may, sure="")
    load = partial(call_command, "import_subscriptions", str(file), stdout=StringIO())
    at_once(load, partial(due.apply, first_of_may), running.go_on)
    due.apply(date(2026, 5, 2))
    act.refresh_from_db()
    assert (act.done, act.ready, act.failed) == (12, 0, 0)
    assert happened(EventKind.CANCELED) == dict.fromkeys([row.pk for row in mine], 1)
    brought = Subscription.objects.exclude(external_id=None)
    assert set(brought.values_list("status", "due_on")) == {("active", date(2026, 6, 2))}
    assert brought.count() == 12
    invoiced = Counter(Invoice.objects.values_list("subscription", "covers_from"))
    assert set(invoiced.values()) == {1}
    assert {row.pk for row in brought} <= {subscription for subscription, _from in invoiced}


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_what_an_import_brings_during_the_count_is_counted_once_or_not(
    merchant, hosting, tmp_path, monkeypatch, _round
):
    monkeypatch.setattr(pacing, "batch_size", lambda: 3)
    started_many(hosting, 9)
    dates = {"started_on": "2026-04-01", "billed_until": "2026-05-01"}
    file = written(tmp_path, *[RIGHT | dates | {"external_id": f"A-{number}"} for number in range(9)])
    load = partial(call_command, "import_subscriptions", str(file), stdout=StringIO())
    _none, act = at_once(load, partial(confirmed, merchant))
    running.go_on()
    act.refresh_from_db()
    assert 9 <= act.done == act.to_do <= 18
    assert set(happened(EventKind.PAUSED).values()) == {1}
    assert len(happened(EventKind.PAUSED)) == act.done
    assert Subscription.objects.count() == 18


def test_confirming_at_the_same_time_confirms_once(merchant, hosting):
    started_many(hosting, 2)
    act = steering.begin("pause", {"resumes_on": ""}, token=uuid4(), by=merchant, today=TODAY)
    address = f"/admin/subscriptions/bulkact/{act.pk}/confirm/"
    clients = [signed_in(merchant) for _each in range(3)]
    assert at_once(*[lambda client=client: client.post(address).status_code for client in clients]) == [302] * 3
    running.go_on()
    assert set(happened(EventKind.PAUSED).values()) == {1}


def test_whoever_is_killed_in_the_middle_leaves_nothing_half_done(merchant, monkeypatch):
    """The worker is a process with the real clock."""
    config = connection.settings_dict
    who = f"{config['USER']}:{config['PASSWORD']}@{config['HOST']}:{config['PORT']}"
    today = localdate()
    customers, plan = [UserFactory() for _each in range(120)], PlanFactory()
    for customer in customers:
        started(customer, today - timedelta(days=2), plan)
    OutgoingMail.objects.all().delete()
    act = confirmed(merchant, "cancel_now", today, sure="")
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "shell", "-v0", "-c", A_BATCH + "running.go_on()"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": f"postgres://{who}/{config['NAME']}"},
    )
    end = time.monotonic() + 60
    while BulkAct.objects.get(pk=act.pk).done < 10 and time.monotonic() < end:
        time.sleep(0.01)
    worker.kill()
    worker.wait()
    act.refresh_from_db()
    assert 10 <= act.done < 120
    assert act.rows.filter(state="done").count() == act.done == len(happened(EventKind.CANCELED))
    running.go_on()
    act.refresh_from_db()
    assert (act.done, act.ready, act.finished_at is not None) == (120, 0, True)
    assert list(happened(EventKind.CANCELED).values()) == [1] * 120
    assert Counter(OutgoingMail.objects.values_list("key", flat=True)).most_common(1)[0][1] == 1
