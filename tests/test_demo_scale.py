"""What `manage.py demo --subscriptions N --tickets N --due N` generates: 300, 60 and 40 on 10 March 2026."""

from collections import Counter
from datetime import date
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count, F, Max, Q
from django.utils import timezone

from portal_project.accounts.models import User
from portal_project.demo import people, scale
from portal_project.demo.catalogue import make_catalogue
from portal_project.mail.models import OutgoingMail
from subscriptions.models import Channel, EventKind, Invoice, InvoiceCounter, Subscription, SubscriptionEvent
from subscriptions.rules.states import Status, next_step
from support.models import CancellationRequest, Message, Ticket, TicketEvent
from support.queue import act_by

TODAY = date(2026, 3, 10)


@pytest.fixture(scope="module")
def generated(django_db_setup, django_db_blocker):
    """The demo's people and products without their past, and what is added to them; made once for all tests here."""
    with django_db_blocker.unblock(), transaction.atomic(), time_machine.travel("2026-03-10 12:00 +0000", tick=False):
        people.make_accounts()
        make_catalogue()
        run(subscriptions=300, tickets=60, due=40)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def portal(generated, db):
    """Each test's own changes are rolled back."""


def run(**amounts):
    call_command("demo", no_serve=True, yes_production=True, stdout=StringIO(), **amounts)


def test_as_many_are_added_as_were_asked_for(portal):
    assert Subscription.objects.count() == 300
    assert Subscription.objects.due(TODAY).count() == Subscription.objects.filter(due_on=TODAY).count() == 40
    requests = CancellationRequest.objects.count()
    assert Ticket.objects.count() == 60 + requests
    assert User.objects.filter(email__regex=r"^customer\d{6}@example\.net$").count() == 150
    assert User.objects.filter(is_staff=False, subscriptions=None).exclude(email__endswith="@example.com").count() == 0
    connection.check_constraints()


def test_every_state_is_there(portal):
    counts = Counter(Subscription.objects.values_list("status", flat=True))
    assert set(counts) == set(Status)
    assert counts[Status.ACTIVE] > 200
    assert Subscription.objects.filter(pauses_on__gt=TODAY).exists()
    assert Subscription.objects.filter(cancels_on__gt=TODAY).exists()
    assert Subscription.objects.filter(resumes_on__gt=TODAY).exists()


def test_due_on_is_the_next_step(portal):
    for subscription in Subscription.objects.all():
        step = next_step(subscription)
        assert subscription.due_on == (step and step[0])


def test_each_is_billed_for_its_present_period_and_for_no_paused_day(portal):
    present = Q(covers_from=F("subscription__period_start"), covers_to=F("subscription__period_end"))
    live = Invoice.objects.filter(present).exclude(status=Invoice.Status.VOID)
    billed = Subscription.objects.filter(status__in=[Status.ACTIVE, Status.PAUSED])
    assert set(live.values_list("subscription", flat=True)) >= set(billed.values_list("pk", flat=True))
    assert not Invoice.objects.filter(subscription__status=Status.TRIALING).exists()
    assert not Invoice.objects.filter(covers_from__gte=F("subscription__paused_on")).exists()
    ended = Invoice.objects.filter(
        covers_to__gt=F("subscription__canceled_on"), subscription__cancellation_requests=None
    )
    assert set(ended.values_list("subscription__plan__product__name", flat=True)) <= {"Newsletter Studio"}
    numbers = list(Invoice.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, InvoiceCounter.objects.get().last_number + 1))


def test_each_has_its_history(portal):
    events = SubscriptionEvent.objects.filter
    assert events(kind=EventKind.STARTED, effective_on=F("subscription__started_on")).count() == 300
    paused = events(kind=EventKind.PAUSED, own=True, effective_on=F("subscription__paused_on"))
    assert paused.count() == Subscription.objects.filter(status=Status.PAUSED).count()
    canceled = events(kind=EventKind.CANCELED, effective_on=F("subscription__canceled_on"))
    assert canceled.count() == Subscription.objects.filter(status=Status.CANCELED).count()
    assert not events(recorded_at__gte=timezone.now()).exists()
    assert not events(channel=Channel.PORTAL).exclude(actor=F("subscription__customer")).exists()
    assert not events(channel=Channel.JOB).exclude(actor=None).exists()
    assert not events(channel=Channel.PORTAL, effective_on__gte=TODAY).exists()


