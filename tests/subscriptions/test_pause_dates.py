"""When pauses begin, when they may end, and what they keep (`docs/design.md`, Customer Portal Actions, States and Resuming).

100.00 a month, billed on the 20th.
"""

from datetime import date

import pytest

from products.models import Product
from subscriptions.rules.states import NotAllowed
from tests.factories import started
from tests.subscriptions.story import bills, day, listed, told

pytestmark = [pytest.mark.django_db, pytest.mark.sampled]
START = date(2026, 3, 20)


@pytest.mark.parametrize(
    ("asked_on", "begins_on", "expected"),
    [
        ("03-20", "04-20", ""),
        ("04-05", "04-20", ""),
        ("04-19", "04-20", ""),
        # On a billing day the day's invoice comes first.
        ("04-20", "05-20", "04-20 05-20 100"),
        ("04-21", "05-20", "04-20 05-20 100"),
    ],
)
def test_a_pause_at_the_end_of_the_billed_days_begins_on_the_next_billing_day(alice, asked_on, begins_on, expected):
    subscription = told(started(alice, START, pause_starts="period_end"), f"{asked_on} pause")
    assert (subscription.status, subscription.pauses_on) == ("active", day(begins_on))
    subscription = told(subscription, "12-31 job")
    assert (subscription.status, subscription.paused_on, subscription.pauses_on) == ("paused", day(begins_on), None)
    assert bills(subscription)[1:] == listed(expected)


def test_within_a_split_period_it_begins_when_the_first_part_is_over(alice):
    story = "04-01 request, 04-28 withdraw, 04-29 pause"
    assert told(started(alice, START, pause_starts="period_end"), story).pauses_on == day("05-01")


def test_the_pages_say_when_it_pauses_and_from_that_day_on_that_it_is_paused(as_alice, alice, clock):
    clock(day("04-19"))
    subscription = started(alice, START, pause_starts="period_end")
    told(subscription, "04-05 pause")
    for page in ("/", "/subscriptions/", subscription.get_absolute_url()):
        assert "Pauses on 20 April 2026" in as_alice.get(page).content.decode()
    clock(day("04-20"))
    text = as_alice.get(subscription.get_absolute_url()).content.decode()
    assert "Paused since 20 April 2026" in text
    assert 'data-status="paused"' in text


@pytest.mark.parametrize(
    ("story", "kinds"),
    [
        ("04-06 drop", ["pause_dropped"]),
        ("04-19 drop", ["pause_dropped"]),
        # A request drops it as well, and a withdrawal does not bring it back.
        ("04-06 request, 04-07 withdraw", ["cancellation_scheduled", "cancellation_withdrawn"]),
    ],
)
def test_a_dropped_pause_leaves_nothing_behind_and_may_be_asked_for_again(alice, story, kinds):
    subscription = started(alice, START, pause_starts="period_end", max_pause_days=30)
    subscription = told(subscription, f"04-05 pause, {story}")
    kept = (subscription.pauses_on, subscription.resumes_on, subscription.pause_max_days, subscription.pause_is_own)
    assert (*kept, subscription.pause_resume_rule) == (None, None, None, False, "")
    subscription = told(subscription, "04-20 job")
    told_of = list(subscription.events.order_by("id").values_list("kind", flat=True))
    assert told_of == ["started", "renewed", "pause_scheduled", *kinds, "renewed"]
    assert bills(subscription)[1:] == listed("04-20 05-20 100")
    assert told(subscription, "04-21 pause").pauses_on == day("05-20")


@pytest.mark.parametrize(
    ("starts", "longest", "until", "is_possible"),
    [
        # The day after it begins is the first; without a limit ten years later is the last.
        ("at_once", None, "04-05", False),
        ("at_once", None, "04-06", True),
        ("at_once", None, "2036-04-06", True),
        ("at_once", None, "2036-04-07", False),
        ("at_once", 30, "04-06", True),
        ("at_once", 30, "05-05", True),
        ("at_once", 30, "05-06", False),
        ("at_once", 1, "04-06", True),
        ("at_once", 1, "04-07", False),
        # The longest pause counts from the day it begins, not from the day it was asked for.
        ("period_end", None, "04-20", False),
        ("period_end", None, "04-21", True),
        ("period_end", 30, "04-20", False),
        ("period_end", 30, "05-20", True),
        ("period_end", 30, "05-21", False),
    ],
)
def test_a_pause_may_end_between_its_second_day_and_its_longest(alice, starts, longest, until, is_possible):
    subscription = started(alice, START, pause_starts=starts, max_pause_days=longest)
    if is_possible:
        assert told(subscription, f"04-05 pause {until}").resumes_on == day(until)
    else:
        with pytest.raises(NotAllowed, match="The pause can end"):
            told(subscription, f"04-05 pause {until}")


@pytest.mark.parametrize(
    ("story", "until", "is_possible"),
    [
        # Not after today.
        ("04-05 pause 04-30", "04-25", False),
        ("04-05 pause 04-30", "04-26", True),
        # Within the 30 days from 5 April.
        ("04-05 pause 04-30", "05-05", True),
        ("04-05 pause 04-30", "05-06", False),
        ("04-05 pause", "05-06", False),
    ],
)
def test_a_resume_date_may_be_changed_within_the_pauses_own_limits(alice, story, until, is_possible):
    # What the product says later binds later pauses.
    for longest in (10, 90, None):
        subscription = told(started(alice, START, max_pause_days=30), story)
        Product.objects.update(max_pause_days=longest)
        if is_possible:
            assert told(subscription, f"04-25 redate {until}").resumes_on == day(until)
        else:
            with pytest.raises(NotAllowed, match="The pause can end from 26 April 2026 to 5 May 2026"):
                told(subscription, f"04-25 redate {until}")


def test_a_changed_resume_date_is_the_one_that_is_billed_from(alice):
    subscription = started(alice, START)
    told(subscription, "04-05 pause 04-30, 04-10 redate 06-01, 04-30 job, 05-01 redate 05-10, 05-20 job")
    assert bills(subscription)[1:] == listed("05-10 05-20 33.33, 05-20 06-20 100")


def test_a_resume_date_taken_away_is_the_longest_pauses_end_or_none(alice):
    limited, free = started(alice, START, max_pause_days=30), started(alice, START)
    assert told(limited, "04-05 pause 04-20, 04-10 redate").resumes_on == day("05-05")
    assert told(free, "04-05 pause 04-20, 04-10 redate").resumes_on is None


def test_a_pause_made_without_a_limit_gets_none_later(alice):
    subscription = told(started(alice, START), "04-05 pause")
    Product.objects.update(max_pause_days=10)
    assert told(subscription, "04-25 redate 12-31").resumes_on == day("12-31")


@pytest.mark.parametrize(
    "switches",
    [
        {"pause_starts": "at_once"},
        {"allow_pause": False},
        {"max_pause_days": 1},
        {"max_pauses_per_year": 1},
        {"resume_rule": "give_back"},
    ],
)
def test_a_scheduled_pause_keeps_what_it_was_made_with(alice, switches):
    subscription = started(alice, START, pause_starts="period_end", max_pause_days=43)
    told(subscription, "04-05 pause")
    Product.objects.update(**switches)
    # 43 days from 20 April end on 2 June: 13 of 31 days are over.
    told(subscription, "06-02 job")
    assert bills(subscription)[1:] == listed("06-02 06-20 58.06")
