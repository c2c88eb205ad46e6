"""What is owed. The only maker of invoices; saves nothing (`design.md`, section 6)."""

from datetime import date
from decimal import Decimal

from products import money
from subscriptions import periods
from subscriptions.models import Invoice, Subscription
from subscriptions.states import Status


def owed(subscription: Subscription, today: date) -> list[Invoice]:
    """The invoice, without a number yet, for the days that begin where billing stopped; none before they begin.

    Only an active subscription owes: no invoice is made for a paused day. In notice the last period is billed up to the end.
    """
    start = subscription.period_end
    if subscription.status != Status.ACTIVE or start > today:
        return []
    _start, boundary = periods.period_around(*subscription.rhythm, start)
    end = min(boundary, subscription.cancels_on) if subscription.cancels_on else boundary
    amount = by_days(subscription, start, end)
    return [
        Invoice(
            subscription=subscription,
            covers_from=start,
            covers_to=end,
            amount=amount,
            currency=subscription.currency,
            # Nothing is left to pay of an invoice of zero.
            status=Invoice.Status.OPEN if amount else Invoice.Status.PAID,
            issued_on=today,
        )
    ]


def by_days(subscription: Subscription, start: date, end: date) -> Decimal:
    """The price of the days `[start, end)`, which lie in one period: what it costs up to `end` less up to `start`."""
    period_start, period_end = periods.period_around(*subscription.rhythm, start)

    def up_to(day: date) -> Decimal:
        share = Decimal((day - period_start).days) / Decimal((period_end - period_start).days)
        return money.rounded(subscription.amount * share, subscription.currency)

    return up_to(end) - up_to(start)
