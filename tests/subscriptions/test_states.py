"""The table and `next_step`, over things that only look like subscriptions."""

from dataclasses import dataclass, replace
from datetime import date

import pytest

from subscriptions.rules.actions import ACTIONS, is_possible
from subscriptions.rules.states import Action, Status, next_step


@dataclass(frozen=True)
class Dates:
    status: str = Status.ACTIVE
    period_end: date = date(2026, 4, 20)
    paused_on: date | None = None
    pauses_on: date | None = None
    resumes_on: date | None = None
    cancels_on: date | None = None
    canceled_on: date | None = None
    next_plan_id: int | None = None
    new_amount: int | None = None


ACTIVE = Dates()
SCHEDULED_PAUSE = Dates(pauses_on=date(2026, 4, 20), resumes_on=date(2026, 6, 1))
NOTICE = Dates(cancels_on=date(2026, 5, 1))
TRIALING = Dates(status=Status.TRIALING)
PAUSED = Dates(status=Status.PAUSED, paused_on=date(2026, 4, 1), resumes_on=date(2026, 6, 1))
PLAN_CHANGE = Dates(next_plan_id=7)
PRICE_CHANGE = Dates(new_amount=120)
PAUSED_IN_NOTICE = replace(PAUSED, cancels_on=date(2026, 5, 1))
CANCELED = Dates(status=Status.CANCELED, canceled_on=date(2026, 4, 1))
STATES = {
    "active": ACTIVE,
    "scheduled pause": SCHEDULED_PAUSE,
    "notice": NOTICE,
    "trialing": TRIALING,
    "paused": PAUSED,
    "paused in notice": PAUSED_IN_NOTICE,
    "canceled": CANCELED,
    "plan change": PLAN_CHANGE,
    "price change": PRICE_CHANGE,
}


@pytest.mark.parametrize(
    ("action", "possible"),
    [
        (Action.PAUSE, {"active", "scheduled pause", "plan change", "price change"}),
        (Action.DROP_PAUSE, {"scheduled pause"}),
        (Action.CHANGE_RESUME_DATE, {"scheduled pause", "paused"}),
        (Action.RESUME, {"paused"}),
        (
            Action.SCHEDULE_CANCELLATION,
            {"active", "scheduled pause", "trialing", "paused", "plan change", "price change"},
        ),
        (Action.WITHDRAW_CANCELLATION, {"notice", "paused in notice"}),
        (Action.CANCEL, set(STATES) - {"canceled"}),
        (Action.GRANT_DISCOUNT, set(STATES) - {"canceled"}),
        (Action.CHANGE_PLAN, set(STATES) - {"canceled"}),
        (Action.DROP_PLAN_CHANGE, {"plan change"}),
        (Action.CHANGE_PRICE, {"active", "scheduled pause", "trialing", "paused", "price change"}),
        (Action.DROP_PRICE_CHANGE, {"price change"}),
    ],
)
def test_an_action_is_possible_in_these_states_and_no_others(action, possible):
    assert {name for name, state in STATES.items() if is_possible(action, state)} == possible


@pytest.mark.parametrize(
    ("action", "done"),
    [
        (Action.PAUSE, {"scheduled pause", "paused", "paused in notice"}),
        (Action.DROP_PAUSE, {"active", "notice", "plan change", "price change"}),
        (Action.CHANGE_RESUME_DATE, set()),
        (Action.RESUME, {"active", "scheduled pause", "notice", "plan change", "price change"}),
        (Action.SCHEDULE_CANCELLATION, {"notice", "paused in notice", "canceled"}),
        (
            Action.WITHDRAW_CANCELLATION,
            {"active", "scheduled pause", "trialing", "paused", "plan change", "price change"},
        ),
        (Action.CANCEL, {"canceled"}),
        (Action.GRANT_DISCOUNT, set()),
        (Action.CHANGE_PLAN, set()),
        (Action.DROP_PLAN_CHANGE, set(STATES) - {"canceled", "plan change"}),
        (Action.CHANGE_PRICE, set()),
        (Action.DROP_PRICE_CHANGE, set(STATES) - {"canceled", "price change"}),
    ],
)
def test_an_action_is_already_done_in_these_states(action, done):
    assert {name for name, state in STATES.items() if ACTIONS[action].is_done(state)} == done


def test_nothing_leads_out_of_canceled():
    assert not [action for action, record in ACTIONS.items() if Status.CANCELED in record.sources]


def test_every_action_has_its_line_in_the_table():
    assert set(ACTIONS) == set(Action)


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (ACTIVE, (date(2026, 4, 20), Action.RENEW)),
        (SCHEDULED_PAUSE, (date(2026, 4, 20), Action.START_PAUSE)),
        (NOTICE, (date(2026, 4, 20), Action.RENEW)),
        (replace(NOTICE, cancels_on=date(2026, 4, 20)), (date(2026, 4, 20), Action.CANCEL)),
        (replace(NOTICE, cancels_on=date(2026, 4, 19)), (date(2026, 4, 19), Action.CANCEL)),
        (TRIALING, (date(2026, 4, 20), Action.CONVERT_TRIAL)),
        (replace(TRIALING, cancels_on=date(2026, 4, 20)), (date(2026, 4, 20), Action.CANCEL)),
        (PAUSED, (date(2026, 6, 1), Action.RESUME)),
        (replace(PAUSED, resumes_on=None), None),
        # While an end is scheduled a resume date asks for nothing.
        (replace(PAUSED_IN_NOTICE, resumes_on=date(2026, 4, 10)), (date(2026, 5, 1), Action.CANCEL)),
        (CANCELED, None),
    ],
)
def test_the_next_step_is_the_earliest_and_an_end_comes_first(state, step):
    assert next_step(state) == step
