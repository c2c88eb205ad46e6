"""When a requested cancellation ends, and what is billed until then (`docs/design.md`, Dates and Billing). 100.00 on the 20th."""

from datetime import date

import pytest

from products.intervals import Interval
from subscriptions.models import Invoice
from subscriptions.rules.states import NotAllowed
from tests.factories import PlanFactory, ProductFactory, started
from tests.subscriptions.story import bills, day, listed, told

pytestmark = [pytest.mark.django_db, pytest.mark.sampled]
START = date(2026, 3, 20)
IN_NOTICE = "04-01 request"
"""Of 30 days, so until 1 May: on 20 April 11 of 30 days are billed, 36.67."""


@pytest.mark.parametrize(
    ("notice_days", "asked_on", "ends_on", "expected"),
    [
        # The notice ends before, on and after the day it is billed until.
        (30, "03-20", "04-20", ""),
        (30, "03-21", "04-20", ""),
        (30, "03-22", "04-21", "04-20 04-21 3.33"),
        (30, "04-19", "05-19", "04-20 05-19 96.67"),
        # On a billing day the day's invoice comes first.
        (30, "04-20", "05-20", "04-20 05-20 100"),
        (0, "03-20", "04-20", ""),
        (0, "04-19", "04-20", ""),
        (0, "04-20", "05-20", "04-20 05-20 100"),
        (1, "04-18", "04-20", ""),
        (1, "04-19", "04-20", ""),
        (2, "04-19", "04-21", "04-20 04-21 3.33"),
        # Over more than one billing date: full periods, then 15 of 31 days.
        (45, "04-05", "05-20", "04-20 05-20 100"),
        (60, "04-05", "06-04", "04-20 05-20 100, 05-20 06-04 48.39"),
        (92, "03-20", "06-20", "04-20 05-20 100, 05-20 06-20 100"),
    ],
)
def test_an_active_subscription_ends_with_its_notice_and_its_billed_days(
    alice, notice_days, asked_on, ends_on, expected
):
    subscription = told(started(alice, START, notice_days=notice_days), f"{asked_on} request")
    assert (subscription.status, subscription.cancels_on) == ("active", day(ends_on))
    subscription = told(subscription, "12-31 job")
    assert (subscription.status, subscription.canceled_on) == ("canceled", day(ends_on))
    assert bills(subscription)[1:] == listed(expected)


def test_a_notice_of_a_year_bills_the_last_days_of_a_leap_year_by_days(alice):
    plan = PlanFactory(product=ProductFactory(notice_days=365), interval=Interval.YEAR, amount=365)
    subscription = told(started(alice, START, plan), "04-05 request, 2028-01-01 job")
    assert subscription.canceled_on == date(2027, 4, 5)
    # 16 of the 366 days up to 20 March 2028.
    assert bills(subscription)[1:] == listed("2027-03-20 2027-04-05 15.96")


@pytest.mark.parametrize("rule", ["keep", "give_back"])
@pytest.mark.parametrize(
    ("notice_days", "story", "ends_on"),
    [
        (30, "04-05 pause, 04-05 request", "05-05"),
        (30, "04-05 pause, 06-01 request", "07-01"),
        (10, "04-05 pause, 04-06 request", "04-20"),
        (0, "04-05 pause, 04-19 request", "04-20"),
        # No day is billed any more, so it ends at once.
        (0, "04-05 pause, 04-20 request", "04-20"),
        (0, "04-05 pause, 06-01 request", "06-01"),
        # The resume date would bill the days from 25 April on.
        (30, "04-05 pause 04-25, 04-10 request", "05-10"),
        (30, "04-05 pause 04-25, 04-24 request", "05-24"),
    ],
)
def test_a_paused_subscription_ends_the_same_and_bills_nothing_more(alice, rule, notice_days, story, ends_on):
    subscription = told(started(alice, START, notice_days=notice_days, resume_rule=rule), story)
    assert (subscription.cancels_on or subscription.canceled_on) == day(ends_on)
    subscription = told(subscription, "12-31 job")
    assert (subscription.status, subscription.canceled_on) == ("canceled", day(ends_on))
    assert bills(subscription)[1:] == []


@pytest.mark.parametrize("notice_days", [0, 30, 365])
@pytest.mark.parametrize("asked_on", ["03-20", "04-01", "04-02"])
def test_a_trial_ends_with_its_last_day_whatever_the_notice_and_is_never_billed(alice, notice_days, asked_on):
    plan = PlanFactory(product=ProductFactory(notice_days=notice_days), trial_days=14)
    subscription = told(started(alice, START, plan), f"{asked_on} request")
    assert (subscription.status, subscription.cancels_on) == ("trialing", day("04-03"))
    subscription = told(subscription, "12-31 job")
    assert (subscription.status, subscription.canceled_on, bills(subscription)) == ("canceled", day("04-03"), [])


