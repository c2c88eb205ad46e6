"""What is billed after a pause, by both rules (`docs/design.md`, Resuming). 100.00 a month, billed on the 20th, until 20 July."""

from datetime import date

import pytest

from tests.factories import started
from tests.subscriptions.story import bills, listed, told

pytestmark = [pytest.mark.django_db, pytest.mark.sampled]

FROM_MAY = "05-20 06-20 100, 06-20 07-20 100, 07-20 08-20 100"
FROM_APRIL = f"04-20 05-20 100, {FROM_MAY}"

# By rule and day of the pause, at once on that day or (*) asked for on 5 April and begun when the billed days were over:
# the day of the resume, and the bills after the first. Boundaries passed meanwhile: 20 April, 20 May, 20 June, 20 July.
LATER = [
    # Within the billed days nothing is due.
    ("keep", "04-05", "04-06", FROM_APRIL),
    ("keep", "04-05", "04-19", FROM_APRIL),
    # On a boundary, a full period.
    ("keep", "04-05", "04-20", FROM_APRIL),
    ("keep", "04-05", "05-20", FROM_MAY),
    ("keep", "04-05", "07-20", "07-20 08-20 100"),
    # Otherwise the days up to the next boundary: 100.00 less 1/30, 29/30, 12/31, 21/31.
    ("keep", "04-05", "04-21", f"04-21 05-20 96.67, {FROM_MAY}"),
    ("keep", "04-05", "05-19", f"05-19 05-20 3.33, {FROM_MAY}"),
    ("keep", "04-05", "06-01", "06-01 06-20 61.29, 06-20 07-20 100, 07-20 08-20 100"),
    ("keep", "04-05", "06-10", "06-10 06-20 32.26, 06-20 07-20 100, 07-20 08-20 100"),
    # Paused on the last billed day, and on a billing day: that day's invoice came first.
    ("keep", "04-19", "04-20", FROM_APRIL),
    ("keep", "04-19", "04-21", f"04-21 05-20 96.67, {FROM_MAY}"),
    ("keep", "04-20", "04-21", FROM_APRIL),
    ("keep", "04-20", "06-01", "04-20 05-20 100, 06-01 06-20 61.29, 06-20 07-20 100, 07-20 08-20 100"),
    ("keep", "04-20*", "04-21", f"04-21 05-20 96.67, {FROM_MAY}"),
    ("keep", "04-20*", "05-20", FROM_MAY),
    ("keep", "04-20*", "06-10", "06-10 06-20 32.26, 06-20 07-20 100, 07-20 08-20 100"),
    # The days of the pause and of the resume are used; those between move the billing day.
    ("give_back", "04-05", "04-06", FROM_APRIL),
    ("give_back", "04-05", "04-07", "04-21 05-21 100, 05-21 06-21 100, 06-21 07-21 100"),
    ("give_back", "04-05", "04-20", "05-04 06-04 100, 06-04 07-04 100, 07-04 08-04 100"),
    ("give_back", "04-05", "05-20", "06-03 07-03 100, 07-03 08-03 100"),
    ("give_back", "04-05", "06-10", "06-24 07-24 100"),
    # The last billed day is used by the pause, so only the days after the billed ones lie between.
    ("give_back", "04-19", "04-20", FROM_APRIL),
    ("give_back", "04-19", "04-21", "04-21 05-21 100, 05-21 06-21 100, 06-21 07-21 100"),
    ("give_back", "04-20", "04-21", FROM_APRIL),
    ("give_back", "04-20", "05-20", "04-20 05-20 100, 06-18 07-18 100, 07-18 08-18 100"),
    # Nothing is left to give back: a full period starts.
    ("give_back", "04-20*", "04-21", "04-21 05-21 100, 05-21 06-21 100, 06-21 07-21 100"),
    ("give_back", "04-20*", "05-20", FROM_MAY),
    ("give_back", "04-20*", "06-10", "06-10 07-10 100, 07-10 08-10 100"),
]


def paused(alice, rule, pause, until=""):
    starts = "period_end" if pause.endswith("*") else "at_once"
    subscription = started(alice, date(2026, 3, 20), resume_rule=rule, pause_starts=starts)
    asked_on = "04-05" if starts == "period_end" else pause
    return told(subscription, f"{asked_on} pause {until}")


@pytest.mark.parametrize(("rule", "pause", "resume", "expected"), LATER)
def test_what_a_resume_by_hand_bills(alice, rule, pause, resume, expected):
    subscription = paused(alice, rule, pause)
    told(subscription, f"{resume} resume, 07-20 job")
    assert bills(subscription)[1:] == listed(expected)


@pytest.mark.parametrize(("rule", "pause", "resume", "expected"), LATER)
def test_a_resume_date_bills_the_same_though_the_job_is_late(alice, rule, pause, resume, expected):
    subscription = paused(alice, rule, pause, until=resume)
    told(subscription, "07-20 job")
    assert bills(subscription)[1:] == listed(expected)


@pytest.mark.parametrize("rule", ["keep", "give_back"])
@pytest.mark.parametrize("pause", ["03-20", "04-05", "04-19", "04-20", "04-20*"])
def test_a_pause_resumed_on_its_own_day_moves_nothing(alice, rule, pause):
    subscription = paused(alice, rule, pause)
    subscription = told(subscription, f"{pause.rstrip('*')} resume")
    assert (subscription.status, subscription.anchor_on) == ("active", date(2026, 3, 20))
    told(subscription, "07-20 job")
    assert bills(subscription)[1:] == listed(FROM_APRIL)


@pytest.mark.parametrize(("rule", "billed_until"), [("keep", date(2026, 4, 20)), ("give_back", date(2026, 4, 23))])
def test_a_resumed_subscription_forgets_what_its_pause_kept(alice, rule, billed_until):
    subscription = told(paused(alice, rule, "04-05", until="04-30"), "04-09 resume")
    kept = (
        subscription.paused_on,
        subscription.resumes_on,
        subscription.pause_resume_rule,
        subscription.pause_max_days,
    )
    assert kept == (None, None, "", None)
    assert (subscription.status, subscription.period_end) == ("active", billed_until)
