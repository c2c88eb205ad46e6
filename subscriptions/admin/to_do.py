"""What waits for staff among subscriptions and invoices."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import QuerySet
from django.urls import reverse

from portal_project.common.counting import MOST
from portal_project.common.to_do import ToDo
from products import money
from subscriptions.admin.filters import LATE, late, listed
from subscriptions.models import Invoice, Subscription
from subscriptions.rules.mrr import mrr
from subscriptions.rules.states import Status

WEEK = timedelta(days=7)


def _ending(today: date) -> QuerySet[Subscription]:
    return Subscription.objects.filter(cancels_on__lte=today + WEEK)


def _worth(today: date) -> str:
    """What the active ones of them bring in a month, such as "€57.00 a month"."""
    price = ("currency", "amount", "interval", "interval_count", "discount_percent", "plan__product__tax_rate")
    active = _ending(today).filter(status=Status.ACTIVE).order_by().values_list(*price)
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for currency, *of_one in active[:MOST]:
        sums[currency] += mrr(*of_one)
    if not sums:
        return ""
    amounts = ", ".join(money.formatted(money.rounded(sums[each], each), each) for each in sorted(sums))
    return f"{amounts} MRR"


TO_DO = [
    ToDo(
        10,
        "Ending within a week",
        "subscriptions.view_subscription",
        _ending,
        lambda today: listed(cancels_on_from=today, cancels_on_to=today + WEEK),
        _worth,
    ),
    ToDo(
        60,
        "Subscriptions that could not be brought up to date",
        "subscriptions.view_subscription",
        late,
        lambda today: listed(counted=LATE),
    ),
    ToDo(
        70,
        "Overdue invoices",
        "subscriptions.change_invoice",
        Invoice.objects.overdue,
        lambda today: f"{reverse('admin:subscriptions_invoice_changelist')}?overdue=yes",
    ),
]