def test_each_request_has_its_ticket_and_binds_its_date(portal):
    undecided = CancellationRequest.objects.undecided()
    leaving = Subscription.objects.exclude(cancels_on=None)
    assert set(undecided.values_list("subscription", "promised_on")) == set(leaving.values_list("pk", "cancels_on"))
    assert not undecided.exclude(ticket__status__in=Ticket.UNFINISHED).exists()
    decided = CancellationRequest.objects.exclude(decided_at=None)
    assert decided.exists()
    assert not decided.exclude(subscription__canceled_on=F("promised_on"), ticket__status="resolved").exists()
    assert not CancellationRequest.objects.exclude(ticket__subscription=F("subscription")).exists()
    assert CancellationRequest.objects.exclude(why_facts={}).count() == CancellationRequest.objects.count()


def test_tickets_are_as_varied_as_in_real_life(portal):
    run(tickets=400)
    tickets = Ticket.objects.filter(cancellation_request=None)
    assert set(Ticket.objects.values_list("type", flat=True)) == set(Ticket.Type.values)
    assert set(tickets.values_list("status", flat=True)) == set(Ticket.Status.values)
    assert set(tickets.values_list("priority", flat=True)) == set(Ticket.Priority.values)
    assert tickets.filter(assignee__is_staff=True).exists()
    assert tickets.filter(assignee=None).exists()
    sizes = {row["n"] for row in tickets.values("pk").annotate(n=Count("messages"))}
    assert sizes == {1, 2, 3, 4}
    assert not tickets.exclude(customer=F("subscription__customer")).exists()
    assert not tickets.filter(created_at__date__lt=F("subscription__started_on")).exists()
    assert not Message.objects.filter(Q(created_at__gte=timezone.now()) | Q(body__contains="{")).exists()
    last = tickets.annotate(last=Max("messages__created_at"))
    assert not last.exclude(updated_at=F("last")).exists()


def test_each_open_ticket_has_its_day_to_act_by_and_its_story(portal):
    run(tickets=100)
    for ticket in Ticket.objects.select_related("cancellation_request__subscription__plan__product"):
        assert ticket.act_by == act_by.act_by(ticket, TODAY)
    assert Ticket.objects.exclude(act_by=None).exists()
    assert not Ticket.objects.filter(wrote_at__gte=timezone.now()).exists()
    changed = TicketEvent.objects.filter(kind="status")
    assert changed.count() == Ticket.objects.exclude(status="open").count()
    assert not TicketEvent.objects.filter(at__gte=timezone.now()).exists()


def test_the_job_does_exactly_what_is_due(portal):
    before = SubscriptionEvent.objects.order_by("-pk").first().pk
    out = StringIO()
    call_command("apply_due", stdout=out)
    summary = dict(part.split("=") for part in out.getvalue().split())
    assert summary.items() >= {"ended": "2", "resumed": "2", "paused": "2", "converted": "2", "failed": "0"}.items()
    changed = SubscriptionEvent.objects.filter(pk__gt=before).values("subscription").distinct()
    assert changed.count() == 40
    assert not Subscription.objects.due(TODAY).exists()
    assert not CancellationRequest.objects.undecided().filter(subscription__status=Status.CANCELED).exists()


def test_nobody_is_written_to(portal):
    assert not OutgoingMail.objects.exists()


def test_numbers_that_are_taken_are_passed_over(portal):
    numbers = scale.Numbers("S", Subscription)
    numbers.position = 0
    drawn = numbers.draw(300)
    assert len(set(drawn)) == 300
    assert not Subscription.objects.filter(number__in=drawn).exists()
