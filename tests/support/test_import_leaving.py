"""A promised end comes over with its date: `cancels_on`, `requested_on` and `reason` in the file of subscriptions."""

import csv
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from portal_project.accounts.models import User
from portal_project.mail.models import OutgoingMail
from subscriptions.models import Channel, EventKind, Subscription
from subscriptions.rules.states import Status
from support.cancellations import coming_over
from support.models import CancellationRequest, Ticket
from tests.conftest import signed_in
from tests.pages import confirm
from tests.subscriptions.test_import import RIGHT

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)
COLUMNS = [*RIGHT, "cancels_on", "requested_on", "reason"]
LEAVING = {"cancels_on": "2026-12-20", "requested_on": "2026-11-03", "reason": "switching"}
PAUSED = {"status": "paused", "billed_until": "2026-09-20", "resumes_on": "2026-12-01"}
TRIALING = {"status": "trialing", "started_on": "2026-11-20", "billed_until": "2026-12-04"}


@pytest.fixture
def load(tmp_path, clock):
    """Import rows, each right but for what is given; returns what the command printed."""

    def load(*rows, on=TODAY):
        clock(on)
        path, out = tmp_path / "rows.csv", StringIO()
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="")
            writer.writeheader()
            writer.writerows({**RIGHT, "external_id": f"A-{n}", **row} for n, row in enumerate(rows, start=1))
        try:
            call_command("import_subscriptions", str(path), stdout=out, stderr=out)
        except CommandError as error:
            raise CommandError(f"{out.getvalue()}{error}") from error
        return out.getvalue().strip()

    return load


def test_a_promised_end_comes_over_with_its_request_and_ticket_and_without_a_mail(load, agent):
    assert load(LEAVING, {}) == (
        "Imported 2 subscriptions, 1 with its end (1 new customer, 1 new product, 1 new plan); 0 were already there."
    )
    subscription, other = Subscription.objects.order_by("external_id")
    assert (subscription.status, subscription.cancels_on) == (Status.ACTIVE, date(2026, 12, 20))
    assert (subscription.due_on, other.cancels_on) == (date(2026, 12, 20), None)
    event = subscription.events.first()
    assert (event.kind, event.channel, event.effective_on) == (EventKind.CANCELLATION_SCHEDULED, Channel.IMPORT, TODAY)

    request = CancellationRequest.objects.get()
    assert (request.subscription, request.reason_id, request.decision) == (subscription, "switching", "")
    assert (request.requested_on, request.promised_on) == (date(2026, 11, 3), date(2026, 12, 20))
    assert request.why == (
        "You asked on 3 November 2026, before the subscription came over to here. "
        "The end promised then, 20 December 2026, holds."
    )
    ticket = request.ticket
    assert (ticket.type, ticket.status, ticket.subject) == ("cancel", "open", "Cancel Hosting")
    assert (ticket.customer, ticket.subscription) == (subscription.customer, subscription)
    assert ticket.created_at == ticket.wrote_at == request.requested_at == datetime(2026, 11, 3, tzinfo=UTC)
    assert ticket.act_by == date(2026, 12, 20)
    assert ticket.number in signed_in(agent).get("/admin/support/ticket/?tab=open").content.decode()
    assert not OutgoingMail.objects.exists()


def test_it_can_be_withdrawn_like_any_other_end(load):
    load(LEAVING)
    subscription = Subscription.objects.get()
    confirm(signed_in(subscription.customer), f"/subscriptions/{subscription.number}/withdraw/")
    subscription.refresh_from_db()
    assert subscription.cancels_on is None
    assert CancellationRequest.objects.get().decision == "withdrawn"


def test_it_ends_on_its_date_and_the_request_is_decided(load, clock):
    load(LEAVING, PAUSED | LEAVING, TRIALING | LEAVING | {"requested_on": "2026-11-21", "cancels_on": "2026-12-04"})
    clock(date(2026, 12, 20))
    call_command("apply_due", stdout=StringIO())
    ends = Subscription.objects.order_by("external_id").values_list("status", "canceled_on")
    assert list(ends) == [
        ("canceled", date(2026, 12, 20)),
        ("canceled", date(2026, 12, 20)),
        ("canceled", date(2026, 12, 4)),
    ]
    assert list(CancellationRequest.objects.values_list("decision", flat=True)) == ["ended"] * 3
    assert list(Ticket.objects.values_list("status", flat=True)) == ["resolved"] * 3


