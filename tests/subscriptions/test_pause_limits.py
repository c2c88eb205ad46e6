"""How often a customer may pause in twelve months, to the day (`docs/design.md`, Customer Portal Actions)."""

from datetime import date

import pytest

from products.models import Product
from tests.conftest import signed_in
from tests.factories import started
from tests.pages import confirm, hidden_inputs
from tests.subscriptions.story import day, told

pytestmark = [pytest.mark.django_db, pytest.mark.sampled]
START = date(2026, 3, 20)


def page(subscription):
    return f"/subscriptions/{subscription.number}/pause/"


@pytest.mark.parametrize(
    ("limit", "story", "today", "is_possible"),
    [
        # The same day a year later it no longer counts.
        (1, "04-05 pause, 04-08 resume", "2027-04-04", False),
        (1, "04-05 pause, 04-08 resume", "2027-04-05", True),
        # Two within the year; then the older one is out.
        (2, "04-05 pause, 04-08 resume, 05-10 pause, 05-11 resume", "2027-04-04", False),
        (2, "04-05 pause, 04-08 resume, 05-10 pause, 05-11 resume", "2027-04-05", True),
        (1, "04-05 pause, 04-08 resume, 05-10 pause, 05-11 resume", "2027-05-09", False),
        # It counts from the day it begins, however long it lasts.
        (1, "04-05 pause, 12-31 resume", "2027-04-05", True),
        # Begun on the last of February, and asked on a 29th; begun on a 29th.
        (1, "2027-02-28 pause, 2027-03-01 resume", "2028-02-27", False),
        (1, "2027-02-28 pause, 2027-03-01 resume", "2028-02-28", True),
        (1, "2027-02-28 pause, 2027-03-01 resume", "2028-02-29", True),
        (1, "2027-03-01 pause, 2027-03-02 resume", "2028-02-29", False),
        (1, "2028-02-29 pause, 2028-03-02 resume", "2029-02-28", False),
        (1, "2028-02-29 pause, 2028-03-02 resume", "2029-03-01", True),
        # Resumed on its own day it has begun all the same.
        (1, "04-05 pause, 04-05 resume", "04-05", False),
    ],
)
def test_the_limit_looks_back_twelve_months_to_the_day(alice, clock, limit, story, today, is_possible):
    subscription = told(started(alice, START), story)
    Product.objects.update(max_pauses_per_year=limit)
    clock(day(today))
    assert signed_in(alice).get(page(subscription)).status_code == (200 if is_possible else 409)


@pytest.mark.parametrize(
    ("story", "today", "is_possible"),
    [
        # Asked for on 5 April, begun on the 20th.
        ("04-05 pause, 04-25 resume", "2027-04-19", False),
        ("04-05 pause, 04-25 resume", "2027-04-20", True),
        # Never begun.
        ("04-05 pause, 04-06 drop", "04-06", True),
        ("04-05 pause, 04-06 request, 04-07 withdraw", "04-07", True),
    ],
)
def test_the_limit_counts_a_scheduled_pause_when_it_begins(alice, clock, story, today, is_possible):
    subscription = told(started(alice, START, pause_starts="period_end", max_pauses_per_year=1), story)
    clock(day(today))
    assert signed_in(alice).get(page(subscription)).status_code == (200 if is_possible else 409)


def test_a_pause_by_staff_is_not_bound_by_the_limits_and_does_not_count(alice, as_agent, clock):
    clock(day("04-05"))
    subscription = started(alice, START, max_pauses_per_year=1, max_pause_days=10, allow_pause=False)
    admin = f"/admin/subscriptions/subscription/{subscription.pk}/pause/"
    shown = as_agent.post(admin, {"resumes_on": "2026-06-01", "preview": "1"})
    as_agent.post(admin, hidden_inputs(shown) | {"resumes_on": "2026-06-01"})
    subscription.refresh_from_db()
    assert (subscription.status, subscription.resumes_on) == ("paused", day("06-01"))
    Product.objects.update(allow_pause=True)
    told(subscription, "04-10 resume")
    clock(day("04-10"))
    assert confirm(signed_in(alice), page(subscription)).status_code == 302
