from decimal import Decimal

import pytest
from django.utils.translation import override

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


@pytest.mark.parametrize("code", ["AFN", "ALL", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SOS", "SYP", "YER"])
def test_an_everyday_price_has_none_of_the_two_digits_that_the_money_has(code):
    """All but IQD of the currencies that CLDR gives other digits than ISO 4217."""
    assert money.digits(code) == 2
    assert money.is_exact(Decimal("1299.99"), code)
    assert money.formatted(Decimal("1299.9"), code) == f"{code}\N{NO-BREAK SPACE}1,299.90"


def test_the_dinar_of_iraq_has_three_digits():
    assert money.formatted(Decimal("1299.999"), "IQD") == "IQD\N{NO-BREAK SPACE}1,299.999"
    assert money.rounded(Decimal("0.0005"), "IQD") == Decimal("0.001")


def test_every_currency_has_the_digits_of_iso_4217():
    other = {code: money.digits(code) for code in sorted(money.currencies()) if money.digits(code) != 2}
    assert other == {
        "BHD": 3, "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "IQD": 3, "ISK": 0, "JOD": 3, "JPY": 0, "KMF": 0, "KRW": 0,
        "KWD": 3, "LYD": 3, "OMR": 3, "PYG": 0, "RWF": 0, "TND": 3, "UGX": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0,
        "XPF": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("language", "amount", "currency", "expected"),
    [
        ("de", "1299.99", "RSD", "1.299,99\N{NO-BREAK SPACE}RSD"),
        ("fr", "1299.9", "IQD", "1\u202f299,900\N{NO-BREAK SPACE}IQD"),
        ("de", "1500", "JPY", "1.500\N{NO-BREAK SPACE}¥"),
    ],
)
def test_other_languages_write_the_same_digits(language, amount, currency, expected):
    with override(language):
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
