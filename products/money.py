"""Amounts of money: digits and rounding per currency, and how they are written; free of the database."""

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from babel.core import get_global
from babel.numbers import format_currency, get_currency_precision
from django.utils.translation import get_language, to_locale

LETTER_BEFORE_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)")


@cache
def currencies() -> frozenset[str]:
    """The codes that can be paid in: legal tender somewhere, without a last day (CLDR). So neither XXX, gold, nor DEM."""
    territories = get_global("territory_currencies").values()
    return frozenset(code for used in territories for code, _first, last, tender in used if tender and not last)


def is_currency(code: str) -> bool:
    return code in currencies()


def digits(currency: str) -> int:
    """How many digits follow the point: 2 for EUR, 0 for JPY, 3 for KWD (ISO 4217)."""
    return get_currency_precision(currency)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The amount to the currency's smallest unit, half up."""
    return amount.quantize(Decimal(1).scaleb(-digits(currency)), rounding=ROUND_HALF_UP)


def is_exact(amount: Decimal, currency: str) -> bool:
    return rounded(amount, currency) == amount


def formatted(amount: Decimal, currency: str) -> str:
    """The amount as people read it, such as €19.00 or KWD 9.999, in the present language."""
    text = format_currency(amount, currency, locale=to_locale(get_language() or "en"))
    # CLDR sets letters apart from digits that follow them; Babel does not.
    return LETTER_BEFORE_DIGIT.sub("\N{NO-BREAK SPACE}", text)
