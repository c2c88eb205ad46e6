"""What is billed after an alternative was accepted: the next three invoices, as the page had announced them."""

from datetime import date

import pytest

from subscriptions.lifecycle import due
from subscriptions.models import Invoice
from tests.factories import PlanFactory, ProductFactory, started
from tests.pages import confirm
from tests.support.test_alternatives import TODAY, accept, address, merchant, offer

DISCOUNT = {"kind": "discount", "percent": 20, "invoices": 2}


@pytest.fixture
def product(clock):
    """100.00 a month; today is 5 April."""
    clock(TODAY)
    merchant(comparison_percent=0)
    return ProductFactory(name="Hosting")


@pytest.fixture
def of(as_alice, alice, product, clock):
    """A subscription that is running since 20 March, in its trial until 13 April, or paused until 10 May."""

    def begin(state):
        if state == "trial":
            return started(alice, date(2026, 3, 30), PlanFactory(product=product, trial_days=14))
        hosting = started(alice, date(2026, 3, 20), PlanFactory(product=product))
        if state == "paused":
            page = f"/subscriptions/{hosting.number}/pause/"
            seen = as_alice.post(page, {"resumes_on": "2026-05-10", "preview": "1"})
            as_alice.post(page, {"announced": seen.context["form"].announcement, "resumes_on": "2026-05-10"})
        return hosting

    return begin


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("state", "kind", "expected"),
    [
        ("running", "pause", ["05-05 50.00", "05-20 100.00", "06-20 100.00"]),
        ("running", "discount", ["04-20 80.00", "05-20 80.00", "06-20 100.00"]),
        ("running", "plan", ["04-20 40.00", "05-20 40.00", "06-20 40.00"]),
        ("trial", "discount", ["04-13 80.00", "05-13 80.00", "06-13 100.00"]),
        ("trial", "plan", ["04-13 40.00", "05-13 40.00", "06-13 40.00"]),
        # The days up to the next boundary, a third of a period, count as an invoice.
        ("paused", "discount", ["05-10 26.66", "05-20 80.00", "06-20 100.00"]),
        ("paused", "plan", ["05-10 13.33", "05-20 40.00", "06-20 40.00"]),
    ],
)
def test_the_next_three_invoices_are_those_that_were_announced(as_alice, product, of, state, kind, expected):
    hosting = of(state)
    terms = {
        "pause": {"kind": "pause", "pause_days": 30},
        "discount": DISCOUNT,
        "plan": {"kind": "plan", "plan": PlanFactory(product=product, name="Small", amount=40)},
    }[kind]
    alternative = offer(hosting, **terms)
    announced = as_alice.get(address(hosting, alternative)).context["form"].effect.bills
    assert [f"{bill.on:%m-%d} {bill.amount:.2f}" for bill in announced] == expected
    assert accept(as_alice, hosting, alternative).status_code == 302
    due.apply(date(2026, 7, 1))
    billed = Invoice.objects.filter(subscription=hosting, covers_from__gt=TODAY).order_by("covers_from")
    lines = [f"{invoice.covers_from:%m-%d} {invoice.amount:.2f}" for invoice in billed]
    assert lines[:3] == expected


@pytest.mark.parametrize(("state", "code"), [("trial", 409), ("paused", 302)])
def test_neither_a_trial_nor_what_is_paused_is_offered_a_pause(as_alice, of, state, code):
    """What is paused already is so; that leads to it."""
    hosting = of(state)
    pause = offer(hosting, pause_days=30)
    assert "A pause of" not in as_alice.get(f"/subscriptions/{hosting.number}/cancel/").content.decode()
    assert as_alice.get(address(hosting, pause)).status_code == code


def test_whoever_asks_to_cancel_afterwards_gets_the_usual_date_with_the_discount(as_alice, of):
    hosting = of("running")
    accept(as_alice, hosting, offer(hosting, **DISCOUNT))
    confirm(as_alice, f"/subscriptions/{hosting.number}/cancel/", reason="other", message="")
    hosting.refresh_from_db()
    assert hosting.cancels_on == date(2026, 5, 5)
    due.apply(date(2026, 5, 5))
    assert f"{Invoice.objects.latest('covers_from').amount:.2f}" == "40.00"
