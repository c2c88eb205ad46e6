"""Several runs of the job at once on PostgreSQL: the same rows as one makes, whoever is killed on the way.

The runs are processes with the real clock, so everything here is due in the past.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from portal_project.mail.models import OutgoingMail
from subscriptions.lifecycle import due, unit_of_work
from subscriptions.models import Channel, Invoice, InvoiceCounter, Subscription, SubscriptionEvent
from tests.factories import PlanFactory

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[2]
BEGAN, DAY = date(2024, 3, 20), date(2024, 4, 20)
ROWS = 320


@pytest.fixture(autouse=True)
def _runs_use_the_test_database(monkeypatch):
    config = connection.settings_dict
    who = f"{config['USER']}:{config['PASSWORD']}@{config['HOST']}:{config['PORT']}"
    monkeypatch.setenv("DATABASE_URL", f"postgres://{who}/{connection.settings_dict['NAME']}")


@pytest.fixture
def plans(db):
    return [PlanFactory(product__name="Hosting"), PlanFactory(product__name="Mail", trial_days=14)]


def begun(count, *, batch):
    """So many commands, each known to the server by its application's name."""
    # A shell's background jobs ignore the interrupt, and hand that on: the command shall listen to it however this was started.
    return [
        subprocess.Popen(
            [sys.executable, "manage.py", "apply_due", "--on", DAY.isoformat(), "--batch", str(batch)],
            cwd=ROOT,
            env=os.environ | {"PGAPPNAME": f"run{number}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        for number in range(count)
    ]


def ended(processes):
    """The status of each, what they counted together, and what they said."""
    said = [process.communicate(timeout=60) for process in processes]
    counts = Counter()
    for out, _err in said:
        counts.update({name: int(count) for name, count in re.findall(r"(\w+)=(\d+) ", out)})
    return [process.returncode for process in processes], counts, "".join(err for _out, err in said)


def populate(customer, plans):
    """Rows that renew, convert, end, begin a pause and resume, all by the day."""
    rows = [Subscription.begin(customer, plans[n % 2], BEGAN) for n in range(ROWS)]
    unit_of_work.add(rows, today=BEGAN, by=customer, channel=Channel.ADMIN)
    for n, row in enumerate(rows):
        one = Subscription.objects.filter(pk=row.pk)
        with unit_of_work.changing_one(one, today=BEGAN, by=customer, channel=Channel.ADMIN) as locked:
            if n % 20 == 3:
                locked.schedule_cancellation(BEGAN, DAY)
            elif n % 20 == 4:
                locked.pause(BEGAN, resumes_on=date(2024, 4, 10 + n % 7))
            elif n % 20 == 6:
                locked.pause(BEGAN)


def clear():
    OutgoingMail.objects.all().delete()
    Invoice.objects.all().delete()
    InvoiceCounter.objects.all().delete()
    Subscription.objects.all().delete()


def facts():
    """Everything but ids, numbers, the days that count from the real day, and instants."""
    names = {
        key: place for place, key in enumerate(Subscription.objects.order_by("pk").values_list("number", flat=True))
    }
    return (
        columns(Subscription.objects.order_by("pk"), "number", "search_text", "start_token"),
        columns(SubscriptionEvent.objects.order_by("subscription", "pk"), "subscription", "recorded_at"),
        columns(
            Invoice.objects.order_by("subscription", "covers_from"), "subscription", "number", "issued_on", "due_on"
        ),
        sorted(
            (names[mail.context["number"]], mail.template, re.sub(r"S-\w+", "", str(sorted(mail.context.items()))))
            for mail in OutgoingMail.objects.all()
        ),
    )


def columns(queryset, *left_out):
    names = [field.name for field in queryset.model._meta.concrete_fields if field.name not in ("id", *left_out)]
    return list(queryset.values_list(*names))


def is_whole(before):
    """Nothing lost, nothing doubled, no hole in the numbers."""
    assert not Subscription.objects.due(DAY).exists()
    numbers = sorted(Invoice.objects.values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert InvoiceCounter.objects.get().last_number == len(numbers)
    assert facts() == before


@pytest.fixture
def by_one(alice, plans):
    """What one process leaves; then the same rows again, not yet brought up to date."""
    populate(alice, plans)
    due.apply(DAY)
    left = facts()
    clear()
    populate(alice, plans)
    return left


def test_three_end_in_the_same_rows_as_one(by_one):
    statuses, counts, _said = ended(begun(3, batch=10))
    is_whole(by_one)
    assert statuses == [0, 0, 0]
    assert (counts["ended"], counts["resumed"], counts["failed"]) == (16, 16, 0)
    # Each renewal and each trial that ended was counted by one of them alone.
    by_job = Counter(SubscriptionEvent.objects.filter(effective_on__gt=BEGAN).values_list("kind", flat=True))
    assert (counts["billed"], counts["converted"]) == (by_job["renewed"], by_job["trial_converted"])


@pytest.mark.parametrize("written", [1, 160])
def test_a_run_killed_in_mid_batch_loses_and_doubles_nothing(by_one, written):
    """After that many rows, one that has just written and not yet committed is killed; the others do its rows."""
    processes = begun(3, batch=8)
    until(lambda: ROWS - Subscription.objects.due(DAY).count() >= written)
    processes[in_mid_batch()].kill()
    statuses, _counts, _said = ended(processes)
    assert sorted(statuses) == [-signal.SIGKILL, 0, 0]
    is_whole(by_one)


def test_all_killed_the_next_run_does_the_rest(by_one):
    processes = begun(3, batch=8)
    in_mid_batch()
    for process in processes:
        process.kill()
    ended(processes)
    until(lambda: not backends("run%"))
    assert 0 < Subscription.objects.due(DAY).count() <= ROWS
    due.apply(DAY)
    is_whole(by_one)


def test_an_interrupt_stops_it(by_one):
    processes = begun(1, batch=1)
    until(lambda: Invoice.objects.filter(covers_from=DAY).exists())
    processes[0].send_signal(signal.SIGINT)
    statuses, _counts, said = ended(processes)
    assert statuses == [130]
    assert "What was done stays done" in said
    assert Subscription.objects.due(DAY).exists()
    due.apply(DAY)
    is_whole(by_one)


def test_a_row_that_fails_fails_in_each_and_stops_none(by_one):
    row = Subscription.objects.due(DAY)[3]
    invoice = Invoice.objects.get(subscription=row)
    invoice.pk, invoice.number, invoice.covers_from, invoice.covers_to = None, 900, DAY, date(2024, 4, 21)
    invoice.save(force_insert=True)
    statuses, _counts, said = ended(begun(2, batch=10))
    assert 1 in statuses
    assert row.number in said
    assert list(Subscription.objects.due(DAY)) == [row]
    invoice.delete()
    due.apply(DAY)
    is_whole(by_one)


def in_mid_batch():
    """The number of a run whose transaction has written something."""
    found = until(lambda: backends("run%", "AND backend_xid IS NOT NULL"))
    return int(found[0].removeprefix("run"))


def backends(name, condition=""):
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT application_name FROM pg_stat_activity WHERE application_name LIKE %s {condition}", [name]
        )
        return [row[0] for row in cursor.fetchall()]


def until(question):
    for _ in range(2000):
        if answer := question():
            return answer
        time.sleep(0.01)
    raise AssertionError("it did not happen within 20 seconds")
