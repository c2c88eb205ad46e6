"""What a subscription brings in a month: one function for the home of the admin, lists and queue (`docs/design.md`, Numbers)."""

from decimal import Decimal

from products.intervals import a_month


def mrr(amount: Decimal, interval: str, interval_count: int, discount_percent: int, tax_rate: Decimal) -> Decimal:
    """Of a price paid every so many intervals, less a discount in percent and without the tax it includes; not rounded."""
    return without_tax(with_tax(amount, interval, interval_count, discount_percent), tax_rate)


def with_tax(amount: Decimal, interval: str, interval_count: int, discount_percent: int) -> Decimal:
    return a_month(amount * (100 - discount_percent) / 100, interval, interval_count)


def without_tax(amount: Decimal, tax_rate: Decimal) -> Decimal:
    """Prices include their tax; `tax_rate` is in percent."""
    return amount * 100 / (100 + tax_rate)
