from datetime import date
from decimal import Decimal

import pytest

from portal_project.common import parsing


@pytest.mark.parametrize(
    ("text", "amount"), [("12.50", "12.50"), ("0", "0"), ("007.1", "7.1"), ("99999999999.999", "99999999999.999")]
)
def test_an_amount_has_digits_and_a_point(text, amount):
    assert parsing.amount(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    [
        *("", " 1", "1_5.0", "sNaN", "NaN", "Infinity", "1e5", "-5", "+5", "0x10", ".5", "5.", "1.2345", "1" * 12),
        *("12,50", "1,000.00", "١٢.٥", "１２", "²", "€5", "5\n", "9" * 131_072),
    ],
)
def test_nothing_else_is_an_amount(text):
    with pytest.raises(ValueError, match=r"^$"):
        parsing.amount(text)


def test_a_day_is_written_as_year_month_day():
    assert parsing.day("2028-02-29") == date(2028, 2, 29)


@pytest.mark.parametrize(
    "text", ["", "2027-02-29", "29.2.2028", "20280229", "2028-W09-2", "0001-01-01", "3000-01-01", "２０２８-02-29"]
)
def test_nothing_else_is_a_day(text):
    with pytest.raises(ValueError, match=r"^$|day is out of range|must be in range"):
        parsing.day(text)


def test_what_is_quoted_stands_on_one_short_line():
    assert parsing.quoted(" a\r\n\tb ") == '"a b"'
    assert parsing.quoted("x" * 131_072) == '"' + "x" * 59 + '…"'
