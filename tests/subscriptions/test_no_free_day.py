"""Sequences that somebody might try so as not to pay for days, or that might bill a day twice (`docs/design.md`, Billing).

100.00 a month, billed on the 20th; the bills after the first.
"""

from datetime import date

import pytest

from tests.factories import PlanFactory, ProductFactory, started
from tests.subscriptions.story import bills, day, listed, told

pytestmark = [pytest.mark.django_db, pytest.mark.sampled]
START = date(2026, 3, 20)
FULL = "04-20 05-20 100, 05-20 06-20 100, 06-20 07-20 100"
SPLIT = "04-01 request, 04-28 withdraw"
"""Leaves 36.67 billed for 11 of 30 days, up to 1 May."""


@pytest.mark.parametrize("rule", ["keep", "give_back"])
@pytest.mark.parametrize(
    "story",
    [
        # Paused on each billing day, after its invoice, and back the day after.
        "04-20 pause, 04-21 resume, 05-20 pause, 05-21 resume, 06-20 pause, 06-21 resume",
        # Paused on the last billed day, and back on the billing day.
        "04-19 pause, 04-20 resume, 05-19 pause, 05-20 resume, 06-19 pause, 06-20 resume",
        # Five pauses on one day; a pause from each day to the next.
        "04-05 pause, 04-05 resume, 04-05 pause, 04-05 resume, 04-05 pause, 04-05 resume, 06-20 job",
        "04-18 pause, 04-19 resume, 04-19 pause, 04-20 resume, 04-20 pause, 04-21 resume, 06-20 job",
        # Requested and withdrawn again and again before anything is billed.
        "04-01 request, 04-02 withdraw, 04-03 request, 04-19 withdraw, 04-19 request, 04-19 withdraw, 06-20 job",
        # A pause and its request: in the notice nothing resumes, and withdrawn it goes on being billed.
        "04-05 pause 04-19, 04-06 request, 04-06 withdraw, 04-06 resume, 06-20 job",
    ],
)
def test_who_comes_back_in_time_is_billed_in_full(alice, rule, story):
    subscription = told(started(alice, START, resume_rule=rule), story)
    assert subscription.anchor_on == START
    assert bills(subscription)[1:] == listed(FULL)


@pytest.mark.parametrize(
    ("rule", "starts", "story", "expected"),
    [
        # The day that was paused is free, and no other: 29/30, 30/31, 29/30 are left.
        ("keep", "period_end",
         "04-19 pause, 04-21 resume, 05-19 pause, 05-21 resume, 06-19 pause, 06-21 resume",
         "04-21 05-20 96.67, 05-21 06-20 96.77, 06-21 07-20 96.67"),
        ("keep", "at_once",
         "04-19 pause, 04-21 resume, 05-19 pause, 05-21 resume, 06-19 pause, 06-21 resume",
         "04-21 05-20 96.67, 05-21 06-20 96.77, 06-21 07-20 96.67"),
        ("give_back", "period_end",
         "04-19 pause, 04-21 resume, 05-20 pause, 05-22 resume, 06-21 pause, 06-23 resume",
         "04-21 05-21 100, 05-22 06-22 100, 06-23 07-23 100"),
        # Each pause has one whole day between; three of them move the billing day by three.
        ("give_back", "at_once",
         "04-01 pause, 04-03 resume, 04-03 pause, 04-05 resume, 04-05 pause, 04-07 resume, 05-23 job",
         "04-23 05-23 100, 05-23 06-23 100"),
        # 9 days between 5 and 15 April, then 4 between 25 and 30 April, before the billing day that moved to the 29th.
        ("give_back", "at_once",
         "04-05 pause, 04-15 resume, 04-25 pause, 04-30 resume, 05-03 job",
         "05-03 06-03 100"),
        # Short of the billing day by a day each time, for months: every day in service is billed.
        ("keep", "at_once",
         "04-19 pause, 05-19 resume, 05-19 pause, 06-19 resume, 06-19 pause, 07-19 resume",
         "05-19 05-20 3.33, 06-19 06-20 3.23, 07-19 07-20 3.33"),
    ],
)  # fmt: skip
def test_who_pauses_again_and_again_pays_for_every_day_in_service(alice, rule, starts, story, expected):
    subscription = started(alice, START, resume_rule=rule, pause_starts=starts)
    told(subscription, story)
    assert bills(subscription)[1:] == listed(expected)


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        # A week's notice over the billing day: two days are billed, then asking again counts the whole year as billed.
        ("03-15 request, 03-21 withdraw, 03-21 request, 03-28 withdraw, 03-29 request, 04-04 withdraw, 04-04 request",
         "03-20 03-22 2, 03-22 2027-03-20 363"),
        ("03-14 request, 03-20 withdraw, 03-20 request, 03-27 withdraw, 03-27 request",
         "03-20 03-21 1, 03-21 2027-03-20 364"),
        # Up to the billing day: then the year is billed whole before the request.
        ("03-13 request, 03-19 withdraw, 03-20 request, 03-27 withdraw, 03-27 request", "03-20 2027-03-20 365"),
        # With a pause in between.
        ("03-15 request, 03-21 withdraw, 03-21 pause, 03-21 request", "03-20 03-22 2"),
    ],
)  # fmt: skip
def test_a_yearly_plan_cannot_be_paid_in_weekly_slices(alice, story, expected):
    plan = PlanFactory(product=ProductFactory(notice_days=7), interval="year", amount=365)
    subscription = told(started(alice, date(2025, 3, 20), plan), story)
    assert subscription.cancels_on == date(2027, 3, 20)
    subscription = told(subscription, "2027-06-01 job")
    assert subscription.canceled_on == date(2027, 3, 20)
    assert bills(subscription)[1:] == listed(expected)


