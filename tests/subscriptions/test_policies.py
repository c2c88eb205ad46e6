"""Verdicts as a table: who asks, what the product offers, and how things stand."""

from datetime import date
from types import SimpleNamespace

import pytest

from products.models import Plan, Product
from subscriptions.rules.policies import may
from subscriptions.rules.states import Action, Status

TODAY = date(2026, 4, 10)
CUSTOMER = SimpleNamespace(is_staff=False, has_perm=lambda name: False)
STAFF = SimpleNamespace(is_staff=True, has_perm=lambda name: True)
CLERK = SimpleNamespace(is_staff=True, has_perm=lambda name: False)
SWITCHES = {
    "allow_pause": True,
    "allow_cancel": True,
    "allow_plan_change": False,
    "cancellation_mode": "request",
    "max_pauses_per_year": None,
}
DATES = {
    "status": Status.ACTIVE,
    "period_end": date(2026, 4, 20),
    "paused_on": None,
    "pauses_on": None,
    "resumes_on": None,
    "cancels_on": None,
    "canceled_on": None,
    "own_pauses_in_year": 0,
    "next_plan_id": None,
    "next_plan_is_own": False,
    "next_plan": None,
    "open_plans": 0,
}
PAUSED = {"status": Status.PAUSED, "paused_on": date(2026, 4, 1)}
NOTICE = {"cancels_on": date(2026, 5, 1)}
CANCELED = {"status": Status.CANCELED, "canceled_on": date(2026, 4, 1)}
TRIALING = {"status": Status.TRIALING}
PLAN_CHANGE = {"next_plan_id": 7}
OWN_PLAN_CHANGE = PLAN_CHANGE | {"next_plan_is_own": True}
OPEN = {"allow_plan_change": True, "open_plans": 1}


def subscription(**differences):
    switches = {name: differences.pop(name, value) for name, value in SWITCHES.items()}
    return SimpleNamespace(
        **(DATES | differences),
        plan=Plan(pk=1, name="Monthly", product=Product(name="Hosting", **switches)),
        plan_id=1,
        customer=CUSTOMER,
    )


@pytest.mark.parametrize(
    ("action", "how", "code"),
    [
        (Action.PAUSE, {}, "ok"),
        (Action.PAUSE, {"allow_pause": False}, "not_offered"),
        (Action.PAUSE, NOTICE, "not_now"),
        (Action.PAUSE, TRIALING, "not_now"),
        (Action.PAUSE, CANCELED, "not_now"),
        # What is already so is answered before what is offered, and that before what is possible.
        (Action.PAUSE, PAUSED | {"allow_pause": False}, "done"),
        (Action.PAUSE, NOTICE | {"allow_pause": False}, "not_offered"),
        (Action.PAUSE, {"max_pauses_per_year": 2, "own_pauses_in_year": 1}, "ok"),
        (Action.PAUSE, {"max_pauses_per_year": 2, "own_pauses_in_year": 2}, "not_now"),
        (Action.RESUME, PAUSED | {"allow_pause": False}, "ok"),
        (Action.RESUME, PAUSED | NOTICE, "not_now"),
        (Action.RESUME, {}, "done"),
        (Action.SCHEDULE_CANCELLATION, {}, "ok"),
        (Action.SCHEDULE_CANCELLATION, PAUSED, "ok"),
        (Action.SCHEDULE_CANCELLATION, TRIALING, "ok"),
        (Action.SCHEDULE_CANCELLATION, {"allow_cancel": False}, "not_offered"),
        (Action.SCHEDULE_CANCELLATION, {"cancellation_mode": "immediate"}, "not_offered"),
        (Action.SCHEDULE_CANCELLATION, NOTICE | {"allow_cancel": False}, "done"),
        (Action.CANCEL, {}, "not_offered"),
        (Action.CANCEL, {"cancellation_mode": "immediate"}, "ok"),
        (Action.CANCEL, {"cancellation_mode": "immediate", "allow_cancel": False}, "not_offered"),
        (Action.CANCEL, NOTICE | {"cancellation_mode": "immediate"}, "not_offered"),
        (Action.CANCEL, CANCELED | {"cancellation_mode": "immediate"}, "done"),
        (Action.WITHDRAW_CANCELLATION, NOTICE | {"allow_cancel": False}, "ok"),
        (Action.WITHDRAW_CANCELLATION, {}, "done"),
        (Action.WITHDRAW_CANCELLATION, CANCELED, "not_now"),
        (Action.DROP_PAUSE, {"pauses_on": date(2026, 4, 20), "allow_pause": False}, "ok"),
        (Action.CHANGE_RESUME_DATE, PAUSED | {"allow_pause": False}, "ok"),
        (Action.CHANGE_RESUME_DATE, PAUSED | NOTICE, "not_now"),
        (Action.CHANGE_RESUME_DATE, {}, "not_now"),
        (Action.GRANT_DISCOUNT, {}, "not_offered"),
        (Action.CHANGE_PLAN, {}, "not_offered"),
        (Action.CHANGE_PLAN, OPEN, "ok"),
        (Action.CHANGE_PLAN, OPEN | PAUSED, "ok"),
        (Action.CHANGE_PLAN, OPEN | TRIALING, "ok"),
        (Action.CHANGE_PLAN, OPEN | NOTICE, "not_now"),
        (Action.CHANGE_PLAN, OPEN | CANCELED, "not_now"),
        (Action.CHANGE_PLAN, OPEN | {"open_plans": 0}, "not_now"),
        # Under the lock, where the plan that was chosen is asked about.
        (Action.CHANGE_PLAN, OPEN | {"open_plans": None}, "ok"),
        (Action.DROP_PLAN_CHANGE, PLAN_CHANGE, "not_offered"),
        (Action.DROP_PLAN_CHANGE, PLAN_CHANGE | {"allow_plan_change": True}, "ok"),
        (Action.DROP_PLAN_CHANGE, OWN_PLAN_CHANGE, "ok"),
        (Action.DROP_PLAN_CHANGE, OWN_PLAN_CHANGE | NOTICE, "not_now"),
        (Action.DROP_PLAN_CHANGE, {}, "done"),
    ],
)
def test_a_customer_gets_this_verdict(action, how, code):
    verdict = may(action, subscription(**how), by=CUSTOMER, today=TODAY)
    assert verdict.code == code
    assert bool(verdict.reason) == (code != "ok")


