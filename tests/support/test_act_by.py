"""By which day staff should act: the rule that orders the queue (`docs/design.md`, The queue)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.timezone import localdate

from subscriptions.models import LinkedService
from support.jobs import follow_up
from support.models import Ticket
from support.queue import act_by
from support.tickets import triage
from tests.factories import started
from tests.pages import confirm

LOW, MEDIUM, HIGH, URGENT = 1, 2, 3, 4


def at(month, day, hour=12):
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("priority", "expected"),
    [(URGENT, date(2026, 3, 10)), (HIGH, date(2026, 3, 11)), (MEDIUM, date(2026, 3, 13)), (LOW, date(2026, 3, 17))],
)
def test_an_answer_is_due_after_the_customers_last_message(priority, expected):
    ticket = Ticket(priority=priority, wrote_at=at(3, 10))
    assert act_by.act_by(ticket, date(2026, 3, 20)) == expected


@pytest.mark.parametrize("status", ["resolved", "rejected", "closed"])
def test_a_finished_ticket_asks_for_nothing(status):
    assert act_by.act_by(Ticket(status=status, wrote_at=at(3, 10)), date(2026, 3, 10)) is None


def test_what_is_answered_waits_two_weeks_for_the_customer():
    ticket = Ticket(priority=URGENT, wrote_at=at(3, 10), answered_at=at(3, 12))
    assert act_by.act_by(ticket, date(2026, 3, 12)) == date(2026, 3, 26)


def test_what_the_customer_writes_after_the_answer_is_due_again():
    ticket = Ticket(priority=HIGH, wrote_at=at(3, 14), answered_at=at(3, 12))
    assert act_by.act_by(ticket, date(2026, 3, 14)) == date(2026, 3, 15)


@pytest.fixture
def requested(as_alice, alice, clock):
    """Billed from 20 March; canceled on 5 April, so it ends on 5 May, and 20 April is billed before."""
    clock(date(2026, 4, 5))
    subscription = started(alice, date(2026, 3, 20))
    confirm(as_alice, f"/subscriptions/{subscription.number}/cancel/", reason="other")
    return Ticket.objects.get()


def test_a_request_alone_asks_for_no_answer_while_the_clock_goes_on(as_alice, alice):
    today = localdate()
    subscription = started(alice, today)
    confirm(as_alice, f"/subscriptions/{subscription.number}/cancel/", reason="other", message="Goodbye.")
    assert Ticket.objects.get().act_by == min(subscription.period_end, today + timedelta(days=30))


def test_a_service_that_is_linked_meanwhile_is_seen_by_the_job(requested):
    LinkedService.objects.create(subscription=requested.subscription, name="a.example", renews_on=date(2026, 4, 12))
    follow_up.run(date(2026, 4, 5))
    requested.refresh_from_db()
    assert requested.act_by == date(2026, 4, 12)


def refreshed(ticket, today):
    act_by.refresh([ticket.pk], today)
    ticket.refresh_from_db()
    return ticket.act_by


def test_a_request_asks_for_staff_before_the_next_invoice(requested):
    assert refreshed(requested, date(2026, 4, 5)) == date(2026, 4, 20)


def test_after_the_last_invoice_it_asks_for_staff_before_the_end(requested):
    assert refreshed(requested, date(2026, 4, 21)) == date(2026, 5, 5)


def test_a_linked_service_that_renews_first_comes_first(requested):
    LinkedService.objects.create(
        subscription=requested.subscription, name="alice.example", renews_on=date(2026, 4, 12), auto_renew=False
    )
    assert refreshed(requested, date(2026, 4, 5)) == date(2026, 4, 12)
    assert refreshed(requested, date(2026, 4, 13)) == date(2026, 4, 20)


def test_what_the_customer_writes_during_a_request_is_due_like_any_message(requested):
    Ticket.objects.update(wrote_at=at(4, 8))
    assert refreshed(requested, date(2026, 4, 8)) == date(2026, 4, 11)
    Ticket.objects.update(answered_at=at(4, 9))
    assert refreshed(requested, date(2026, 4, 9)) == date(2026, 4, 20)


def test_the_job_moves_a_request_on_when_its_invoice_is_made(requested):
    act_by.refresh([requested.pk], date(2026, 4, 5))
    follow_up.run(date(2026, 4, 21))
    requested.refresh_from_db()
    assert requested.act_by == date(2026, 5, 5)


def test_another_priority_moves_the_day(as_alice, agent, clock):
    clock(date(2026, 4, 5))
    confirm(as_alice, "/support/new/", type="general", subscription="", subject="A question", body="How do I…?")
    ticket = Ticket.objects.get()
    assert ticket.act_by == date(2026, 4, 8)
    triage.change([ticket.pk], by=agent, today=date(2026, 4, 5), priority=URGENT)
    ticket.refresh_from_db()
    assert ticket.act_by == date(2026, 4, 5)