@pytest.mark.parametrize(
    ("rule", "starts", "story", "expected"),
    [
        # Back before and on the first day of the rest, which is then billed as if nothing had been.
        ("keep", "at_once", "04-29 pause, 04-30 resume", "05-01 05-20 63.33, 05-20 06-20 100"),
        ("keep", "at_once", "04-29 pause, 05-01 resume", "05-01 05-20 63.33, 05-20 06-20 100"),
        ("give_back", "at_once", "04-29 pause, 04-30 resume", "05-01 05-20 63.33, 05-20 06-20 100"),
        # Later: 12 of 30 days are over, then a boundary, then 5 of 31 days.
        ("keep", "at_once", "04-29 pause, 05-02 resume", "05-02 05-20 60, 05-20 06-20 100"),
        ("keep", "at_once", "04-29 pause, 05-20 resume", "05-20 06-20 100"),
        ("keep", "at_once", "04-29 pause, 05-25 resume", "05-25 06-20 83.87"),
        ("keep", "period_end", "04-29 pause, 05-02 resume", "05-02 05-20 60, 05-20 06-20 100"),
        # 10 days between 29 April and 10 May move the rest from 1 to 11 May, and they are billed to nobody.
        ("give_back", "at_once", "04-29 pause, 05-10 resume", "05-11 05-20 30, 05-20 06-20 100"),
        # From 1 to 10 May, the day of the resume, which is still within the period.
        ("give_back", "at_once", "04-30 pause, 05-10 resume", "05-10 05-20 33.33, 05-20 06-20 100"),
        # To the end of the period, and past it.
        ("give_back", "at_once", "04-29 pause, 05-19 resume", "05-20 06-20 100"),
        ("give_back", "at_once", "04-29 pause, 05-20 resume", "05-21 06-21 100"),
        # Twice within the period: to 6 May, where the rest is billed, and so on to the 24th.
        ("give_back", "at_once", "04-29 pause, 05-05 resume, 05-10 pause, 05-15 resume",
         "05-06 05-20 46.67, 05-24 06-24 100"),
        # To 2 May, and from there, paused on the last billed day, to the day of the resume.
        ("give_back", "at_once", "04-28 pause, 04-30 resume, 05-01 pause, 05-05 resume",
         "05-05 05-20 50, 05-20 06-20 100"),
        ("give_back", "period_end", "04-29 pause, 05-02 resume", "05-02 06-02 100"),
        # Paused while the rest runs.
        ("keep", "at_once", "05-05 pause, 05-25 resume", "05-01 05-20 63.33, 05-25 06-20 83.87"),
        ("give_back", "at_once", "05-05 pause, 05-16 resume", "05-01 05-20 63.33, 05-30 06-30 100"),
        # Requested while paused, withdrawn, and resumed: 12 of 31 days are over.
        ("keep", "at_once", "04-29 pause, 05-05 request, 06-01 withdraw, 06-01 resume", "06-01 06-20 61.29"),
        # 30 days' notice from 5 May ends on 4 June; given back are 10 days, from 29 April to 10 May.
        ("give_back", "at_once", "04-29 pause, 05-05 request, 05-10 withdraw, 05-10 resume",
         "05-11 05-20 30, 05-20 06-20 100"),
    ],
)  # fmt: skip
def test_a_pause_within_a_split_period(alice, rule, starts, story, expected):
    subscription = started(alice, START, resume_rule=rule, pause_starts=starts)
    told(subscription, f"{SPLIT}, {story}, 05-31 job")
    assert bills(subscription)[1:] == listed(f"04-20 05-01 36.67, {expected}")


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        # The gap is a period's last days: the notice counts from its end, and the next period is billed up to the end.
        ("05-10 request", "05-10 05-20 33.33, 05-20 06-09 64.52"),
        ("05-10 request, 06-01 withdraw", "05-10 05-20 33.33, 05-20 06-09 64.52, 06-09 06-20 35.48, 06-20 07-20 100"),
        # Paused in the gap, and back in the next period.
        ("05-12 pause, 05-25 resume", "05-10 05-20 33.33, 05-25 06-20 83.87, 06-20 07-20 100"),
        ("05-12 pause, 05-15 resume", "05-10 05-20 33.33, 05-20 06-20 100, 06-20 07-20 100"),
    ],
)
def test_after_the_days_up_to_the_billing_day_the_old_rhythm_holds(alice, story, expected):
    subscription = told(started(alice, START), f"04-05 pause, 05-10 resume, {story}, 06-20 job")
    assert bills(subscription)[1:] == listed(expected)


