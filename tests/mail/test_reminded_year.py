"""A year of reminders, lived day by day: what people do on the pages, and the job of each day."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from portal_project.accounts.models import Merchant
from portal_project.mail import rendering
from portal_project.mail.models import OutgoingMail
from products.models import PauseStarts
from tests.conftest import signed_in
from tests.depth import IN_FULL
from tests.factories import PlanFactory, ProductFactory, started
from tests.pages import confirm, hidden_inputs

FIRST, LAST = date(2026, 3, 1), date(2027, 2, 28)
BEGUN = {
    # Name: started on, with which plan, on which product.
    "Trial": (date(2026, 3, 1), {"trial_days": 30}, {}),
    "Left trial": (date(2026, 3, 2), {"trial_days": 30}, {}),
    "Short trial": (date(2026, 3, 10), {"trial_days": 3}, {}),
    "Monthly": (date(2026, 3, 1), {}, {}),
    "Half-yearly": (date(2026, 3, 18), {"interval": "month", "interval_count": 6}, {}),
    "Five months": (date(2026, 3, 18), {"interval": "month", "interval_count": 5}, {}),
    "Weeks": (date(2026, 3, 20), {"interval": "week", "interval_count": 26}, {}),
    "Yearly": (date(2026, 3, 1), {"interval": "year"}, {}),
    "Left year": (date(2026, 3, 5), {"interval": "month", "interval_count": 6}, {"notice_days": 0}),
    "Kept year": (date(2026, 3, 6), {"interval": "month", "interval_count": 6}, {"notice_days": 0}),
    "Paused year": (
        date(2026, 3, 7),
        {"interval": "month", "interval_count": 6},
        {"pause_starts": PauseStarts.PERIOD_END},
    ),
    "Canceled": (date(2026, 3, 3), {}, {}),
    "Paused": (date(2026, 3, 4), {}, {}),
    "Left late": (date(2026, 3, 8), {}, {"notice_days": 5}),
    "Gone": (date(2026, 3, 9), {"interval": "month", "interval_count": 6}, {"cancellation_mode": "immediate"}),
}
DONE = {
    date(2026, 3, 20): [("Left trial", "cancel", {"reason": "other"})],
    date(2026, 5, 10): [("Canceled", "cancel", {"reason": "other"}), ("Gone", "cancel", {})],
    date(2026, 6, 10): [("Paused", "pause", {"resumes_on": "2026-07-20"})],
    date(2026, 7, 18): [("Paused", "resume-date", {"resumes_on": "2026-08-25"})],
    date(2026, 8, 20): [("Left year", "cancel", {"reason": "other"}), ("Kept year", "cancel", {"reason": "other"})],
    date(2026, 8, 21): [("Paused year", "pause", {"resumes_on": "2026-11-07"})],
    date(2026, 9, 1): [("Kept year", "withdraw", {})],
    date(2026, 9, 5): [("Left late", "cancel", {"reason": "other"})],
}
TOLD = [
    ("2026-03-25", "Left trial ends on 1 April 2026"),
    ("2026-03-28", "Trial: your trial ends on 31 March 2026"),
    ("2026-06-02", "Canceled ends on 9 June 2026"),
    ("2026-07-17", "Paused resumes on 20 July 2026"),
    ("2026-08-22", "Paused resumes on 25 August 2026"),
    ("2026-08-29", "Left year ends on 5 September 2026"),
    ("2026-08-30", "Kept year ends on 6 September 2026"),
    ("2026-09-04", "Half-yearly renews on 18 September 2026"),
    ("2026-09-04", "Weeks renews on 18 September 2026"),
    ("2026-11-04", "Paused year resumes on 7 November 2026"),
    ("2027-02-15", "Yearly renews on 1 March 2027"),
    ("2027-02-20", "Kept year renews on 6 March 2027"),
    ("2027-02-21", "Paused year renews on 7 March 2027"),
]


@pytest.fixture(autouse=True)
def _business(db):
    Merchant(pk=1, name="Bits & Bytes", comparison_percent=0).save()


def act(customer, number, action, typed):
    client, url = signed_in(customer), f"/subscriptions/{number}/{action}/"
    if "resumes_on" in typed:
        shown = client.post(url, typed | {"preview": "1"})
        assert client.post(url, hidden_inputs(shown) | typed).status_code == 302
    else:
        confirm(client, url, **typed)


EVENTFUL = {date.fromisoformat(day) for day, _subject in TOLD} | set(DONE)


def has_a_job(day, skipped):
    """Where something happens within two days, or the job was away the day before; of the other days Mondays are enough."""
    is_eventful = any(abs(each - day) <= timedelta(days=2) for each in EVENTFUL)
    return day not in skipped and (is_eventful or day.weekday() == 0 or day - timedelta(days=1) in skipped)


def reminded(clock, customer, skipped=()):
    """Live the year without the job on the skipped days; return on which day which subject was written."""
    numbers, told, day = {}, [], FIRST
    while day <= LAST:
        clock(day)
        for name, (on, plan, product) in BEGUN.items():
            if on == day:
                plan = PlanFactory(product=ProductFactory(name=name, **product), **plan)
                numbers[name] = started(customer, day, plan).number
        if has_a_job(day, skipped):
            call_command("apply_due", stdout=StringIO())
        for name, action, typed in DONE.get(day, []):
            act(customer, numbers[name], action, typed)
        told += [(day.isoformat(), subject) for subject in written()]
        day += timedelta(days=1)
    return told


def written():
    mails = OutgoingMail.objects.filter(template__startswith="subscriptions/reminder_").order_by("id")
    subjects = sorted(rendering.subject(mail) for mail in mails)
    OutgoingMail.objects.filter(pk__in=[mail.pk for mail in mails]).update(template="told")
    return subjects


def test_a_year_of_the_job_each_day_on_which_something_happens(clock, alice):
    assert reminded(clock, alice) == TOLD


def week(first):
    return {first + timedelta(days=n) for n in range(7)}


@pytest.mark.skipif(not IN_FULL, reason="as on SQLite; the other year asks PostgreSQL the same")
def test_three_weeks_without_the_job_tell_late_what_still_lies_ahead(clock, alice):
    skipped = week(date(2026, 3, 26)) | week(date(2026, 9, 2)) | week(date(2027, 2, 15))
    late = {
        ("2026-09-04", "Half-yearly renews on 18 September 2026"): "2026-09-09",
        ("2026-09-04", "Weeks renews on 18 September 2026"): "2026-09-09",
        ("2027-02-15", "Yearly renews on 1 March 2027"): "2027-02-22",
        ("2027-02-20", "Kept year renews on 6 March 2027"): "2027-02-22",
        ("2027-02-21", "Paused year renews on 7 March 2027"): "2027-02-22",
    }
    told = [each for each in TOLD if each != ("2026-03-28", "Trial: your trial ends on 31 March 2026")]
    assert reminded(clock, alice, skipped) == sorted((late.get((day, subject), day), subject) for day, subject in told)
