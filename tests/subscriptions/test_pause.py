from datetime import date

import pytest
from django.test import Client

from portal_project.mail.models import OutgoingMail
from subscriptions.lifecycle import due
from subscriptions.models import SubscriptionEvent
from tests.conftest import signed_in
from tests.factories import PlanFactory, started
from tests.pages import confirm, hidden_inputs, options, receipt

START = date(2026, 3, 20)
ASKS = "Choose until when it is paused, and what will happen is shown here."


@pytest.fixture
def hosting(alice, clock):
    clock(date(2026, 4, 5))
    return started(alice, START)


def page(subscription):
    return f"/subscriptions/{subscription.number}/pause/"


def test_pausing_stops_the_next_invoice(as_alice, hosting):
    assert receipt(confirm(as_alice, page(hosting))).subscription == hosting.number
    hosting.refresh_from_db()
    assert (hosting.status, hosting.paused_on, hosting.resumes_on) == ("paused", date(2026, 4, 5), None)
    due.apply(date(2026, 6, 1))
    assert hosting.invoices.count() == 1


def test_pausing_leaves_one_event_by_the_customer_with_its_receipt(as_alice, alice, hosting):
    confirm(as_alice, page(hosting))
    event = SubscriptionEvent.objects.get(kind="paused")
    assert (event.actor, event.channel, event.own, event.effective_on) == (alice, "portal", True, date(2026, 4, 5))
    assert event.changes["status"] == ["active", "paused"]
    assert OutgoingMail.objects.get().key == f"receipt:{event.receipt.pk}"


def test_a_resume_date_is_first_shown_with_what_it_leads_to(as_alice, hosting):
    shown = confirm(as_alice, page(hosting), resumes_on="2026-05-10")
    assert shown.status_code == 200
    assert "10 May 2026" in shown.content.decode()
    hosting.refresh_from_db()
    assert hosting.status == "active"
    as_alice.post(page(hosting), hidden_inputs(shown) | {"resumes_on": "2026-05-10"})
    hosting.refresh_from_db()
    assert (hosting.status, hosting.resumes_on) == ("paused", date(2026, 5, 10))


def test_what_the_page_announced_is_what_happens(as_alice, hosting, clock):
    shown = as_alice.post(page(hosting), {"resumes_on": "2026-05-10", "preview": "1"})
    assert "€33.33" in shown.content.decode()
    as_alice.post(page(hosting), hidden_inputs(shown) | {"resumes_on": "2026-05-10"})
    due.apply(date(2026, 5, 10))
    assert str(hosting.invoices.first().amount) == "33.330"


@pytest.mark.parametrize("day", ["2026-04-05", "2026-04-04", "tomorrow", "2026-02-30", "9999-12-31"])
def test_a_resume_date_that_cannot_be_is_explained_and_kept(as_alice, hosting, day):
    response = confirm(as_alice, page(hosting), resumes_on=day)
    assert response.status_code == 200
    assert f'value="{day}"' in response.content.decode()
    assert response.context["form"].errors["resumes_on"]
    hosting.refresh_from_db()
    assert hosting.status == "active"


def test_the_longest_pause_sets_the_resume_date(as_alice, alice, clock):
    clock(date(2026, 4, 5))
    subscription = started(alice, START, max_pause_days=30)
    response = confirm(as_alice, page(subscription), resumes_on="2026-05-06")
    assert "The pause can end from 6 April 2026 to 5 May 2026." in response.content.decode()
    confirm(as_alice, page(subscription))
    subscription.refresh_from_db()
    assert subscription.resumes_on == date(2026, 5, 5)


def test_one_two_or_three_months_a_day_or_open(as_alice, hosting):
    assert options(as_alice.get(page(hosting))) == [
        ("1", "1 month, until 5 May 2026"),
        ("2", "2 months, until 5 June 2026"),
        ("3", "3 months, until 5 July 2026"),
        ("day", "Until a day that I choose"),
        ("open", "Until I resume it"),
    ]
    shown = confirm(as_alice, page(hosting), length="1")
    assert "€50.00" in shown.content.decode()
    as_alice.post(page(hosting), hidden_inputs(shown) | {"length": "1"})
    hosting.refresh_from_db()
    assert (hosting.status, hosting.resumes_on) == ("paused", date(2026, 5, 5))


def test_months_are_counted_from_the_day_on_which_the_pause_begins_and_end_with_their_month(alice, clock):
    clock(date(2027, 1, 5))
    subscription = started(alice, date(2026, 12, 31), pause_starts="period_end")
    told = dict(options(signed_in(alice).get(page(subscription))))
    assert (told["1"], told["2"]) == ("1 month, until 28 February 2027", "2 months, until 31 March 2027")