@pytest.mark.parametrize(
    ("action", "how", "code"),
    [
        (Action.PAUSE, {"allow_pause": False, "max_pauses_per_year": 1, "own_pauses_in_year": 1}, "ok"),
        (Action.PAUSE, NOTICE, "not_now"),
        (Action.CANCEL, {"allow_cancel": False}, "ok"),
        (Action.CANCEL, NOTICE, "ok"),
        (Action.CANCEL, CANCELED, "done"),
        (Action.SCHEDULE_CANCELLATION, {"cancellation_mode": "immediate"}, "ok"),
        (Action.GRANT_DISCOUNT, NOTICE, "ok"),
        (Action.GRANT_DISCOUNT, CANCELED, "not_now"),
        (Action.CHANGE_PLAN, PAUSED, "ok"),
        (Action.CHANGE_PLAN, CANCELED, "not_now"),
        (Action.DROP_PLAN_CHANGE, PLAN_CHANGE | NOTICE, "ok"),
        (Action.DROP_PLAN_CHANGE, CANCELED, "not_now"),
    ],
)
def test_staff_are_bound_by_the_table_and_not_by_the_switches(action, how, code):
    assert may(action, subscription(**how), by=STAFF, today=TODAY).code == code


@pytest.mark.parametrize("action", [Action.PAUSE, Action.GRANT_DISCOUNT, Action.CHANGE_PLAN])
def test_staff_without_the_right_are_refused(action):
    assert may(action, subscription(), by=CLERK, today=TODAY).code == "not_offered"


def test_what_staff_agree_on_is_done_by_a_customer_only_where_it_was_offered():
    assert may(Action.GRANT_DISCOUNT, subscription(), by=CUSTOMER, today=TODAY).reason == (
        "This is agreed with our staff, who then do it for you."
    )
    assert may(Action.GRANT_DISCOUNT, subscription(), by=CUSTOMER, today=TODAY, offered=True)
    assert may(Action.CHANGE_PLAN, subscription(), by=CUSTOMER, today=TODAY, offered=True)


def test_something_that_staff_offered_is_not_bound_by_switch_and_limits():
    limited = subscription(allow_pause=False, max_pauses_per_year=1, own_pauses_in_year=1)
    assert may(Action.PAUSE, limited, by=CUSTOMER, today=TODAY, offered=True)


def test_a_refusal_says_why():
    verdict = may(Action.PAUSE, subscription(**NOTICE), by=CUSTOMER, today=TODAY)
    assert verdict.reason == "This subscription ends on 1 May 2026, so it can no longer be paused."
