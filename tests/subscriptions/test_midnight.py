"""The day turns at midnight of the installation's time zone: in the portal, in the job, and between a page and its form."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command

from portal_project.mail.models import OutgoingMail
from subscriptions.models import Invoice, SubscriptionEvent
from support.models import CancellationRequest
from tests.conftest import signed_in
from tests.factories import PlanFactory, ProductFactory, started
from tests.pages import confirm, hidden_inputs
from tests.subscriptions.story import day, told

pytestmark = [pytest.mark.django_db, pytest.mark.sampled]

# A zone, and a day whose beginning is looked at.
NIGHTS = [
    ("UTC", "2026-04-10"),
    # A day ahead of UTC for most of the day, and behind it.
    ("Pacific/Kiritimati", "2026-04-10"),
    ("Pacific/Pago_Pago", "2026-04-10"),
    ("Asia/Kathmandu", "2026-04-10"),
    ("Europe/Berlin", "2026-03-29"),
    ("Europe/Berlin", "2026-03-30"),
    ("Europe/Berlin", "2026-10-26"),
    # The days that the clocks change, and the days after.
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-03-09"),
    ("America/New_York", "2026-11-01"),
    ("America/New_York", "2026-11-02"),
    # Clocks that change by half an hour, and at midnight: the hour before or after it is left out, or comes twice.
    ("Australia/Lord_Howe", "2026-10-04"),
    ("America/Havana", "2026-03-08"),
    ("America/Havana", "2026-11-01"),
    ("Africa/Cairo", "2026-04-24"),
    ("Africa/Cairo", "2026-10-30"),
    ("Pacific/Kiritimati", "2028-02-29"),
    ("Pacific/Pago_Pago", "2027-01-01"),
]
nights = pytest.mark.parametrize(("zone", "first"), [(zone, date.fromisoformat(first)) for zone, first in NIGHTS])

At = Callable[[str, date, str], None]


@pytest.fixture
def at(settings) -> Iterator[At]:
    """Make the zone the installation's, and a time of its clocks the present one: `at("Asia/Kathmandu", day, "23:59:30")`."""
    with time_machine.travel("2026-01-01 12:00 +0000", tick=False) as traveller:

        def move(zone: str, on: date, time: str) -> None:
            settings.TIME_ZONE = zone
            local = datetime.fromisoformat(f"{on} {time}").replace(tzinfo=ZoneInfo(zone))
            traveller.move_to(local.astimezone(UTC))

        yield move


def eve(first: date) -> date:
    return first - timedelta(days=1)


def address(subscription, action):
    return f"/subscriptions/{subscription.number}/{action}/"


@nights
def test_the_page_shows_a_new_day_from_midnight_on(alice, at, zone, first):
    subscription = started(alice, date(2026, 1, 1))
    told(subscription, f"01-05 pause {first}")
    for on, time, status in [
        (eve(first), "12:00:00", "paused"),
        (eve(first), "23:59:30", "paused"),
        (first, "00:00:30", "active"),
        (first, "03:00:00", "active"),
        (first, "23:59:30", "active"),
    ]:
        at(zone, on, time)
        text = signed_in(alice).get(subscription.get_absolute_url()).content.decode()
        assert f'data-status="{status}"' in text, f"{on} {time}"


@nights
def test_the_job_bills_what_is_due_from_midnight_on(alice, at, zone, first):
    started(alice, first - timedelta(days=7), PlanFactory(interval="week"))
    for on, time, billed in [(eve(first), "23:59:30", 0), (first, "00:00:30", 1), (first, "03:00:00", 0)]:
        at(zone, on, time)
        out = StringIO()
        call_command("apply_due", stdout=out)
        assert f"billed={billed} " in out.getvalue(), f"{on} {time}"
    assert Invoice.objects.get(covers_from=first).issued_on == first


@nights
def test_a_trial_lasts_through_its_last_evening(alice, at, zone, first):
    trial = started(alice, first - timedelta(days=14), PlanFactory(trial_days=14))
    at(zone, eve(first), "23:59:30")
    assert 'data-status="trialing"' in signed_in(alice).get(trial.get_absolute_url()).content.decode()
    at(zone, first, "00:00:30")
    assert 'data-status="active"' in signed_in(alice).get(trial.get_absolute_url()).content.decode()


MIDNIGHTS = [
    # The 30 days' notice of the evening, and of the morning.
    ("Pacific/Kiritimati", "2026-04-09", "2026-04-10", "9 May 2026", "10 May 2026"),
    ("Pacific/Pago_Pago", "2026-04-09", "2026-04-10", "9 May 2026", "10 May 2026"),
    ("Asia/Kathmandu", "2028-02-28", "2028-02-29", "29 March 2028", "30 March 2028"),
    ("Europe/Berlin", "2026-03-28", "2026-03-29", "27 April 2026", "28 April 2026"),
    ("America/New_York", "2026-03-08", "2026-03-09", "7 April 2026", "8 April 2026"),
    ("America/New_York", "2026-11-01", "2026-11-02", "1 December 2026", "2 December 2026"),
]
from_before_midnight = pytest.mark.parametrize(
    ("zone", "today", "tomorrow"), [(zone, day(today), day(tomorrow)) for zone, today, tomorrow, *_dates in MIDNIGHTS]
)


