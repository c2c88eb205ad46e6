"""Why a date is the date it is: in words, made from the rule and its inputs (`docs/design.md`, Dates and Billing)."""

from datetime import date

import pytest

from subscriptions.billing.catch_up import as_of
from subscriptions.lifecycle import due
from subscriptions.lifecycle.unit_of_work import changing_one
from subscriptions.models import Channel, Subscription
from subscriptions.preview import reasons
from tests.conftest import signed_in
from tests.factories import PlanFactory, ProductFactory, started
from tests.pages import confirm, hidden_inputs
from tests.subscriptions.test_pages import pause

KEEP, GIVE_BACK = {"resume_rule": "keep"}, {"resume_rule": "give_back"}


def act(subscription, on, verb, *arguments, by=None, **values):
    """Do it on the day, with everything that is due before."""
    row = Subscription.objects.filter(pk=subscription.pk)
    who = by or subscription.customer
    with changing_one(row, today=on, by=who, channel=Channel.PORTAL) as locked:
        getattr(locked, verb)(on, *arguments, **values)


def why(subscription, on, date_of="period_end", reader=None):
    shown = as_of(Subscription.objects.for_policies(on).get(pk=subscription.pk), on)
    return reasons.why_dates(shown, reasons.History.of(shown, reader or shown.customer))[date_of]


def rhythm(alice, interval, count, start):
    product = ProductFactory()
    return started(alice, start, PlanFactory(product=product, interval=interval, interval_count=count))


@pytest.mark.parametrize(
    ("interval", "count", "start", "today", "sentence"),
    [
        ("month", 1, date(2026, 3, 20), date(2026, 4, 5), "Billed every month from 20 March 2026."),
        ("month", 3, date(2026, 1, 15), date(2026, 4, 15), "Billed every 3 months from 15 January 2026."),
        ("week", 2, date(2026, 1, 31), date(2026, 2, 20), "Billed every 2 weeks from 31 January 2026."),
        ("day", 10, date(2026, 1, 31), date(2026, 2, 20), "Billed every 10 days from 31 January 2026."),
        (
            "month",
            1,
            date(2026, 1, 31),
            date(2026, 2, 5),
            "Billed every month from 31 January 2026; where the month is shorter, on its last day.",
        ),
        ("month", 1, date(2026, 1, 31), date(2026, 3, 5), "Billed every month from 31 January 2026."),
        (
            "year",
            1,
            date(2024, 2, 29),
            date(2024, 5, 1),
            "Billed every year from 29 February 2024; where the month is shorter, on its last day.",
        ),
        ("year", 1, date(2024, 2, 29), date(2027, 3, 5), "Billed every year from 29 February 2024."),
    ],
)
def test_the_next_billing_date_follows_the_rhythm(alice, interval, count, start, today, sentence):
    subscription = rhythm(alice, interval, count, start)
    assert why(subscription, today) == sentence
    assert why(subscription, today, "first_bill") == sentence


@pytest.mark.parametrize(("days", "runs"), [(1, "1 day"), (14, "14 days")])
def test_a_trial_ends_after_its_days(alice, days, runs):
    subscription = started(alice, date(2026, 3, 1), PlanFactory(trial_days=days))
    end = date(2026, 3, 1 + days)
    said = f"The trial runs for {runs} from 1 March 2026, so it ends on {end.day} March 2026."
    assert why(subscription, date(2026, 3, 1)) == said
    counted = f"Billing counts from the end of the trial, {end.day} March 2026."
    assert why(subscription, date(2026, 3, 1), "first_bill") == counted
    assert why(subscription, end) == f"Billed every month from {end.day} March 2026. {counted}"


# Billed to 20 April, as in the design (`docs/design.md`, Resuming): paused, resumed, then the day asked about and what it says.
MOVED = (
    "34 unused days of the pause from 5 April 2026 to 10 May 2026 are given back, "
    "so billing moves from 20 April 2026 to 24 May 2026."
)
LAST_DAY = (
    "20 unused days of the pause from 19 April 2026 to 10 May 2026 are given back, "
    "so billing moves from 20 April 2026 to 10 May 2026."
)
ONE = (
    "1 unused day of the pause from 5 April 2026 to 7 April 2026 is given back, "
    "so billing moves from 20 April 2026 to 21 April 2026."
)
NEW = "The billed days were over when the pause began, on 20 April 2026, so a new period begins when it ends, on 10 May 2026."
GAP = "The pause ends on 10 May 2026 and the billing day stays, so the days from then until 20 May 2026 are billed by themselves."
PLAIN = "Billed every month from 20 March 2026."


