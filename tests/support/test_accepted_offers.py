"""What is billed after staff's offer was accepted: the next three invoices, as offer, page and mail had announced them."""

from datetime import date

import pytest

from products.models import Product
from subscriptions.lifecycle import due
from subscriptions.models import Invoice
from support.jobs import follow_up
from support.models import Offer
from tests.conftest import signed_in
from tests.factories import PlanFactory, ProductFactory, started
from tests.pages import confirm, hidden_inputs, receipt
from tests.support.test_offers import desk, offer, shown, states, text_of

DISCOUNT = {"kind": "discount", "percent": "20", "invoices": "2"}
MONTH = {"kind": "pause", "pause_days": "30"}


@pytest.fixture
def product():
    return ProductFactory(name="Hosting")


@pytest.fixture
def leaving(alice, product, clock):
    """Asked to cancel on 5 April: 100.00 a month since 20 March; or in its trial until 13 April; or paused until 10 May."""

    def begin(state, **rule):
        Product.objects.filter(pk=product.pk).update(**rule)
        first, trial_days = (date(2026, 3, 30), 14) if state == "trial" else (date(2026, 3, 20), 0)
        clock(date(2026, 4, 5))
        hosting = started(alice, first, PlanFactory(product=product, trial_days=trial_days))
        client, page = signed_in(alice), hosting.get_absolute_url()
        if state == "paused":
            typed = {"resumes_on": "2026-05-10"}
            seen = client.post(f"{page}pause/", typed | {"preview": "1"})
            client.post(f"{page}pause/", hidden_inputs(seen) | typed)
        confirm(client, f"{page}cancel/", reason="other", message="")
        return hosting

    return begin


@pytest.fixture
def terms(product):
    small = PlanFactory(product=product, name="Small", amount=40)
    return {"pause": MONTH, "discount": DISCOUNT, "plan": {"kind": "plan", "plan": str(small.pk)}}


def lines(bills, on="on"):
    return [f"{getattr(bill, on):%m-%d} {bill.amount:.2f}" for bill in bills]


def billed(hosting, after):
    due.apply(date(2026, 8, 1))
    live = Invoice.objects.filter(subscription=hosting, covers_from__gt=after).exclude(status="void")
    return lines(live.order_by("covers_from"), "covers_from")[:3]


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("state", "day", "kind", "expected"),
    [
        # Ends on 5 May; the invoice of 20 April is to come.
        ("running", 6, "discount", ["04-20 80.00", "05-20 80.00", "06-20 100.00"]),
        ("running", 6, "plan", ["04-20 40.00", "05-20 40.00", "06-20 40.00"]),
        ("running", 6, "pause", ["05-06 46.67", "05-20 100.00", "06-20 100.00"]),
        # The part of the period up to the end is billed; its rest has that part's terms, and counts as no invoice.
        ("running", 25, "discount", ["05-05 50.00", "05-20 80.00", "06-20 80.00"]),
        ("running", 25, "plan", ["05-05 50.00", "05-20 40.00", "06-20 40.00"]),
        ("running", 25, "pause", ["05-25 83.87", "06-20 100.00", "07-20 100.00"]),
        # Ends with its trial.
        ("trial", 6, "discount", ["04-13 80.00", "05-13 80.00", "06-13 100.00"]),
        ("trial", 6, "plan", ["04-13 40.00", "05-13 40.00", "06-13 40.00"]),
        # The days up to the next boundary, a third of a period, count as an invoice.
        ("paused", 6, "discount", ["05-10 26.66", "05-20 80.00", "06-20 100.00"]),
        ("paused", 6, "plan", ["05-10 13.33", "05-20 40.00", "06-20 40.00"]),
    ],
)
def test_the_next_three_invoices_are_those_that_were_announced(
    alice, agent, leaving, terms, clock, state, day, kind, expected
):
    today = date(2026, 4, day)
    hosting = leaving(state)
    clock(today)
    due.apply(today)
    follow_up.run(today)
    staff, customer = signed_in(agent), signed_in(alice)
    assert lines(shown(staff, **terms[kind]).context["form"].effect.bills) == expected
    offer(staff, **terms[kind])
    page = Offer.objects.get().get_absolute_url()
    assert lines(customer.get(page).context["form"].effect.bills) == expected
    given = receipt(confirm(customer, page))
    assert states() == ["accepted"]
    assert billed(hosting, today) == expected
    assert (given.kind, given.subscription) == ("offer", hosting.number)
    assert [bill["total"] for bill in given.bills] == [f"€{line.partition(' ')[2]}" for line in expected]


@pytest.mark.parametrize(
    ("rule", "day", "expected"),
    [
        ({"pause_starts": "period_end"}, 6, ["05-20 100.00", "06-20 100.00", "07-20 100.00"]),
        # From 5 May to 4 June, as the part up to 5 May is billed.
        ({"pause_starts": "period_end"}, 25, ["06-04 51.61", "06-20 100.00", "07-20 100.00"]),
        # Paused from 6 April to 6 May, of which all days but the first are given back: 20 April moves to 19 May.
        ({"resume_rule": "give_back"}, 6, ["05-19 100.00", "06-19 100.00", "07-19 100.00"]),
    ],
)
def test_a_pause_that_was_offered_begins_and_ends_as_the_product_says(
    alice, agent, leaving, clock, rule, day, expected
):
    today = date(2026, 4, day)
    hosting = leaving("running", **rule)
    clock(today)
    due.apply(today)
    offer(signed_in(agent), **MONTH)
    customer, page = signed_in(alice), Offer.objects.get().get_absolute_url()
    assert lines(customer.get(page).context["form"].effect.bills) == expected
    confirm(customer, page)
    assert billed(hosting, today) == expected


@pytest.mark.parametrize("state", ["trial", "paused"])
def test_neither_a_trial_nor_what_is_paused_is_offered_a_pause(as_agent, leaving, state):
    leaving(state)
    text = text_of(shown(as_agent, **MONTH))
    assert {"trial": "trial", "paused": "This subscription is already paused."}[state] in text
    assert as_agent.post(desk("offer"), hidden_inputs(as_agent.get(desk("offer"))) | MONTH).status_code == 200
    assert not Offer.objects.exists()


def test_whoever_asks_to_cancel_again_has_the_notice_anew_and_the_discount_until_then(alice, agent, leaving, clock):
    """No agreement to stay was recorded, so that the first date is over."""
    hosting = leaving("running")
    offer(signed_in(agent), **DISCOUNT)
    customer = signed_in(alice)
    confirm(customer, Offer.objects.get().get_absolute_url())
    clock(date(2026, 4, 10))
    confirm(signed_in(alice), f"{hosting.get_absolute_url()}cancel/", reason="other", message="")
    hosting.refresh_from_db()
    assert hosting.cancels_on == date(2026, 5, 10)
    due.apply(date(2026, 5, 10))
    # 20 of the 30 days of the period, less 20 %.
    assert f"{Invoice.objects.latest('covers_from').amount:.2f}" == "53.34"