def test_months_beyond_the_longest_pause_are_not_offered_and_refused(as_alice, alice, clock):
    clock(date(2026, 4, 5))
    subscription = started(alice, START, max_pause_days=45)
    assert dict(options(as_alice.get(page(subscription)))) == {
        "1": "1 month, until 5 May 2026",
        "day": "Until a day that I choose",
        "open": "Until 20 May 2026, the latest day",
    }
    assert confirm(as_alice, page(subscription), length="2").status_code == 200
    subscription.refresh_from_db()
    assert subscription.status == "active"


def test_a_day_is_asked_for_where_one_is_to_be_chosen(as_alice, hosting):
    response = confirm(as_alice, page(hosting), length="day", resumes_on="")
    assert "Choose the day on which it resumes." in response.content.decode()
    hosting.refresh_from_db()
    assert hosting.status == "active"


@pytest.mark.parametrize("day", ["", "tomorrow", "1999-01-01"])
def test_without_a_day_to_tell_of_the_page_asks_for_one_and_announces_nothing(as_alice, hosting, day):
    shown = as_alice.post(page(hosting), {"length": "day", "resumes_on": day, "preview": "1"})
    assert ASKS in shown.content.decode()
    assert "Stays paused" not in shown.content.decode()
    assert hidden_inputs(shown)["announced"] == ""
    chosen = as_alice.post(page(hosting), hidden_inputs(shown) | {"length": "day", "resumes_on": "2026-05-10"})
    assert "please check what will happen" in chosen.content.decode()
    hosting.refresh_from_db()
    assert hosting.status == "active"


@pytest.mark.parametrize("typed", ["2026-05-10", "tomorrow", "1999-01-01"])
@pytest.mark.parametrize(("length", "ends"), [("3", date(2026, 7, 5)), ("open", None)])
def test_what_was_chosen_last_counts_although_a_day_was_typed_before(as_alice, hosting, length, ends, typed):
    """The day stands in a field that nobody sees any more."""
    shown = as_alice.post(page(hosting), {"length": length, "resumes_on": typed, "preview": "1"})
    as_alice.post(page(hosting), hidden_inputs(shown) | {"length": length, "resumes_on": typed})
    hosting.refresh_from_db()
    assert (hosting.status, hosting.resumes_on) == ("paused", ends)


@pytest.mark.parametrize("odd", ["0", "12", "\u0661", "x" * 100_000, "1\u200b", "-1"])
def test_a_length_that_is_not_on_the_page_is_refused(as_alice, hosting, odd):
    assert confirm(as_alice, page(hosting), length=odd).status_code == 200
    hosting.refresh_from_db()
    assert hosting.status == "active"


def test_a_setting_changed_after_the_page_was_shown_brings_the_page_again(as_alice, hosting):
    form = hidden_inputs(as_alice.get(page(hosting)))
    hosting.product.pause_starts = "period_end"
    hosting.product.save()
    response = as_alice.post(page(hosting), form)
    text = response.content.decode()
    assert "Nothing has been done yet" in text
    assert "Pauses on: 20 April 2026 (before: none)." in text
    hosting.refresh_from_db()
    assert (hosting.status, hosting.pauses_on) == ("active", None)
    as_alice.post(page(hosting), hidden_inputs(response))
    hosting.refresh_from_db()
    assert hosting.pauses_on == date(2026, 4, 20)


def test_a_form_from_before_midnight_comes_back_with_the_new_effect(as_alice, hosting, clock):
    form = hidden_inputs(as_alice.get(page(hosting)))
    clock(date(2026, 4, 6))
    response = as_alice.post(page(hosting), form)
    assert "Paused on: 6 April 2026 (before: 5 April 2026)." in response.content.decode()
    hosting.refresh_from_db()
    assert hosting.status == "active"


def test_a_form_without_or_with_a_forged_announcement_does_nothing(as_alice, hosting):
    for announced in ("", "forged", "e30:1abcde:xyz"):
        response = as_alice.post(page(hosting), {"announced": announced})
        assert response.status_code == 200
    hosting.refresh_from_db()
    assert hosting.status == "active"


def test_a_double_submit_pauses_once_and_lands_on_the_result(as_alice, hosting):
    form = hidden_inputs(as_alice.get(page(hosting)))
    first, second = as_alice.post(page(hosting), form), as_alice.post(page(hosting), form)
    assert receipt(first) == receipt(second)
    assert SubscriptionEvent.objects.filter(kind="paused").count() == 1
    assert OutgoingMail.objects.count() == 1


def test_what_is_not_offered_is_a_403_with_the_reason(as_alice, hosting):
    form = hidden_inputs(as_alice.get(page(hosting)))
    hosting.product.allow_pause = False
    hosting.product.save()
    for response in (as_alice.get(page(hosting)), as_alice.post(page(hosting), form)):
        assert response.status_code == 403
        assert f"Pausing is not offered here for {hosting.product}." in response.content.decode()
    hosting.refresh_from_db()
    assert hosting.status == "active"