def test_without_a_day_it_was_requested_today_and_without_a_reason_none_was_said(load):
    load({"cancels_on": "2026-12-20"})
    request = CancellationRequest.objects.get()
    assert (request.requested_on, request.reason_id) == (TODAY, "not_said")


def test_a_reason_is_written_as_its_code_or_its_name_in_any_case(load):
    load(LEAVING | {"reason": "NOT_NEEDED"}, LEAVING | {"reason": " switching  Provider"})
    assert set(CancellationRequest.objects.values_list("reason", flat=True)) == {"not_needed", "switching"}


@pytest.mark.parametrize(
    ("row", "column", "expected"),
    [
        ({"cancels_on": "20.12.2026"}, "cancels_on", '"20.12.2026" is not a date; write it like 2026-11-23'),
        (
            {"cancels_on": "2026-11-23"},
            "cancels_on",
            "2026-11-23 should be after today, 2026-11-23: leave out what has ended",
        ),
        ({"requested_on": "2026-11-24"}, "requested_on", "2026-11-24 should not be after today, 2026-11-23"),
        (
            {"requested_on": "2025-01-19"},
            "requested_on",
            "2025-01-19 should not be before started_on, 2025-01-20",
        ),
        (
            {"cancels_on": "", "reason": ""},
            "requested_on",
            "2026-11-03 should be empty: only a row with cancels_on has it",
        ),
        (
            {"cancels_on": "", "requested_on": ""},
            "reason",
            "switching should be empty: only a row with cancels_on has it",
        ),
        (
            {"reason": "\u200btoo dear"},
            "reason",
            '"too dear" is not a reason; write too_expensive, switching, not_needed, other or not_said',
        ),
        ({"requested_on": "٢٠٢٦-١١-٠٣"}, "requested_on", '"٢٠٢٦-١١-٠٣" is not a date; write it like 2026-11-23'),
        (
            {"reason": "x" * 100_000},
            "reason",
            f'"{"x" * 59}…" is not a reason; write too_expensive, switching, not_needed, other or not_said',
        ),
    ],
)
def test_wrong_combinations_are_named_and_nothing_is_written(load, row, column, expected):
    with pytest.raises(CommandError) as refused:
        load(LEAVING | row)
    assert str(refused.value).splitlines() == [
        f"line 2, column {column}: {expected}",
        "1 error in 1 of 1 row; nothing was written.",
    ]
    assert not Subscription.objects.exists()


def test_an_import_that_was_killed_goes_on_and_makes_each_request_once(load, monkeypatch):
    rows = [LEAVING | {"customer_email": f"{n}@example.com"} for n in range(501)]
    written = []

    def killed(*given):
        written.append(given)
        if len(written) > 300:
            raise OperationalError("gone")
        return request(*given)

    request = coming_over._request
    monkeypatch.setattr(coming_over, "_request", killed)
    with pytest.raises(CommandError):
        load(*rows)
    there = Subscription.objects.count()
    assert Ticket.objects.count() == CancellationRequest.objects.count() == there < 501
    monkeypatch.undo()
    assert f"Imported {501 - there} subscriptions, {501 - there} with their ends " in load(*rows)
    counts = {model.objects.count() for model in (Subscription, User, Ticket, CancellationRequest)}
    assert counts == {501}


def test_two_hundred_ends_read_as_often_as_fifty(load):
    def rows(name, count):
        return [
            LEAVING | {"external_id": f"{name}-{n}", "customer_email": f"{name}{n}@example.com"} for n in range(count)
        ]

    load(*rows("first", 1))
    with CaptureQueriesContext(connection) as few:
        load(*rows("few", 50))
    with CaptureQueriesContext(connection) as many:
        load(*rows("many", 200))
    assert reads(many) == reads(few)


def reads(queries):
    return sum(query["sql"].startswith("SELECT") for query in queries)