@pytest.mark.parametrize(("asked_on", "ends_on"), [("05-10", "05-20"), ("05-15", "05-20"), ("05-16", "05-21")])
def test_a_short_notice_after_a_resume_ends_with_the_days_that_it_billed(alice, asked_on, ends_on):
    subscription = started(alice, START, notice_days=5)
    assert told(subscription, f"04-05 pause, 05-10 resume, {asked_on} request").cancels_on == day(ends_on)


@pytest.mark.parametrize(
    ("story", "anchor", "expected"),
    [
        # A day is given back: the rest of the year follows on the 27th, and a request counts the whole year as billed.
        ("03-26 resume, 03-26 request", "2026-03-20", "2027-03-27 2028-03-20 1177.05"),
        # And another one, so that it follows on the 28th.
        ("03-26 resume, 03-26 request, 03-26 withdraw, 03-26 pause, 03-28 resume, 03-28 request", "2026-03-20",
         "2027-03-28 2028-03-20 1173.77"),
        # Given back up to the end of the year: nothing of it is left, and the rhythm stays.
        ("2028-03-19 resume", "2026-03-20", "2028-03-20 2029-03-20 1200"),
        # A day past it.
        ("2028-03-20 resume", "2028-03-21", "2028-03-21 2029-03-21 1200"),
    ],
)  # fmt: skip
def test_days_given_back_do_not_make_slices_of_a_year(alice, story, anchor, expected):
    plan = PlanFactory(product=ProductFactory(notice_days=7, resume_rule="give_back"), interval="year", amount=1200)
    begun = told(started(alice, START, plan), "2027-03-19 request, 2027-03-24 withdraw, 2027-03-24 pause")
    in_2027 = ", ".join(line if line.startswith("20") else f"2027-{line}" for line in story.split(", "))
    subscription = told(begun, f"{in_2027}, 2028-03-22 job")
    assert subscription.anchor_on == day(anchor)
    assert bills(subscription)[1:] == listed(f"2027-03-20 2027-03-26 19.67, {expected}")
    if "request" in story:
        assert subscription.canceled_on == date(2028, 3, 20)


def test_days_given_back_to_the_end_of_a_short_month_keep_the_31st(alice):
    subscription = started(alice, date(2026, 1, 31), resume_rule="give_back")
    # In a notice 15 of the 30 days from 31 March are billed; 15 days given back make it 30 April.
    told(subscription, "03-16 request, 04-10 withdraw, 04-10 pause, 04-26 resume, 05-31 job")
    assert bills(subscription)[2:] == listed("03-31 04-15 50, 04-30 05-31 100, 05-31 06-30 100")


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        # 50.00 less 35.00, which 21 of 30 days would have got.
        ("04-29 pause, 05-10 resume", "04-20 05-01 18.33, 05-11 05-20 15, 05-20 06-20 50"),
        ("04-30 pause, 05-10 resume", "04-20 05-01 18.33, 05-10 05-20 16.67, 05-20 06-20 50"),
        # Nothing of the period is left; the discount goes on with the next one.
        ("04-29 pause, 05-19 resume", "04-20 05-01 18.33, 05-20 06-20 50, 06-20 07-20 100"),
        # Granted in between, it begins with the next full period.
        ("04-29 discount 10 1, 04-29 pause, 05-10 resume", "04-20 05-01 18.33, 05-11 05-20 15, 05-20 06-20 90"),
    ],
)
def test_days_given_back_get_no_discount(alice, story, expected):
    subscription = started(alice, START, resume_rule="give_back")
    told(subscription, f"04-01 discount 50 2, {SPLIT}, {story}, 06-20 job")
    count = len(listed(expected))
    assert bills(subscription)[1 : 1 + count] == listed(expected)
