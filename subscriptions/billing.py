"""What is owed. The only maker of invoices; saves nothing (`design.md`, section 6)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from portal_project.accounts.models import Merchant
from products import money
from subscriptions import periods
from subscriptions.models import Invoice, LineKind, Subscription
from subscriptions.states import Status


def owed(subscription: Subscription, today: date) -> list[Invoice]:
    """The invoice, not yet issued, for the days that begin where billing stopped; none before they begin.

    Only an active subscription owes: no invoice is made for a paused day. In notice the last period is billed up to the end.
    """
    start = subscription.period_end
    if subscription.status != Status.ACTIVE or start > today:
        return []
    period = periods.period_around(*subscription.rhythm, start)
    end = min(period[1], subscription.cancels_on) if subscription.cancels_on else period[1]
    price = by_days(subscription, period, start, end)
    discount = _discount(subscription, period, start, end)
    amount = price - discount
    return [
        Invoice(
            subscription=subscription,
            covers_from=start,
            covers_to=end,
            amount=amount,
            currency=subscription.currency,
            tax_rate=subscription.product.tax_rate,
            lines=_lines(subscription, period, start, end, price, discount),
            # Nothing is left to pay of an invoice of zero.
            status=Invoice.Status.OPEN if amount else Invoice.Status.PAID,
            issued_on=today,
        )
    ]


def issue(invoices: list[Invoice], merchant: Merchant, first_number: int) -> None:
    """Number the invoices and copy onto them who sells, who buys, and how and until when to pay."""
    seller, days = merchant.seller, timedelta(days=merchant.payment_days)
    for number, invoice in enumerate(invoices, start=first_number):
        customer = invoice.subscription.customer
        invoice.number, invoice.subscription_id = number, invoice.subscription.pk
        invoice.seller, invoice.payment_instructions = seller, merchant.payment_instructions
        invoice.buyer = f"{customer.name}\n{customer.email}".strip()
        invoice.due_on = invoice.issued_on + days


def by_days(subscription: Subscription, period: tuple[date, date], start: date, end: date) -> Decimal:
    """The price of the days `[start, end)` of the period: what it costs up to `end` less what it costs up to `start`."""
    return _up_to(subscription, period, end) - _up_to(subscription, period, start)


def _up_to(subscription: Subscription, period: tuple[date, date], day: date) -> Decimal:
    if day == period[0]:
        return Decimal(0)
    if day == period[1]:
        return subscription.amount
    days, whole = (day - period[0]).days, (period[1] - period[0]).days
    # Multiplied first: a share such as 7/30 is not exact, and half a cent would be rounded down.
    return money.rounded(subscription.amount * days / whole, subscription.currency)


def _discount(subscription: Subscription, period: tuple[date, date], start: date, end: date) -> Decimal:
    """What is taken off, rounded half up; the rest of a split period gets the period's discount less its first part's."""
    if not subscription.continues_split_period:
        percent = subscription.discount_percent
        return _percent(by_days(subscription, period, start, end), percent, subscription.currency)
    percent = subscription.split_discount_percent
    taken = _percent(_up_to(subscription, period, start), percent, subscription.currency)
    return _percent(_up_to(subscription, period, end), percent, subscription.currency) - taken


def _percent(amount: Decimal, percent: int, currency: str) -> Decimal:
    return money.rounded(amount * percent / 100, currency) if percent else Decimal(0)


def _lines(
    subscription: Subscription, period: tuple[date, date], start: date, end: date, price: Decimal, discount: Decimal
) -> list[dict[str, Any]]:
    """What is billed and why, as JSON holds it: the days, then the discount."""
    line = {
        "kind": _kind(subscription, period, start, end),
        "product": subscription.product.name,
        "plan": subscription.plan.name,
        "days": (end - start).days,
        "of": (period[1] - period[0]).days,
        "amount": str(money.rounded(price, subscription.currency)),
    }
    if not discount:
        return [line]
    percent = subscription.split_discount_percent if line["kind"] == LineKind.REST else subscription.discount_percent
    return [line, {"kind": LineKind.DISCOUNT, "percent": percent, "amount": str(-discount)}]


def _kind(subscription: Subscription, period: tuple[date, date], start: date, end: date) -> LineKind:
    if (start, end) == period:
        return LineKind.FULL
    if start == period[0]:
        return LineKind.DAYS
    return LineKind.REST if subscription.continues_split_period else LineKind.GAP