def test_what_is_not_possible_now_is_a_409_with_the_reason(as_alice, alice, clock):
    clock(date(2026, 4, 5))
    trial = started(alice, date(2026, 4, 1), PlanFactory(trial_days=14))
    response = as_alice.get(page(trial))
    assert response.status_code == 409
    assert "A trial cannot be paused. It ends on 15 April 2026." in response.content.decode()


def test_the_limit_counts_the_customers_own_pauses_of_twelve_months(as_alice, alice, clock):
    clock(date(2026, 4, 5))
    subscription = started(alice, START, max_pauses_per_year=1)
    confirm(as_alice, page(subscription))
    clock(date(2026, 4, 8))
    confirm(as_alice, f"/subscriptions/{subscription.number}/resume/")
    response = as_alice.get(page(subscription))
    assert response.status_code == 409
    assert "can be paused once in 12 months" in response.content.decode()
    clock(date(2027, 4, 5))
    assert signed_in(alice).get(page(subscription)).status_code == 200


def test_another_customer_and_a_missing_number_get_the_same_404(bob, hosting):
    client = signed_in(bob)
    for number in (hosting.number, "S-000000"):
        assert client.get(f"/subscriptions/{number}/pause/").status_code == 404
        assert client.post(f"/subscriptions/{number}/pause/").status_code == 404
    hosting.refresh_from_db()
    assert hosting.status == "active"


def test_nobody_is_sent_to_sign_in(hosting):
    response = Client().post(page(hosting))
    assert (response.status_code, response.url) == (302, f"/accounts/login/?next={page(hosting)}")


def test_a_get_changes_nothing(as_alice, hosting):
    as_alice.get(page(hosting))
    assert SubscriptionEvent.objects.filter(kind="paused").count() == 0


def test_a_scheduled_pause_can_be_dropped_and_redated(as_alice, alice, clock):
    clock(date(2026, 4, 5))
    subscription = started(alice, START, pause_starts="period_end")
    confirm(as_alice, page(subscription))
    redate = f"/subscriptions/{subscription.number}/resume-date/"
    shown = as_alice.post(redate, {"resumes_on": "2026-06-01", "preview": "1"})
    as_alice.post(redate, hidden_inputs(shown) | {"resumes_on": "2026-06-01"})
    subscription.refresh_from_db()
    assert (subscription.pauses_on, subscription.resumes_on) == (date(2026, 4, 20), date(2026, 6, 1))
    confirm(as_alice, f"/subscriptions/{subscription.number}/drop-pause/")
    subscription.refresh_from_db()
    assert (subscription.pauses_on, subscription.resumes_on, subscription.pause_resume_rule) == (None, None, "")


def test_a_resume_rule_changed_after_the_page_was_shown_brings_it_again(as_alice, alice, clock):
    clock(date(2026, 4, 5))
    subscription = started(alice, START, resume_rule="give_back")
    form = hidden_inputs(as_alice.get(page(subscription)))
    subscription.product.resume_rule = "keep"
    subscription.product.save()
    response = as_alice.post(page(subscription), form)
    said = "When it resumes: Keep the billing day (before: Give unused days back)."
    assert said in response.content.decode()
    subscription.refresh_from_db()
    assert subscription.status == "active"


def test_the_limit_counts_a_pause_that_the_job_has_not_written_yet(as_alice, alice, clock):
    clock(date(2026, 4, 5))
    subscription = started(alice, START, pause_starts="period_end", max_pauses_per_year=1)
    shown = as_alice.post(page(subscription), {"resumes_on": "2026-04-25", "preview": "1"})
    as_alice.post(page(subscription), hidden_inputs(shown) | {"resumes_on": "2026-04-25"})
    clock(date(2026, 4, 25))
    assert as_alice.get(page(subscription)).status_code == 409


def test_confirming_the_same_resume_date_again_records_nothing(as_alice, hosting):
    confirm(as_alice, page(hosting))
    redate = f"/subscriptions/{hosting.number}/resume-date/"
    shown = as_alice.post(redate, {"resumes_on": "2026-05-10", "preview": "1"})
    for _ in range(2):
        as_alice.post(redate, hidden_inputs(shown) | {"resumes_on": "2026-05-10"})
    assert SubscriptionEvent.objects.filter(kind="resume_date_changed").count() == 1


def test_staff_on_their_own_subscription_are_bound_in_the_portal(agent, clock):
    clock(date(2026, 4, 5))
    subscription = started(agent, START, allow_pause=False)
    assert signed_in(agent).get(page(subscription)).status_code == 403


@pytest.mark.parametrize("number", ["S-%00", "x", "S-123", "S-7KQ4M2X", "S-7KQ4M2"])
def test_an_odd_number_is_a_404(as_alice, number):
    assert as_alice.get(f"/subscriptions/{number}/pause/").status_code == 404