@pytest.mark.parametrize(
    ("rule", "paused", "resumed", "today", "sentence"),
    [
        (GIVE_BACK, date(2026, 4, 5), date(2026, 5, 10), date(2026, 5, 10), MOVED),
        (
            GIVE_BACK,
            date(2026, 4, 5),
            date(2026, 5, 10),
            date(2026, 5, 24),
            f"Billed every month from 24 May 2026. {MOVED}",
        ),
        (GIVE_BACK, date(2026, 4, 5), date(2026, 4, 6), date(2026, 4, 6), PLAIN),
        (GIVE_BACK, date(2026, 4, 5), date(2026, 4, 7), date(2026, 4, 7), ONE),
        (
            GIVE_BACK,
            date(2026, 4, 19),
            date(2026, 5, 10),
            date(2026, 5, 10),
            f"Billed every month from 10 May 2026. {LAST_DAY}",
        ),
        (KEEP, date(2026, 4, 5), date(2026, 4, 10), date(2026, 4, 10), PLAIN),
        (KEEP, date(2026, 4, 5), date(2026, 5, 10), date(2026, 5, 10), f"{PLAIN} {GAP}"),
        (KEEP, date(2026, 4, 5), date(2026, 5, 10), date(2026, 5, 20), PLAIN),
        (KEEP, date(2026, 4, 5), date(2026, 5, 20), date(2026, 5, 20), PLAIN),
    ],
)
def test_a_pause_moves_the_next_billing_date_by_its_rule(alice, rule, paused, resumed, today, sentence):
    subscription = started(alice, date(2026, 3, 20), **rule)
    act(subscription, paused, "pause", own=True)
    act(subscription, resumed, "resume")
    assert why(subscription, today) == sentence
    due.apply(today)
    assert why(subscription, today) == sentence


@pytest.mark.parametrize(
    ("rule", "paused", "sentence"),
    [(GIVE_BACK, date(2026, 4, 5), MOVED), (KEEP, date(2026, 4, 5), GAP), (GIVE_BACK, date(2026, 4, 19), LAST_DAY)],
)
def test_a_pause_that_ends_by_itself_says_why_the_first_bill_after_it_is_on_its_day(alice, rule, paused, sentence):
    subscription = started(alice, date(2026, 3, 20), **rule)
    act(subscription, paused, "pause", resumes_on=date(2026, 5, 10), own=True)
    assert why(subscription, date(2026, 4, 25), "period_end") == PLAIN
    assert why(subscription, date(2026, 4, 25), "first_bill") == sentence


def test_days_given_back_within_the_days_after_an_earlier_pause_are_all_that_is_said(alice):
    subscription = started(alice, date(2026, 3, 20), **KEEP)
    act(subscription, date(2026, 4, 5), "pause", own=True)
    act(subscription, date(2026, 5, 10), "resume")
    subscription.product.resume_rule = "give_back"
    subscription.product.save()
    act(subscription, date(2026, 5, 12), "pause", own=True)
    act(subscription, date(2026, 5, 15), "resume")
    assert why(subscription, date(2026, 5, 15)) == (
        "2 unused days of the pause from 12 May 2026 to 15 May 2026 are given back, so billing moves from 20 May 2026 to "
        "22 May 2026."
    )


def test_a_pause_after_the_billed_days_starts_a_new_period(alice):
    subscription = started(alice, date(2026, 3, 20), pause_starts="period_end", **GIVE_BACK)
    act(subscription, date(2026, 4, 5), "pause", own=True)
    act(subscription, date(2026, 5, 10), "resume")
    assert why(subscription, date(2026, 5, 10)) == f"Billed every month from 10 May 2026. {NEW}"


def test_another_rhythm_counts_from_the_day_of_the_change(alice):
    subscription = started(alice, date(2026, 3, 20))
    yearly = PlanFactory(product=subscription.product, name="Yearly", interval="year")
    act(subscription, date(2026, 4, 5), "change_plan", yearly)
    counts = "Billing counts from 20 April 2026, when the plan changed to another rhythm."
    assert why(subscription, date(2026, 4, 20)) == f"Billed every year from 20 April 2026. {counts}"


def test_a_period_is_billed_in_part_up_to_a_promised_end_and_its_rest_after_the_withdrawal(alice):
    subscription = started(alice, date(2026, 3, 20))
    act(subscription, date(2026, 4, 1), "schedule_cancellation", date(2026, 5, 1))
    part = "The period from 20 April 2026 until 20 May 2026 is billed only up to the end, on 1 May 2026."
    assert why(subscription, date(2026, 4, 20)) == part
    assert why(subscription, date(2026, 4, 20), "first_bill") == ""
    act(subscription, date(2026, 4, 28), "withdraw_cancellation")
    rest = "only the days before 1 May 2026 are billed, because it was to end then; the rest is billed on that day."
    assert why(subscription, date(2026, 4, 28)) == f"Of the period from 20 April 2026 until 20 May 2026 {rest}"
    assert why(subscription, date(2026, 5, 1)) == PLAIN


