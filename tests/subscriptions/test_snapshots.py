"""The daily snapshots: equal to a plain recount, and to what the history tells; written once a day, and made up for."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from subscriptions.lifecycle import due, unit_of_work
from subscriptions.lifecycle.unit_of_work import changing_one
from subscriptions.models import Figures, Snapshot, Subscription, SubscriptionEvent
from subscriptions.reports import ends, snapshots
from tests.factories import PlanFactory, ProductFactory, started
from tests.subscriptions.living import DAY, Town
from tests.subscriptions.story import told
from tests.support.test_races import at_once

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 10)
STOCK = ("active", "in_notice", "paused", "trialing", "mrr", "committed_mrr", "paused_mrr")


def figures():
    """All that is stored, by day and by product and currency, without what is zero."""
    found = {}
    for row in Figures.objects.all():
        told = {name: getattr(row, name) for name in snapshots.COLUMNS if getattr(row, name)}
        found.setdefault(row.day, {})[row.product_id, row.currency] = told
    return found


def rounded(counted):
    """A recount in the form of `figures`."""
    found = {}
    for day, tallies in counted.items():
        for key, tally in tallies.items():
            if told := {name: round(Decimal(float(value)), 4) for name, value in tally.items() if value}:
                found.setdefault(day, {})[key] = told
    return found


def assert_same(stored, recounted):
    """To a ten-thousandth, to which the stored amounts are rounded."""
    assert stored.keys() == recounted.keys()
    for day, tallies in recounted.items():
        assert stored[day].keys() == tallies.keys()
        for key, tally in tallies.items():
            assert stored[day][key] == pytest.approx(tally, abs=Decimal("0.0001")), (day, key)


def test_two_years_are_as_a_recount_says_and_as_the_history_tells(clock):
    first, last = date(2024, 1, 20), date(2026, 2, 1)
    clock(first)
    town = Town(seed=0)
    town.live(first, last, clock)
    # On the last day people acted after the snapshot.
    clock(last + DAY)
    due.apply(last + DAY)
    snapshots.take(last + DAY, timezone.now())
    stored = figures()
    stored.pop(last + DAY)
    assert_same(stored, rounded(town.counted))
    totals = Figures.objects.aggregate(*(Sum(name) for name in snapshots.COLUMNS))
    assert all(totals.values()), "chance has left something out"
    before = figures()
    assert snapshots.differences(last + DAY, timezone.now()) == []
    snapshots.rebuild(last + DAY, timezone.now())
    assert figures() == before
    for how in ends.LAST:
        for month in Figures.objects.dates("day", "month"):
            of_month = {"day__year": month.year, "day__month": month.month}
            rows = Subscription.objects.filter(canceled_on__year=month.year, canceled_on__month=month.month)
            told = Figures.objects.filter(**of_month).aggregate(sum=Sum(how))["sum"]
            assert ends.ended(rows, how).count() == told, (how, month)


def taken(clock, day):
    clock(day)
    due.apply(day)
    snapshots.take(day, timezone.now())


def of_day(day):
    return {name: value for tally in figures().get(day, {}).values() for name, value in tally.items()}


def test_the_job_takes_one_snapshot_a_day(alice, clock):
    started(alice, date(2026, 2, 20), PlanFactory(product=ProductFactory(tax_rate=25)))
    clock(TODAY)
    call_command("apply_due")
    started(alice, TODAY)
    call_command("apply_due")
    assert of_day(TODAY) == {"active": 1, "mrr": 80, "committed_mrr": 80}
    taken(clock, TODAY + DAY)
    assert of_day(TODAY) == {"active": 2, "mrr": 180, "committed_mrr": 180} or len(figures()[TODAY]) == 2
    assert Snapshot.objects.count() == (TODAY - date(2026, 2, 20)).days + 2


def test_of_another_day_than_today_none_is_taken(alice, clock):
    clock(TODAY)
    call_command("apply_due", on="2026-03-09")
    assert not Snapshot.objects.exists()


def test_what_is_brought_up_to_date_late_counts_on_its_own_day(alice, clock, monkeypatch):
    """As a row whose steps failed for days."""
    stuck = started(alice, date(2026, 3, 1), notice_days=5)
    other = started(alice, date(2026, 3, 1), stuck.plan)
    told(other, "03-02 pause 03-20")
    with changing_one(Subscription.objects.filter(pk=stuck.pk), today=date(2026, 3, 2), channel="admin") as one:
        one.schedule_cancellation(date(2026, 3, 2), date(2026, 3, 8))
    with monkeypatch.context() as broken:
        broken.setattr(unit_of_work, "catch_up", lambda *args: 1 / 0)
        for day in range(7, 12):
            clock(date(2026, 3, day))
            assert due.apply(date(2026, 3, day)).failed == (1 if day >= 8 else 0)
            snapshots.take(date(2026, 3, day), timezone.now())
    assert of_day(date(2026, 3, 11))["in_notice"] == 1
    taken(clock, date(2026, 3, 12))
    assert of_day(date(2026, 3, 8)) == {"paused": 1, "paused_mrr": 100, "ended_within": 1}
    assert snapshots.differences(date(2026, 3, 12), timezone.now()) == []


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        ("03-10 cancel", {"churned": 1, "churned_mrr": 100}),
        # Scheduled long before: the day of the end counts, and it is the first one without the subscription.
        ("02-08 request, 03-10 job", {"churned": 1, "churned_mrr": 100}),
        ("02-25 pause, 03-10 cancel", {"ended_paused": 1, "ended_paused_mrr": 100}),
        ("03-05 pause, 03-10 cancel", {"ended_paused": 1, "ended_paused_mrr": 100}),
        ("02-25 pause, 03-05 resume, 03-10 cancel", {"ended_within": 1}),
        # The discount runs when the month begins, and is used up before the end.
        ("02-25 discount 40 1, 03-10 cancel", {"churned": 1, "churned_mrr": 60}),
        ("03-05 discount 40 1, 03-10 cancel", {"churned": 1, "churned_mrr": 100}),
        ("03-05 pause, 03-10 resume", {"resumed_by_hand": 1}),
        ("03-05 pause 03-10, 03-10 job", {"resumed_by_itself": 1}),
        ("03-05 request", {}),
        ("03-05 pause", {}),
    ],
)
def test_what_happened_counts_by_its_day(alice, clock, story, expected):
    told(started(alice, date(2026, 1, 10)), story)
    taken(clock, TODAY)
    happened = {name: value for name, value in of_day(TODAY).items() if name not in STOCK}
    assert happened == expected


def test_a_trial_that_ends_is_no_churn(alice, clock):
    trial = started(alice, date(2026, 2, 20), PlanFactory(trial_days=30))
    told(trial, "03-10 cancel")
    taken(clock, TODAY)
    assert of_day(TODAY) == {"ended_trialing": 1}


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        ("", {"active": 1, "mrr": 100, "committed_mrr": 100}),
        ("03-05 request", {"active": 1, "in_notice": 1, "mrr": 100}),
        ("03-05 request, 03-06 withdraw", {"active": 1, "mrr": 100, "committed_mrr": 100}),
        ("03-05 pause", {"paused": 1, "paused_mrr": 100}),
        ("03-05 pause, 03-06 request", {"paused": 1, "paused_mrr": 100, "in_notice": 1}),
        ("03-05 discount 25 3", {"active": 1, "mrr": 75, "committed_mrr": 75}),
    ],
)
def test_how_it_stands(alice, clock, story, expected):
    subscription = started(alice, date(2026, 2, 20))
    if story:
        told(subscription, story)
    taken(clock, TODAY)
    assert of_day(TODAY) == expected


def test_a_pause_that_is_scheduled_is_committed_no_more(alice, clock):
    told(started(alice, date(2026, 2, 20), pause_starts="period_end"), "03-05 pause")
    taken(clock, TODAY)
    assert of_day(TODAY) == {"active": 1, "mrr": 100}


def test_currencies_are_never_added(alice, clock):
    product = ProductFactory()
    for currency in ("EUR", "JPY"):
        started(alice, date(2026, 2, 20), PlanFactory(product=product, name=currency, currency=currency))
    taken(clock, TODAY)
    assert {currency: tally["mrr"] for (_product, currency), tally in figures()[TODAY].items()} == {
        "EUR": 100,
        "JPY": 100,
    }


def test_what_leaves_on_which_day_of_the_next_ninety(alice, clock):
    plan = PlanFactory(product=ProductFactory(notice_days=30, tax_rate=25))
    told(started(alice, date(2026, 2, 20), plan), "03-05 request")
    told(started(alice, date(2026, 2, 20), plan), "03-04 pause, 03-05 request")
    taken(clock, TODAY)
    assert Snapshot.objects.get(day=TODAY).leaving == [["2026-04-04", "EUR", 2, "80.0000"]]


def test_a_subscription_without_a_history_counts_from_its_start_on(alice, clock):
    started(alice, date(2026, 3, 5))
    SubscriptionEvent.objects.all().delete()
    taken(clock, TODAY)
    assert list(figures()) == [TODAY - n * DAY for n in range(6)]


def test_a_day_that_differs_from_the_history_is_told_and_put_right(alice, clock, capsys):
    started(alice, date(2026, 2, 20))
    taken(clock, TODAY)
    Figures.objects.filter(day=date(2026, 3, 1)).update(active=7)
    with pytest.raises(CommandError, match="1 days differ from the history: 2026-03-01"):
        call_command("rebuild_snapshots", check=True)
    call_command("rebuild_snapshots")
    call_command("rebuild_snapshots", check=True)
    assert capsys.readouterr().out.splitlines() == ["days=19", "Every day is as the history tells it."]


def test_without_a_subscription_there_are_no_figures(clock, db):
    taken(clock, TODAY)
    assert (Snapshot.objects.get().day, figures()) == (TODAY, {})


def test_a_snapshot_asks_as_much_for_few_subscriptions_as_for_many(alice, clock):
    def asked(day):
        with CaptureQueriesContext(connection) as captured:
            snapshots.take(day, timezone.now())
        return len(captured)

    plan = PlanFactory()
    for n in range(5):
        taken(clock, TODAY + n * DAY)
    few = asked(TODAY + 5 * DAY)
    for _ in range(20):
        started(alice, TODAY + 5 * DAY, plan)
    clock(TODAY + 6 * DAY)
    # Rows and events of those that have changed, and the figures that are written.
    assert asked(TODAY + 6 * DAY) - few == 3


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_taken_by_four_at_once_it_is_one(alice, clock):
    started(alice, date(2026, 3, 1))
    taken(clock, TODAY)
    clock(TODAY + DAY)
    at_once(*[lambda: snapshots.take(TODAY + DAY, timezone.now())] * 4)
    assert snapshots.differences(TODAY + DAY, timezone.now()) == []
    assert Snapshot.objects.filter(day__gte=TODAY).count() == 2