def test_on_the_day_after_a_trial_the_first_period_is_billed_before_the_request(alice):
    subscription = told(started(alice, START, PlanFactory(trial_days=14)), "04-03 request")
    assert (subscription.status, subscription.cancels_on) == ("active", day("05-03"))
    assert bills(subscription) == listed("04-03 05-03 100")


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        # Withdrawn before a part is billed: as if nothing had been asked.
        ("04-01 withdraw, 05-20 job", "04-20 05-20 100, 05-20 06-20 100"),
        ("04-19 withdraw, 05-20 job", "04-20 05-20 100, 05-20 06-20 100"),
        # On the billing day and on the last day of the notice: the rest follows on its first day.
        ("04-20 withdraw, 05-20 job", "04-20 05-01 36.67, 05-01 05-20 63.33, 05-20 06-20 100"),
        ("04-30 withdraw, 05-20 job", "04-20 05-01 36.67, 05-01 05-20 63.33, 05-20 06-20 100"),
        # Asked again after the rest was billed, so that 20 of 31 days are billed, and withdrawn again.
        (
            "04-28 withdraw, 05-10 request, 06-05 withdraw, 06-20 job",
            "04-20 05-01 36.67, 05-01 05-20 63.33, 05-20 06-09 64.52, 06-09 06-20 35.48, 06-20 07-20 100",
        ),
        # Asked again before the rest was billed: it is billed whole, and then 9 of 31 days.
        (
            "04-28 withdraw, 04-29 request, 06-20 job",
            "04-20 05-01 36.67, 05-01 05-20 63.33, 05-20 05-29 29.03",
        ),
    ],
)
def test_after_a_withdrawal_no_day_is_free_and_none_is_billed_twice(alice, story, expected):
    subscription = told(started(alice, START), f"{IN_NOTICE}, {story}")
    assert bills(subscription)[1:] == listed(expected)


def test_on_the_day_of_the_end_it_is_too_late_to_withdraw(alice):
    with pytest.raises(NotAllowed, match="ended on 1 May 2026"):
        told(started(alice, START), f"{IN_NOTICE}, 05-01 withdraw")


@pytest.mark.parametrize(
    ("rule", "until", "withdrawn_on", "resumed", "expected"),
    [
        # Still to come, and on the very day.
        ("keep", "05-08", "05-05", "05-08", "05-08 05-20 40, 05-20 06-20 100"),
        ("keep", "05-05", "05-05", "05-05", "05-05 05-20 50, 05-20 06-20 100"),
        # Passed during the notice: resumed on the day of the withdrawal and no earlier.
        ("keep", "04-25", "04-25", "04-25", "04-25 05-20 83.33, 05-20 06-20 100"),
        ("keep", "04-25", "04-26", "04-26", "04-26 05-20 80, 05-20 06-20 100"),
        ("keep", "04-12", "04-15", "04-15", "04-20 05-20 100, 05-20 06-20 100"),
        ("keep", "04-25", "05-09", "05-09", "05-09 05-20 36.67, 05-20 06-20 100"),
        # 29 days between 5 April and 5 May.
        ("give_back", "04-25", "05-05", "05-05", "05-19 06-19 100"),
        ("give_back", "04-12", "04-15", "04-15", "04-29 05-29 100, 05-29 06-29 100"),
    ],
)
def test_a_resume_date_waits_for_the_withdrawal(alice, rule, until, withdrawn_on, resumed, expected):
    subscription = told(started(alice, START, resume_rule=rule), f"04-05 pause {until}, 04-10 request")
    assert subscription.cancels_on == day("05-10")
    told(subscription, f"{withdrawn_on} job, {withdrawn_on} withdraw, 06-10 job")
    assert subscription.events.get(kind="resumed").effective_on == day(resumed)
    assert bills(subscription)[1:] == listed(expected)


def test_the_page_of_a_withdrawal_shows_what_a_resume_date_that_passed_bills(as_alice, alice, clock):
    clock(day("05-05"))
    subscription = told(started(alice, START), "04-05 pause 04-25, 04-10 request")
    text = as_alice.get(f"/subscriptions/{subscription.number}/withdraw/").content.decode()
    assert "Billed today: <strong>€50.00</strong> for 5 to 19 May 2026." in " ".join(text.split())


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        ("03-20 cancel", ""),
        ("03-21 cancel", "03-20 04-20 100"),
        ("04-19 cancel", "03-20 04-20 100"),
        ("04-20 cancel", "03-20 04-20 100"),
        ("04-21 cancel", "03-20 04-20 100, 04-20 05-20 100"),
        # The days up to the billing day, billed on the resume day, begin on the day of the end as well.
        ("04-05 pause, 05-10 resume, 05-10 cancel", "03-20 04-20 100"),
        ("04-05 pause, 05-10 resume, 05-11 cancel", "03-20 04-20 100, 05-10 05-20 33.33"),
        ("04-05 pause, 05-10 cancel", "03-20 04-20 100"),
        # In notice: a short part that begins today, and one that began before.
        (f"{IN_NOTICE}, 04-20 cancel", "03-20 04-20 100"),
        (f"{IN_NOTICE}, 04-21 cancel", "03-20 04-20 100, 04-20 05-01 36.67"),
        # The rest of a split period.
        (f"{IN_NOTICE}, 04-28 withdraw, 05-01 cancel", "03-20 04-20 100, 04-20 05-01 36.67"),
    ],
)
def test_an_end_now_voids_only_what_begins_today(alice, story, expected):
    subscription = told(started(alice, START), f"{story}, 12-31 job")
    assert subscription.status == "canceled"
    assert bills(subscription) == listed(expected)


def test_an_end_now_keeps_an_invoice_of_today_that_was_paid(alice):
    subscription = told(started(alice, START), "04-20 job")
    Invoice.objects.filter(covers_from=day("04-20")).update(status="paid")
    told(subscription, "04-20 cancel")
    assert bills(subscription)[1:] == listed("04-20 05-20 100")
