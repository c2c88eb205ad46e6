"""Setting another day on which a pause ends, in the portal and in the admin."""

from datetime import date

import pytest

from portal_project.mail.models import OutgoingMail
from portal_project.receipts.models import Receipt
from subscriptions.models import SubscriptionEvent
from tests.conftest import signed_in
from tests.factories import started
from tests.pages import filled_in, hidden_inputs, options
from tests.support.test_races import at_once

START = date(2026, 3, 20)
NO_DATE = "Leave empty for no date: it is then resumed by hand."
LATEST = "Leave empty to resume on 5 May 2026, the latest day."


@pytest.fixture(autouse=True)
def _today(clock):
    clock(date(2026, 4, 5))


def paused(customer, client, until="", **product):
    subscription = started(customer, START, **product)
    choose(client, f"/subscriptions/{subscription.number}/pause/", until)
    subscription.refresh_from_db()
    return subscription


def page(subscription):
    return f"/subscriptions/{subscription.number}/resume-date/"


def choose(client, url, day):
    """Choose a day, look at what it leads to, and confirm it."""
    shown = client.post(url, {"resumes_on": day, "preview": "1"})
    assert shown.status_code == 200
    return client.post(url, hidden_inputs(shown) | {"resumes_on": day}, follow=True)


def changes():
    return SubscriptionEvent.objects.filter(kind="resume_date_changed")


@pytest.mark.parametrize(
    ("product", "in_admin", "in_portal"),
    [({"max_pause_days": 30}, LATEST, "Until 5 May 2026"), ({}, NO_DATE, "Until I")],
)
def test_the_page_says_what_no_date_means(as_alice, alice, as_merchant, product, in_admin, in_portal):
    subscription = paused(alice, as_alice, "2026-04-20", **product)
    told = as_merchant.get(f"/admin/subscriptions/subscription/{subscription.pk}/resume-date/").content.decode()
    assert in_admin in told
    assert told.count("Leave empty") == 1
    assert dict(options(as_alice.get(page(subscription))))["open"].startswith(in_portal)


MONTHS = [
    ("1", "1 month, until 5 May 2026"),
    ("2", "2 months, until 5 June 2026"),
    ("3", "3 months, until 5 July 2026"),
]
A_DAY_OR_OPEN = [("day", "Until a day that I choose"), ("open", "Until I resume it")]


def test_one_two_or_three_months_of_pause_a_day_or_open(as_alice, alice, clock):
    subscription = paused(alice, as_alice, "2026-04-20")
    assert options(as_alice.get(page(subscription))) == MONTHS + A_DAY_OR_OPEN
    shown = as_alice.post(page(subscription), {"length": "2", "resumes_on": "2026-04-20", "preview": "1"})
    assert "Resumes by itself on 5 June 2026." in shown.content.decode()
    as_alice.post(page(subscription), hidden_inputs(shown) | {"length": "2", "resumes_on": "2026-04-20"})
    subscription.refresh_from_db()
    assert subscription.resumes_on == date(2026, 6, 5)
    clock(date(2026, 5, 5))
    told = signed_in(alice).get(page(subscription))
    assert options(told) == MONTHS[1:] + A_DAY_OR_OPEN
    assert "For how long, from 5 April 2026 on?" in told.content.decode()


@pytest.mark.parametrize(
    ("until", "product", "length"),
    [
        ("2026-05-05", {}, "1"),
        ("2026-04-20", {}, "day"),
        ("", {}, "open"),
        ("", {"max_pause_days": 45}, "open"),
        ("2026-06-20", {"pause_starts": "period_end"}, "2"),
    ],
)
def test_the_page_opens_with_the_choice_that_it_has(as_alice, alice, until, product, length):
    subscription = paused(alice, as_alice, until, **product)
    shown = as_alice.get(page(subscription))
    assert filled_in(shown) == {"length": length, "resumes_on": str(subscription.resumes_on or "")}
    again = as_alice.post(page(subscription), hidden_inputs(shown) | filled_in(shown), follow=True)
    assert "This pause already" in again.content.decode()
    assert not changes().exists()


def test_the_day_is_asked_for_and_nothing_announced_while_none_is_chosen(as_alice, alice, as_merchant):
    subscription = paused(alice, as_alice, "2026-04-20")
    shown = as_alice.post(page(subscription), {"length": "day", "resumes_on": "", "preview": "1"})
    told = "Choose until when it is paused, and what will happen is shown here."
    assert told in shown.content.decode()
    assert hidden_inputs(shown)["announced"] == ""
    admin = f"/admin/subscriptions/subscription/{subscription.pk}/resume-date/"
    assert told in as_merchant.post(admin, {"resumes_on": "1999-01-01", "preview": "1"}).content.decode()


def test_no_date_for_a_limited_pause_takes_its_latest_day(as_alice, alice):
    subscription = paused(alice, as_alice, "2026-04-20", max_pause_days=30)
    choose(as_alice, page(subscription), "")
    subscription.refresh_from_db()
    assert subscription.resumes_on == date(2026, 5, 5)
    assert changes().get().changes["resumes_on"] == ["2026-04-20", "2026-05-05"]


def test_no_date_for_a_pause_without_a_limit_takes_the_date_away(as_alice, alice):
    subscription = paused(alice, as_alice, "2026-04-20")
    choose(as_alice, page(subscription), "")
    subscription.refresh_from_db()
    assert subscription.resumes_on is None


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("product", "until", "again", "told"),
    [
        ({}, "2026-04-20", "2026-04-20", "This pause already ends on 20 April 2026."),
        ({}, "", "", "This pause already has no date on which it ends."),
        ({"max_pause_days": 30}, "", "", "This pause already ends on 5 May 2026."),
        ({"max_pause_days": 30}, "", "2026-05-05", "This pause already ends on 5 May 2026."),
        ({"pause_starts": "period_end"}, "2026-05-10", "2026-05-10", "This pause already ends on 10 May 2026."),
    ],
)
@pytest.mark.parametrize("door", ["portal", "admin"])
def test_the_date_that_it_has_already_is_done_and_records_nothing(
    as_alice, alice, as_merchant, product, until, again, told, door
):
    subscription = paused(alice, as_alice, until, **product)
    admin = f"/admin/subscriptions/subscription/{subscription.pk}/resume-date/"
    client, url = (as_alice, page(subscription)) if door == "portal" else (as_merchant, admin)
    response = choose(client, url, again)
    assert response.redirect_chain
    text = response.content.decode()
    assert told in text
    assert "The resume date is changed." not in text
    assert not changes().exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(3))
def test_two_people_who_set_the_same_date_set_it_once(as_alice, alice, _round):
    subscription = paused(alice, as_alice)
    shown = as_alice.post(page(subscription), {"resumes_on": "2026-05-10", "preview": "1"})
    sent = hidden_inputs(shown) | {"resumes_on": "2026-05-10"}
    tabs = [signed_in(alice) for _ in range(2)]
    answers = at_once(
        *[lambda tab=tab: tab.post(page(subscription), sent, follow=True).content.decode() for tab in tabs]
    )
    assert sorted("This pause already ends on 10 May 2026." in text for text in answers) == [False, True]
    # Both are led to the receipt of the one change.
    assert all("The resume date is changed." in text for text in answers)
    assert changes().count() == Receipt.objects.filter(pk__in=changes().values("receipt")).count() == 1
    # One of the pause itself, one of the change.
    assert OutgoingMail.objects.count() == 2
