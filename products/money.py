"""Amounts of money: digits and rounding per currency, and how they are written; free of the database."""

import re
from copy import copy
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache

from babel import Locale
from babel.core import get_global
from babel.numbers import NumberPattern, format_currency
from django.utils.translation import get_language

from portal_project.common import facts, locales
from portal_project.common.facts import Fact

LETTER_BEFORE_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)")

# Digits in ISO 4217 that are not 2, of what can be paid in. CLDR, and so Babel, knows those of everyday prices instead: none
# for RSD, say, whose money has 2.
WITHOUT_DIGITS = (
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
)  # fmt: skip
WITH_THREE_DIGITS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
DIGITS = dict.fromkeys(WITHOUT_DIGITS, 0) | dict.fromkeys(WITH_THREE_DIGITS, 3)


@cache
def currencies() -> frozenset[str]:
    """The codes that can be paid in: legal tender somewhere, without a last day (CLDR). So neither XXX, gold, nor DEM."""
    territories = get_global("territory_currencies").values()
    return frozenset(code for used in territories for code, _first, last, tender in used if tender and not last)


def is_currency(code: str) -> bool:
    return code in currencies()


def digits(currency: str) -> int:
    """How many digits follow the point: 2 for EUR, 0 for JPY, 3 for KWD (ISO 4217)."""
    return DIGITS.get(currency, 2)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The amount to the currency's smallest unit, half up."""
    return amount.quantize(Decimal(1).scaleb(-digits(currency)), rounding=ROUND_HALF_UP)


def is_exact(amount: Decimal, currency: str) -> bool:
    return rounded(amount, currency) == amount


def formatted(amount: Decimal, currency: str) -> str:
    """The amount as people read it, such as €19.00 or KWD 9.999, in the present language."""
    return _formatted(amount, currency, get_language() or "en")


def fact(amount: Decimal, currency: str) -> Fact:
    """The same, for whoever reads it."""
    return Fact(money=[str(amount), currency])


facts.KINDS["money"] = lambda amount, currency: formatted(Decimal(amount), currency)


# Prices are few, and stand on every row of a page.
@lru_cache(maxsize=1024)
def _formatted(amount: Decimal, currency: str, language: str) -> str:
    locale = locales.of(language)
    pattern = _pattern(locale, digits(currency))
    text = format_currency(amount, currency, format=pattern, locale=locale, currency_digits=False)
    # CLDR sets letters apart from digits that follow them; Babel does not.
    return LETTER_BEFORE_DIGIT.sub("\N{NO-BREAK SPACE}", text)


@cache
def _pattern(locale: Locale, digits: int) -> NumberPattern:
    pattern = copy(locale.currency_formats["standard"])
    pattern.frac_prec = (digits, digits)
    return pattern