def daily(alice, today, **product):
    """Begun on that day, on a plan of one day, so that only the notice decides when it ends."""
    return started(alice, today, PlanFactory(product=ProductFactory(**product), interval="day", amount=1))


@pytest.mark.parametrize(("zone", "today", "tomorrow", "was", "now"), MIDNIGHTS)
def test_a_request_from_before_midnight_comes_back_with_its_new_end_and_all_that_was_typed(
    alice, at, zone, today, tomorrow, was, now
):
    url = address(daily(alice, day(today)), "cancel")
    typed = {"reason": "switching", "message": "Thank you, and good night."}
    at(zone, day(today), "23:59:30")
    form = hidden_inputs(signed_in(alice).get(url))
    at(zone, day(tomorrow), "00:00:30")
    client = signed_in(alice)
    response = client.post(url, form | typed)
    text = response.content.decode()
    assert f"Ends on: {now} (before: {was})." in text
    assert "Thank you, and good night." in text
    assert response.context["form"]["reason"].value() == "switching"
    assert not CancellationRequest.objects.exists()
    assert client.post(url, hidden_inputs(response) | typed).status_code == 302
    request = CancellationRequest.objects.get()
    assert (request.requested_on, request.message) == (day(tomorrow), "Thank you, and good night.")


@from_before_midnight
def test_a_pause_from_before_midnight_comes_back_and_keeps_its_resume_date(alice, at, zone, today, tomorrow):
    url = address(daily(alice, today), "pause")
    typed = {"resumes_on": (tomorrow + timedelta(days=20)).isoformat()}
    at(zone, today, "23:59:30")
    form = hidden_inputs(signed_in(alice).post(url, typed | {"preview": "1"}))
    at(zone, tomorrow, "00:00:30")
    client = signed_in(alice)
    response = client.post(url, form | typed)
    text = response.content.decode()
    assert "Paused on: " in text
    assert f'value="{typed["resumes_on"]}"' in text
    assert not SubscriptionEvent.objects.filter(kind="paused").exists()
    client.post(url, hidden_inputs(response) | typed)
    assert SubscriptionEvent.objects.get(kind="paused").effective_on == tomorrow


@from_before_midnight
def test_an_end_at_once_from_before_midnight_comes_back_with_the_new_day(alice, at, zone, today, tomorrow):
    url = address(daily(alice, today, cancellation_mode="immediate"), "cancel")
    at(zone, today, "23:59:30")
    form = hidden_inputs(signed_in(alice).get(url))
    at(zone, tomorrow, "00:00:30")
    client = signed_in(alice)
    response = client.post(url, form)
    assert "Ended on: " in response.content.decode()
    assert not SubscriptionEvent.objects.filter(kind="canceled").exists()
    client.post(url, hidden_inputs(response))
    assert SubscriptionEvent.objects.get(kind="canceled").effective_on == tomorrow


@from_before_midnight
def test_a_withdrawal_of_the_last_evening_is_too_late_after_midnight(alice, at, zone, today, tomorrow):
    subscription = daily(alice, today, notice_days=1)
    at(zone, today, "12:00:00")
    confirm(signed_in(alice), address(subscription, "cancel"), reason="other")
    at(zone, today, "23:59:30")
    client = signed_in(alice)
    form = hidden_inputs(client.get(address(subscription, "withdraw")))
    at(zone, tomorrow, "00:00:30")
    assert client.post(address(subscription, "withdraw"), form).status_code == 409
    assert CancellationRequest.objects.get().decided_at is None


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "America/New_York", "Asia/Kathmandu"])
@pytest.mark.parametrize(("on", "time"), [("2026-04-09", "23:59:30"), ("2026-04-10", "00:00:30")])
def test_a_request_is_received_on_the_day_of_the_installation(alice, at, zone, on, time):
    at(zone, day(on), time)
    subscription = started(alice, day("04-01"), PlanFactory(product=ProductFactory()))
    confirm(signed_in(alice), address(subscription, "cancel"), reason="other")
    request = CancellationRequest.objects.get()
    assert (request.requested_on, request.promised_on) == (day(on), day(on) + timedelta(days=30))
    said = f"{day(on).day} April 2026"
    assert OutgoingMail.objects.get(template="receipts/receipt").context["given"].startswith(said)
    assert f"30 days’ notice from {said}" in request.why