BACK = (
    "of the pause from 29 April 2026 to {0} May 2026 are given back, so billing moves from 1 May 2026 to {1} May 2026."
)


@pytest.mark.parametrize(
    ("resumed", "today", "sentence"),
    [
        (
            date(2026, 5, 10),
            date(2026, 5, 10),
            f"10 unused days {BACK.format(10, 11)} Then the rest of the period from 20 April 2026 until 20 May 2026 is billed.",
        ),
        (date(2026, 5, 10), date(2026, 5, 11), PLAIN),
        (date(2026, 5, 19), date(2026, 5, 19), f"{PLAIN} 19 unused days {BACK.format(19, 20)}"),
        (date(2026, 5, 19), date(2026, 5, 20), PLAIN),
        (date(2026, 5, 20), date(2026, 5, 20), f"20 unused days {BACK.format(20, 21)}"),
    ],
)
def test_days_given_back_within_a_period_that_is_billed_in_part_move_its_rest(alice, resumed, today, sentence):
    subscription = started(alice, date(2026, 3, 20), **GIVE_BACK)
    act(subscription, date(2026, 4, 1), "schedule_cancellation", date(2026, 5, 1))
    act(subscription, date(2026, 4, 28), "withdraw_cancellation")
    act(subscription, date(2026, 4, 29), "pause", resumes_on=resumed, own=True)
    if today == resumed:
        assert why(subscription, date(2026, 4, 29), "first_bill") == sentence
    assert why(subscription, today) == sentence


@pytest.mark.parametrize(
    ("longest", "resumes_on", "sentence"),
    [
        (None, date(2026, 5, 10), "Chosen by you on 5 April 2026."),
        (30, date(2026, 4, 20), "Chosen by you on 5 April 2026."),
        (30, None, "The longest pause is 30 days, counted from 5 April 2026."),
        (1, None, "The longest pause is 1 day, counted from 5 April 2026."),
        (None, None, ""),
    ],
)
def test_a_resume_date_was_chosen_or_is_that_of_the_longest_pause(alice, longest, resumes_on, sentence):
    subscription = started(alice, date(2026, 3, 20), max_pause_days=longest)
    act(subscription, date(2026, 4, 5), "pause", resumes_on=resumes_on, own=True)
    assert why(subscription, date(2026, 4, 5), "resumes_on") == sentence


def test_a_resume_date_that_passed_during_the_notice_is_the_day_of_the_withdrawal(alice):
    subscription = started(alice, date(2026, 3, 20))
    act(subscription, date(2026, 4, 5), "pause", resumes_on=date(2026, 4, 20))
    act(subscription, date(2026, 4, 6), "schedule_cancellation", date(2026, 5, 6))
    row = Subscription.objects.get()
    row.withdraw_cancellation(date(2026, 4, 28))
    assert reasons.why_dates(row, reasons.History.of(row, alice))["resumes_on"] == (
        "It was to resume on 20 April 2026, while its end was scheduled; the cancellation was withdrawn on 28 April 2026, "
        "so it resumes then."
    )


def test_who_chose_is_named_as_the_reader_may_know_them(alice, agent, merchant):
    subscription = started(alice, date(2026, 3, 20))
    act(subscription, date(2026, 4, 5), "pause", resumes_on=date(2026, 5, 10), by=agent)
    for reader, who in ((alice, "our staff"), (merchant, "Sam Support"), (agent, "you")):
        assert why(subscription, date(2026, 4, 5), "resumes_on", reader) == f"Chosen by {who} on 5 April 2026."
        assert why(subscription, date(2026, 4, 5), "paused_on", reader) == f"Paused by {who}, with effect at once."


def test_a_planned_pause_that_was_dropped_does_not_tell_of_another_on_its_day(alice, agent):
    subscription = started(alice, date(2026, 3, 20), pause_starts="period_end")
    act(subscription, date(2026, 4, 5), "pause", own=True)
    act(subscription, date(2026, 4, 6), "drop_pause")
    type(subscription.product).objects.update(pause_starts="at_once")
    act(subscription, date(2026, 4, 20), "pause", by=agent)
    assert why(subscription, date(2026, 4, 20), "paused_on") == "Paused by our staff, with effect at once."


def test_a_pause_at_the_end_of_the_billed_days_says_so_before_and_after_it_begins(alice):
    subscription = started(alice, date(2026, 3, 20), pause_starts="period_end")
    act(subscription, date(2026, 4, 5), "pause", own=True)
    before = "The pause begins when the billed days are over, and it is billed until 20 April 2026."
    assert why(subscription, date(2026, 4, 5), "pauses_on") == before
    after = "Planned by you on 5 April 2026, for when the billed days were over."
    assert why(subscription, date(2026, 4, 20), "paused_on") == after


