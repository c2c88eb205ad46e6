"""What may be accepted, as a table: what is offered, as an alternative of the merchant's or by staff, and how things stand."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from products.models import OfferKind, Plan, Product
from subscriptions.rules.offers import in_words, may_accept
from subscriptions.rules.states import Status

TODAY = date(2026, 4, 10)
CUSTOMER = SimpleNamespace(is_staff=False, has_perm=lambda name: False)
SWITCHES = {"allow_pause": True, "max_pause_days": None, "max_pauses_per_year": None}
DATES = {
    "status": Status.ACTIVE,
    "period_end": date(2026, 4, 20),
    "paused_on": None,
    "pauses_on": None,
    "resumes_on": None,
    "cancels_on": None,
    "canceled_on": None,
    "own_pauses_in_year": 0,
    "discount_percent": 0,
    "discount_invoices_left": 0,
    "currency": "EUR",
    "next_plan": None,
    "next_plan_id": None,
    "on": "Monthly",
    "chosen": "",
}
PAUSED = {"status": Status.PAUSED, "paused_on": date(2026, 4, 1)}
NOTICE = {"cancels_on": date(2026, 5, 1)}
CANCELED = {"status": Status.CANCELED, "canceled_on": date(2026, 4, 1)}
TRIALING = {"status": Status.TRIALING}
NO_PAUSING = {"allow_pause": False}
ONCE_A_YEAR = {"max_pauses_per_year": 1, "own_pauses_in_year": 1}
DISCOUNTED = {"discount_percent": 10, "discount_invoices_left": 2}


def subscription(**differences):
    switches = {name: differences.pop(name, value) for name, value in SWITCHES.items()}
    values = DATES | differences
    return SimpleNamespace(
        **values,
        plan=Plan(pk=1, name="Monthly", product=Product(pk=1, name="Hosting", **switches)),
        customer=CUSTOMER,
        is_on=lambda plan: plan.name == values["on"],
        goes_over_to=lambda plan: plan.name == values["chosen"],
    )


def terms(kind, **values):
    return SimpleNamespace(
        **{"kind": kind, "percent": None, "invoices": None, "pause_days": None, "plan": None} | values
    )


def plan(**values):
    values = {"product": Product(pk=1, name="Hosting"), "currency": "EUR", "is_active": True} | values
    return Plan(**{"pk": 2, "name": "Small", "amount": Decimal(40), "interval": "month"} | values)


PAUSE, PICKED = terms(OfferKind.PAUSE, pause_days=30), terms(OfferKind.PAUSE)
HALF = terms(OfferKind.DISCOUNT, percent=50, invoices=3)
SMALL = terms(OfferKind.PLAN, plan=plan())
TALK = terms(OfferKind.TALK)


@pytest.mark.parametrize(
    ("offered", "how", "as_alternative", "by_staff"),
    [
        (PAUSE, {}, "ok", "ok"),
        # The switch binds neither, the limits bind what everybody gets.
        (PAUSE, NO_PAUSING, "ok", "ok"),
        (PAUSE, ONCE_A_YEAR, "not_now", "ok"),
        (PAUSE, {"max_pauses_per_year": 2, "own_pauses_in_year": 1}, "ok", "ok"),
        (PAUSE, {"max_pause_days": 30}, "ok", "ok"),
        (PAUSE, {"max_pause_days": 29}, "not_now", "ok"),
        (PICKED, {"max_pause_days": 29}, "ok", "ok"),
        (PAUSE, PAUSED, "done", "done"),
        (PAUSE, {"pauses_on": date(2026, 4, 20)}, "done", "done"),
        (PAUSE, TRIALING, "not_now", "not_now"),
        (PAUSE, NOTICE, "not_now", "not_now"),
        (PAUSE, CANCELED, "not_now", "not_now"),
        (HALF, {}, "ok", "ok"),
        (HALF, TRIALING, "ok", "ok"),
        (HALF, PAUSED, "ok", "ok"),
        (HALF, DISCOUNTED, "not_now", "ok"),
        (HALF, {"discount_percent": 50, "discount_invoices_left": 3}, "done", "done"),
        (HALF, CANCELED, "not_now", "not_now"),
        (SMALL, {}, "ok", "ok"),
        (SMALL, DISCOUNTED, "ok", "ok"),
        (SMALL, {"on": "Small"}, "done", "done"),
        (SMALL, {"chosen": "Small"}, "done", "done"),
        (SMALL, CANCELED, "not_now", "not_now"),
        (terms(OfferKind.PLAN, plan=plan(is_active=False)), {}, "not_now", "not_now"),
        (terms(OfferKind.PLAN, plan=plan(product=Product(pk=7, name="Mail"))), {}, "not_now", "not_now"),
        (terms(OfferKind.PLAN, plan=plan(currency="USD")), {}, "not_now", "not_now"),
        (TALK, CANCELED, "ok", "ok"),
    ],
)
def test_a_customer_may_accept_it(offered, how, as_alternative, by_staff):
    verdicts = [
        may_accept(offered, subscription(**how), by=CUSTOMER, today=TODAY, limited=limited) for limited in (True, False)
    ]
    assert [verdict.code for verdict in verdicts] == [as_alternative, by_staff]
    assert [bool(verdict.reason) for verdict in verdicts] == [as_alternative != "ok", by_staff != "ok"]


@pytest.mark.parametrize(
    ("offered", "words"),
    [
        (PAUSE, "A pause of 30 days"),
        (PICKED, "A pause until a day that you choose"),
        (terms(OfferKind.DISCOUNT, percent=20, invoices=1), "20 % off the next invoice"),
        (HALF, "50 % off the next 3 invoices"),
        (SMALL, "Small, €40.00 / month"),
        (TALK, ""),
    ],
)
def test_what_is_offered_is_said_in_words(offered, words):
    assert in_words(offered) == words
