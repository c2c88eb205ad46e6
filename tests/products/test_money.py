from decimal import Decimal

import pytest

from products import money


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("19", "EUR", "€19.00"),
        ("1500", "JPY", "¥1,500"),
        ("9.999", "KWD", "KWD\N{NO-BREAK SPACE}9.999"),
        ("-36.67", "CHF", "-CHF\N{NO-BREAK SPACE}36.67"),
        ("0.1", "USD", "$0.10"),
    ],
)
def test_an_amount_is_written_with_its_currencys_digits(amount, currency, expected):
    assert money.formatted(Decimal(amount), currency) == expected


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [("0.005", "EUR", "0.01"), ("0.0149", "EUR", "0.01"), ("0.5", "JPY", "1"), ("0.0005", "KWD", "0.001")],
)
def test_half_a_unit_is_rounded_up(amount, currency, expected):
    assert money.rounded(Decimal(amount), currency) == Decimal(expected)


@pytest.mark.parametrize(
    ("code", "known"), [("EUR", True), ("KWD", True), ("XXX", False), ("XAU", False), ("eur", False)]
)
def test_a_currency_is_one_that_can_be_paid_in(code, known):
    assert money.is_currency(code) is known