@pytest.mark.parametrize(
    ("planned", "sentence"),
    [
        (None, "Ended at once by you."),
        (date(2026, 5, 5), "Ended at once by you; it was to end on 5 May 2026."),
        (date(2026, 4, 10), "The cancellation was requested on 5 April 2026."),
    ],
)
def test_an_end_was_asked_for_or_came_at_once(alice, planned, sentence):
    subscription = started(alice, date(2026, 3, 20))
    if planned:
        act(subscription, date(2026, 4, 5), "schedule_cancellation", planned)
    if planned != date(2026, 4, 10):
        act(subscription, date(2026, 4, 10), "cancel")
    assert why(subscription, date(2026, 4, 10), "end") == sentence


def text(response):
    return " ".join(response.content.decode().split())


def test_the_portals_page_says_why_beside_each_date(as_alice, alice, clock):
    clock(date(2026, 4, 5))
    subscription = started(alice, date(2026, 3, 20), max_pause_days=35, **GIVE_BACK)
    page = text(as_alice.get(subscription.get_absolute_url()))
    assert 'Why this date?<span class="sr"> Next billing date</span>' in page
    assert page.count(f"<p>{PLAIN}</p>") == 2
    pause(as_alice, subscription)
    page = text(as_alice.get(subscription.get_absolute_url()))
    assert "Paused by you, with effect at once." in page
    assert "The longest pause is 35 days, counted from 5 April 2026." in page
    assert MOVED in page
    clock(date(2026, 5, 10))
    assert MOVED in text(signed_in(alice).get(subscription.get_absolute_url()))


def test_an_end_is_explained_as_its_request_was_told_also_when_it_has_come(as_alice, as_agent, alice, clock):
    clock(date(2026, 4, 5))
    subscription = started(alice, date(2026, 3, 20))
    confirm(as_alice, f"/subscriptions/{subscription.number}/cancel/", reason="other")
    told = "30 days’ notice from 5 April 2026 ends on 5 May 2026, after the billed days (until 20 April 2026)"
    admin = f"/admin/subscriptions/subscription/{subscription.pk}/change/"
    assert told in text(as_alice.get(subscription.get_absolute_url()))
    assert told in text(as_agent.get(admin))
    clock(date(2026, 5, 5))
    due.apply(date(2026, 5, 5))
    assert told in text(signed_in(alice).get(subscription.get_absolute_url()))


def test_the_admins_page_says_why_under_each_date_and_escapes_names(as_agent, agent, merchant, alice, clock):
    clock(date(2026, 4, 5))
    merchant.name = "<Mia>"
    merchant.save()
    subscription = started(alice, date(2026, 3, 20))
    act(subscription, date(2026, 4, 5), "pause", resumes_on=date(2026, 5, 10), by=merchant)
    page = text(as_agent.get(f"/admin/subscriptions/subscription/{subscription.pk}/change/"))
    assert PLAIN in page
    assert "Chosen by &lt;Mia&gt; on 5 April 2026." in page


@pytest.mark.parametrize(
    ("action", "typed", "product", "sentence"),
    [
        ("pause", {"resumes_on": "2026-05-10"}, KEEP, GAP),
        ("pause", {"resumes_on": "2026-05-10"}, GIVE_BACK, MOVED),
        ("pause", {}, {"max_pause_days": 30}, "The longest pause is 30 days, counted from 5 April 2026."),
        (
            "pause",
            {},
            {"pause_starts": "period_end"},
            "The pause begins when the billed days are over, and it is billed until 20 April 2026.",
        ),
        ("cancel", {}, {}, "30 days’ notice from 5 April 2026 ends on 5 May 2026"),
    ],
)
def test_the_page_of_an_action_says_why_for_the_dates_it_announces(
    as_alice, alice, clock, action, typed, product, sentence
):
    clock(date(2026, 4, 5))
    subscription = started(alice, date(2026, 3, 20), **product)
    response = as_alice.post(f"/subscriptions/{subscription.number}/{action}/", {"preview": "1"} | typed)
    assert hidden_inputs(response)["announced"]
    assert sentence in text(response)


def test_an_end_that_came_from_another_system_says_so(as_alice, alice, clock):
    clock(date(2026, 4, 5))
    subscription = started(alice, date(2026, 3, 20))
    subscription.events.update(kind="imported", channel="import")
    Subscription.objects.update(cancels_on=date(2026, 5, 1), due_on=date(2026, 4, 20))
    page = subscription.get_absolute_url()
    assert "<p>It was brought over with this end.</p>" in text(as_alice.get(page))
    clock(date(2026, 5, 1))
    assert "<p>It was brought over with this end.</p>" in text(signed_in(alice).get(page))
