"""Parts, gaps and discounts in currencies of two, none and three digits, rounded half up (`docs/design.md`, Billing).

A period from 20 April to 20 May has 30 days; the notice from 1 April ends on 1 May, after 11 of them.
"""

from datetime import date
from decimal import Decimal

import pytest

from subscriptions.models import Invoice
from tests.factories import PlanFactory, started
from tests.subscriptions.story import bills, listed, told

pytestmark = [pytest.mark.django_db, pytest.mark.sampled]

SPLIT = "04-01 request, 04-28 withdraw, 05-20 job"
ONE_DAY = "03-22 request, 04-20 withdraw, 05-20 job"
GAP = "04-05 pause, 05-10 resume"
DISCOUNTED = "04-01 discount 33 1"


@pytest.mark.parametrize(
    ("currency", "price", "story", "expected"),
    [
        ("EUR", "19.99", "04-20 job", "04-20 05-20 19.99"),
        ("JPY", "1000", "04-20 job", "04-20 05-20 1000"),
        ("KWD", "9.999", "04-20 job", "04-20 05-20 9.999"),
        ("RSD", "1299.99", "04-20 job", "04-20 05-20 1299.99"),
        ("IQD", "9.999", "04-20 job", "04-20 05-20 9.999"),
        # 11/30: 7.3297, 366.67, 3.6663; the rest is the price less that.
        ("EUR", "19.99", SPLIT, "04-20 05-01 7.33, 05-01 05-20 12.66, 05-20 06-20 19.99"),
        ("JPY", "1000", SPLIT, "04-20 05-01 367, 05-01 05-20 633, 05-20 06-20 1000"),
        ("RSD", "19.99", SPLIT, "04-20 05-01 7.33, 05-01 05-20 12.66, 05-20 06-20 19.99"),
        ("IQD", "9.999", SPLIT, "04-20 05-01 3.666, 05-01 05-20 6.333, 05-20 06-20 9.999"),
        ("KWD", "9.999", SPLIT, "04-20 05-01 3.666, 05-01 05-20 6.333, 05-20 06-20 9.999"),
        # 1/30 is just half a unit: 0.005, 1.5, 0.0005.
        ("EUR", "0.15", ONE_DAY, "04-20 04-21 0.01, 04-21 05-20 0.14, 05-20 06-20 0.15"),
        ("JPY", "45", ONE_DAY, "04-20 04-21 2, 04-21 05-20 43, 05-20 06-20 45"),
        ("KWD", "0.015", ONE_DAY, "04-20 04-21 0.001, 04-21 05-20 0.014, 05-20 06-20 0.015"),
        # 1/30 is less than half a unit.
        ("EUR", "0.14", ONE_DAY, "04-20 04-21 0.00, 04-21 05-20 0.14, 05-20 06-20 0.14"),
        ("JPY", "14", ONE_DAY, "04-20 04-21 0, 04-21 05-20 14, 05-20 06-20 14"),
        ("KWD", "0.014", ONE_DAY, "04-20 04-21 0.000, 04-21 05-20 0.014, 05-20 06-20 0.014"),
        # The price less 20/30: 13.3267, 666.67, 6.666.
        ("EUR", "19.99", GAP, "05-10 05-20 6.66"),
        ("JPY", "1000", GAP, "05-10 05-20 333"),
        ("KWD", "9.999", GAP, "05-10 05-20 3.333"),
        # 33 % off a period: 6.5967, 330, 3.2997.
        ("EUR", "19.99", f"{DISCOUNTED}, 05-20 job", "04-20 05-20 13.39, 05-20 06-20 19.99"),
        ("JPY", "1000", f"{DISCOUNTED}, 05-20 job", "04-20 05-20 670, 05-20 06-20 1000"),
        ("KWD", "9.999", f"{DISCOUNTED}, 05-20 job", "04-20 05-20 6.699, 05-20 06-20 9.999"),
        # Off the first part 2.4189, 121.11, 1.2098; off the rest what is left of the period's discount.
        ("EUR", "19.99", f"{DISCOUNTED}, {SPLIT}", "04-20 05-01 4.91, 05-01 05-20 8.48, 05-20 06-20 19.99"),
        ("JPY", "1000", f"{DISCOUNTED}, {SPLIT}", "04-20 05-01 246, 05-01 05-20 424, 05-20 06-20 1000"),
        ("KWD", "9.999", f"{DISCOUNTED}, {SPLIT}", "04-20 05-01 2.456, 05-01 05-20 4.243, 05-20 06-20 9.999"),
        # Off the gap: 2.1978, 109.89, 1.0999.
        ("EUR", "19.99", f"{DISCOUNTED}, {GAP}", "05-10 05-20 4.46"),
        ("JPY", "1000", f"{DISCOUNTED}, {GAP}", "05-10 05-20 223"),
        ("KWD", "9.999", f"{DISCOUNTED}, {GAP}", "05-10 05-20 2.233"),
        # Half of an odd unit is rounded up, in the customer's favor.
        ("EUR", "19.99", "04-01 discount 50 1, 04-20 job", "04-20 05-20 9.99"),
        ("JPY", "999", "04-01 discount 50 1, 04-20 job", "04-20 05-20 499"),
        ("KWD", "9.999", "04-01 discount 50 1, 04-20 job", "04-20 05-20 4.999"),
        ("EUR", "0.01", "04-01 discount 50 1, 04-20 job", "04-20 05-20 0"),
    ],
)
def test_amounts_are_rounded_half_up_and_the_parts_of_a_period_add_up(alice, currency, price, story, expected):
    subscription = started(alice, date(2026, 3, 20), PlanFactory(amount=Decimal(price), currency=currency))
    told(subscription, story)
    assert bills(subscription)[1:] == listed(expected)


@pytest.mark.parametrize(("currency", "price"), [("EUR", "0.14"), ("JPY", "14"), ("KWD", "0.014")])
def test_a_part_that_comes_to_zero_is_an_invoice_that_is_paid(alice, currency, price):
    subscription = started(alice, date(2026, 3, 20), PlanFactory(amount=Decimal(price), currency=currency))
    told(subscription, ONE_DAY)
    assert list(Invoice.objects.order_by("covers_from").values_list("status", flat=True)) == [
        "open", "paid", "open", "open",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("currency", "price", "total", "off"),
    [
        ("EUR", "19.99", "13.39", "6.60"),
        ("JPY", "1000", "670", "330"),
        ("KWD", "9.999", "6.699", "3.300"),
        ("RSD", "19.99", "13.39", "6.60"),
    ],
)
def test_the_invoices_page_shows_the_currencys_digits(as_alice, alice, clock, currency, price, total, off):
    clock(date(2026, 4, 20))
    subscription = started(alice, date(2026, 3, 20), PlanFactory(amount=Decimal(price), currency=currency))
    told(subscription, f"{DISCOUNTED}, 04-20 job")
    page = as_alice.get(subscription.invoices.first().get_absolute_url()).content.decode()
    assert f"{total}</strong>" in page
    assert f"{off}</td>" in page
