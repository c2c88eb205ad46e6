"""What the job does after what was due: it finishes tickets, and mends what a crash left."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from subscriptions.lifecycle import due
from subscriptions.models import Subscription
from support.jobs import follow_up
from support.models import CancellationRequest, Ticket, TicketEvent
from tests.conftest import signed_in
from tests.factories import PlanFactory, UserFactory, started
from tests.pages import confirm


@pytest.fixture
def three_in_notice(db, clock):
    """Asked on 1 April, to end on 1 May."""
    clock(date(2026, 4, 1))
    plan = PlanFactory()
    for _ in range(3):
        customer = UserFactory()
        subscription = started(customer, date(2026, 3, 20), plan)
        confirm(signed_in(customer), f"/subscriptions/{subscription.number}/cancel/", reason="other")


def test_the_tickets_of_what_has_ended_are_resolved(three_in_notice):
    due.apply(date(2026, 5, 1))
    assert follow_up.run(date(2026, 5, 1)) == 3
    assert set(CancellationRequest.objects.values_list("decision", "decided_by")) == {("ended", None)}
    assert set(Ticket.objects.values_list("status", "act_by")) == {("resolved", None)}
    assert set(TicketEvent.objects.values_list("kind", "actor", "old", "new")) == {("status", None, "open", "resolved")}


def test_a_second_run_finds_nothing(three_in_notice):
    due.apply(date(2026, 5, 1))
    follow_up.run(date(2026, 5, 1))
    assert follow_up.run(date(2026, 5, 1)) == 0
    assert TicketEvent.objects.count() == 3


def test_what_a_crash_left_is_mended_on_a_later_day(three_in_notice):
    due.apply(date(2026, 5, 1))
    assert follow_up.run(date(2026, 5, 4)) == 3


def test_it_works_in_batches(three_in_notice, monkeypatch):
    monkeypatch.setattr(follow_up, "AT_ONCE", 2)
    due.apply(date(2026, 5, 1))
    assert follow_up.run(date(2026, 5, 1)) == 3
    assert not CancellationRequest.objects.undecided().exists()


def test_as_many_queries_for_three_as_for_one(three_in_notice):
    due.apply(date(2026, 5, 1))
    _first, *others = CancellationRequest.objects.values_list("pk", flat=True)
    CancellationRequest.objects.filter(pk__in=others).update(decision="ended", decided_at=timezone.now())
    with CaptureQueriesContext(connection) as one:
        assert follow_up.run(date(2026, 5, 1)) == 1
    CancellationRequest.objects.update(decision="", decided_at=None)
    Ticket.objects.update(status="open")
    with CaptureQueriesContext(connection) as three:
        assert follow_up.run(date(2026, 5, 1)) == 3
    assert len(three) == len(one)


def test_with_nothing_to_do_it_asks_seven_questions(three_in_notice, django_assert_num_queries):
    with django_assert_num_queries(7):
        assert follow_up.run(date(2026, 4, 1)) == 0


def test_a_request_whose_invoice_was_made_waits_for_the_next_date(three_in_notice, clock):
    assert set(Ticket.objects.values_list("act_by", flat=True)) == {date(2026, 4, 20)}
    clock(date(2026, 4, 21))
    call_command("apply_due")
    assert set(Ticket.objects.values_list("act_by", flat=True)) == {date(2026, 5, 1)}


def test_an_unfinished_ticket_without_its_day_gets_one(three_in_notice):
    Ticket.objects.update(act_by=None)
    follow_up.run(date(2026, 4, 1))
    assert set(Ticket.objects.values_list("act_by", flat=True)) == {date(2026, 4, 20)}


def test_other_tickets_stay_overdue(alice, clock):
    """Their day is not even computed again, which would make it 4 April."""
    clock(date(2026, 4, 1))
    ticket = Ticket.objects.create(customer=alice, subject="Hello", act_by=date(2026, 4, 2))
    follow_up.run(date(2026, 4, 9))
    ticket.refresh_from_db()
    assert ticket.act_by == date(2026, 4, 2)


def test_a_ticket_that_was_reopened_after_the_end_stays_open(three_in_notice):
    due.apply(date(2026, 5, 1))
    follow_up.run(date(2026, 5, 1))
    Ticket.objects.filter(pk=Ticket.objects.first().pk).update(status="open")
    follow_up.run(date(2026, 5, 2))
    assert Ticket.objects.filter(status="open").count() == 1
    assert Subscription.objects.filter(status="canceled").count() == 3
