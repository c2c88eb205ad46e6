from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from portal_project.common.facts import worded
from portal_project.mail.models import OutgoingMail
from subscriptions.lifecycle import due, unit_of_work
from subscriptions.lifecycle.unit_of_work import changing_one
from subscriptions.models import Channel, Invoice, Subscription, SubscriptionEvent
from tests.factories import PlanFactory, UserFactory, started

pytestmark = pytest.mark.django_db
START = date(2026, 3, 20)


def run(**options):
    out = StringIO()
    call_command("apply_due", stdout=out, **options)
    return out.getvalue()


def facts():
    """Everything but ids, numbers, the day of issue, and instants."""
    return (
        list(
            Subscription.objects.order_by("pk").values_list(
                "status", "period_end", "paused_on", "canceled_on", "due_on"
            )
        ),
        list(SubscriptionEvent.objects.order_by("subscription", "id").values_list("kind", "effective_on", "changes")),
        sorted(Invoice.objects.values_list("subscription", "covers_from", "covers_to", "amount")),
    )


def test_the_summary_counts_what_was_done(alice, clock):
    plan = PlanFactory()
    started(alice, START, plan)
    started(alice, date(2026, 4, 1), PlanFactory(trial_days=14))
    clock(date(2026, 4, 20))
    assert run().startswith("ended=0 resumed=0 paused=0 converted=1 billed=2 failed=0 seconds=")


def test_running_twice_changes_nothing(alice, clock):
    started(alice, START)
    clock(date(2026, 6, 25))
    run()
    before = facts()
    assert "billed=0" in run()
    assert facts() == before


def test_once_after_a_week_leaves_the_same_as_daily(alice):
    plan = PlanFactory()
    for day in range(1, 15):
        started(alice, date(2026, 3, day), plan)
    due.apply(date(2026, 4, 14))
    late = facts()
    Invoice.objects.all().delete()
    Subscription.objects.all().delete()
    for day in range(1, 15):
        started(alice, date(2026, 3, day), plan)
    for day in range(1, 15):
        due.apply(date(2026, 4, day))
    daily = facts()
    assert [row[1:] for row in daily[2]] == [row[1:] for row in late[2]]
    assert daily[:2] == late[:2]


@pytest.mark.parametrize("batch", [1, 3, 100])
def test_batches_of_any_size_do_the_same(alice, batch, clock):
    plan = PlanFactory()
    for _ in range(7):
        started(alice, START, plan)
    clock(date(2026, 4, 20))
    assert "billed=7" in run(batch=batch)


def test_a_row_that_fails_is_named_counted_and_does_not_stop_the_rest(clock, caplog, alice):
    plan = PlanFactory()
    rows = [started(alice, START, plan) for _ in range(5)]
    # An invoice that stands in the way of the third one's renewal.
    Invoice.objects.create(
        number=900,
        subscription=rows[2],
        covers_from=date(2026, 4, 20),
        covers_to=date(2026, 4, 21),
        amount=1,
        currency="EUR",
        issued_on=START,
        due_on=START,
    )
    clock(date(2026, 4, 20))
    with pytest.raises(CommandError, match="1 failed"):
        run()
    assert rows[2].number in caplog.text
    assert Subscription.objects.filter(period_end=date(2026, 5, 20)).count() == 4
    Invoice.objects.filter(number=900).delete()
    assert "billed=1" in run()


def test_the_queries_do_not_grow_with_the_rows(django_assert_max_num_queries):
    plan = PlanFactory()
    for _ in range(100):
        started(UserFactory(), START, plan)
    with django_assert_max_num_queries(30):
        due.apply(date(2026, 4, 20), batch=100)


def test_a_bad_batch_size_is_said_in_words():
    with pytest.raises(CommandError, match="--batch should be 1 or more"):
        run(batch=0)


def test_a_late_job_tells_of_a_pause_with_the_dates_it_had(alice, clock):
    clock(date(2026, 4, 5))
    subscription = started(alice, START, pause_starts="period_end")
    with changing_one(Subscription.objects.all(), today=date(2026, 4, 5), by=alice, channel=Channel.PORTAL) as row:
        row.pause(date(2026, 4, 5), resumes_on=date(2026, 5, 1), own=True)
    due.apply(date(2026, 5, 10))
    mail = OutgoingMail.objects.get(template="subscriptions/paused")
    assert [worded(mail.context[name]) for name in ("effective_on", "resumes_on")] == ["20 April 2026", "1 May 2026"]
    subscription.refresh_from_db()
    assert subscription.status == "active"


def test_a_row_whose_steps_fail_is_left_out_and_the_rest_is_done_at_once(alice, caplog, clock, monkeypatch):
    plan = PlanFactory()
    rows = [started(alice, START, plan) for _ in range(5)]
    done = unit_of_work.catch_up

    def catch_up(subscription, today):
        if subscription == rows[2]:
            raise ArithmeticError("no such day")
        done(subscription, today)

    monkeypatch.setattr(unit_of_work, "catch_up", catch_up)
    clock(date(2026, 4, 20))
    with pytest.raises(CommandError, match="1 failed"):
        run()
    assert rows[2].number in caplog.text
    assert "no such day" in caplog.text
    assert list(Subscription.objects.due(date(2026, 4, 20))) == [rows[2]]
    assert sorted(Invoice.objects.values_list("number", flat=True)) == list(range(1, 10))


def test_a_dry_run_counts_and_writes_nothing(alice, clock):
    rows = [started(alice, START, PlanFactory()) for _ in range(3)]
    with changing_one(Subscription.objects.filter(pk=rows[0].pk), today=START, by=alice, channel=Channel.PORTAL) as row:
        row.pause(START, resumes_on=date(2026, 4, 1))
    before, mails = facts(), OutgoingMail.objects.count()
    clock(date(2026, 4, 20))
    answer = run(dry_run=True)
    assert answer.startswith("ended=0 resumed=1 paused=0 converted=0 billed=3 failed=0 seconds=")
    assert answer.endswith(" dry_run=yes\n")
    assert (facts(), OutgoingMail.objects.count()) == (before, mails)
    assert "resumed=1" in run()


def test_a_day_ahead_is_for_dry_runs_and_debug(alice, clock, settings):
    started(alice, START)
    clock(date(2026, 4, 10))
    with pytest.raises(CommandError, match="2026-04-20 lies after today, 2026-04-10"):
        run(on="2026-04-20")
    assert "billed=1" in run(on="2026-04-20", dry_run=True)
    settings.DEBUG = True
    assert "billed=1" in run(on="2026-04-20")


def test_a_past_day_leaves_what_is_due_later(alice, clock):
    started(alice, START)
    clock(date(2026, 4, 25))
    assert "billed=0" in run(on="2026-04-19")
    assert "billed=1" in run(on="2026-04-20")


@pytest.mark.parametrize("day", ["tomorrow", "20.4.2026", "2026-02-30"])
def test_a_bad_day_is_said_in_words(day):
    with pytest.raises(CommandError, match=f"--on {day}: give a day as year-month-day"):
        run(on=day)


def test_the_number_of_workers_is_accepted_and_does_nothing(alice, clock, capsys):
    started(alice, START)
    clock(date(2026, 4, 20))
    assert "billed=1" in run(workers=4)
    assert "--workers does nothing any more" in capsys.readouterr().err


def test_a_stale_due_date_is_put_right(alice, clock):
    subscription = started(alice, START)
    Subscription.objects.update(due_on=START)
    clock(date(2026, 4, 10))
    assert "billed=0" in run()
    subscription.refresh_from_db()
    assert subscription.due_on == date(2026, 4, 20)
