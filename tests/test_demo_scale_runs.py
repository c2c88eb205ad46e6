"""Generating sample data at scale: the calls, one after another, on any day, with any plans."""

from datetime import UTC, date, datetime, time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from portal_project.accounts.models import User
from portal_project.demo import people, scale
from portal_project.demo.catalogue import make_catalogue
from products.models import Plan, Product
from subscriptions.lifecycle import due
from subscriptions.models import Invoice, InvoiceCounter, Subscription, SubscriptionEvent
from support.models import Message, Ticket
from tests.factories import PlanFactory

TODAY = date(2026, 3, 10)


@pytest.fixture
def shop(db):
    """The demo's people and products, without their past."""
    people.make_accounts()
    make_catalogue()


def run(**amounts):
    out = StringIO()
    call_command("demo", no_serve=True, yes_production=True, stdout=out, **amounts)
    return out.getvalue()


def rows():
    """Everything that is generated, but for primary keys."""
    ticket = Ticket.objects.order_by("pk").values_list
    return [
        list(User.objects.order_by("pk").values_list("email", "name", "date_joined").filter(is_staff=False)),
        list(Subscription.objects.order_by("pk").values_list("number", "customer__email", "plan__name", *DATES)),
        list(SubscriptionEvent.objects.order_by("pk").values_list("subscription__number", "kind", "recorded_at")),
        list(Invoice.objects.order_by("pk").values_list("number", "subscription__number", "covers_from", "status")),
        list(ticket("number", "token", "subject", "status", "priority", "created_at", "subscription__number")),
        list(Message.objects.order_by("pk").values_list("token", "body", "created_at", "author__email")),
    ]


DATES = ("status", "anchor_on", "period_start", "period_end", "paused_on", "resumes_on", "cancels_on", "due_on")


def test_due_alone_adds_as_many(shop, clock):
    assert "Adding 20 subscriptions, 20 of them due today, and 0 tickets" in run(due=20)
    assert Subscription.objects.filter(due_on=TODAY).count() == Subscription.objects.count() == 20


@pytest.mark.sampled
@pytest.mark.parametrize("day", ["2026-01-01", "2026-05-31", "2026-12-31", "2028-02-29"])
def test_it_is_consistent_on_every_day_of_the_calendar(shop, day):
    today = date.fromisoformat(day)
    scale.add(scale.Amounts(subscriptions=120, due=60), datetime.combine(today, time(9), UTC))
    assert Subscription.objects.due(today).count() == 60
    summary = due.apply(today)
    assert (summary.met, summary.failed) == (60, 0)
    assert not Subscription.objects.due(today).exists()


def test_the_same_day_gives_the_same_rows(shop, clock):
    made = []
    for _ in range(2):
        with transaction.atomic():
            run(subscriptions=80, tickets=30, due=20)
            made.append(rows())
            transaction.set_rollback(True)
    assert made[0] == made[1]
    assert all(made[0])


def test_another_call_adds_without_touching_what_is_there(shop, clock):
    run(subscriptions=100, tickets=60, due=40)
    before = rows()
    run(subscriptions=100, tickets=60, due=40)
    after = rows()
    for old, new in zip(before, after, strict=True):
        assert new[: len(old)] == old
    assert Subscription.objects.count() == 200
    assert Subscription.objects.filter(due_on=TODAY).count() == 80
    assert User.objects.filter(email="customer000100@example.net").exists()
    assert after[1][100:] != before[1]


def test_batches_go_on_where_the_last_one_ended(shop, clock, monkeypatch):
    monkeypatch.setattr(scale, "AT_ONCE", 7)
    met = []
    scale.add(scale.Amounts(subscriptions=20, tickets=15, due=10), timezone.now(), met.append)
    assert met == [7, 7, 6, 7, 7, 1]
    assert Subscription.objects.filter(due_on=TODAY).count() == 10
    assert Invoice.objects.count() == InvoiceCounter.objects.get().last_number


def test_plans_of_any_kind_do(shop, clock):
    Plan.objects.update(is_active=False)
    PlanFactory(interval="day", name="Daily", trial_days=1)
    scale.add(scale.Amounts(subscriptions=100, due=40), timezone.now())
    assert Subscription.objects.filter(due_on=TODAY).count() == 40
    assert due.apply(TODAY).failed == 0


def test_without_a_plan_nothing_is_made(shop, clock):
    Product.objects.update(is_active=False)
    with pytest.raises(CommandError, match="No active plan"):
        run(subscriptions=10)
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("amount", ["-1", "many", "1.5"])
def test_an_odd_amount_is_refused(amount):
    with pytest.raises(CommandError, match="should be a whole number"):
        call_command("demo", "--no-serve", "--due", amount)
