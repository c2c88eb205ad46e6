"""Amounts of money: digits and rounding per currency, and how they are written; free of the database."""

from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import format_currency, get_currency_precision, list_currencies
from django.utils.translation import get_language, to_locale


def is_currency(code: str) -> bool:
    return code in list_currencies()


def digits(currency: str) -> int:
    """How many digits follow the point: 2 for EUR, 0 for JPY, 3 for KWD (ISO 4217)."""
    return get_currency_precision(currency)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The amount to the currency's smallest unit, half up."""
    return amount.quantize(Decimal(1).scaleb(-digits(currency)), rounding=ROUND_HALF_UP)


def is_exact(amount: Decimal, currency: str) -> bool:
    return rounded(amount, currency) == amount


def formatted(amount: Decimal, currency: str) -> str:
    """The amount as people read it, such as €19.00, in the present language."""
    return format_currency(amount, currency, locale=to_locale(get_language() or "en"))
