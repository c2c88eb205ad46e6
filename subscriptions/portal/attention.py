"""What of a customer's subscriptions and invoices needs attention first, for the start page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Q, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from products import money
from subscriptions.billing.catch_up import as_of
from subscriptions.models import Invoice, Subscription
from subscriptions.models.invoice import label
from subscriptions.rules.dates_in_words import day
from subscriptions.rules.states import Status

if TYPE_CHECKING:
    from portal_project.accounts.models import User

SOON = timedelta(days=14)
MOST = 20


@dataclass(frozen=True)
class Attention:
    """One thing, in words, and the page on which something can be done about it."""

    text: str
    detail: str
    url: str
    is_late: bool = False


def invoices(customer: "User", today: date) -> list[Attention]:
    """What is overdue, then what is open: each as one, with its sum by currency. One statement."""
    sums = Invoice.objects.filter(subscription__customer=customer).open_sums(today)
    groups = {late: [group for group in sums if group["late"] == late] for late in (True, False)}
    return [_invoices(group, is_late=late) for late, group in groups.items() if group]


def _invoices(sums: list[dict[str, Any]], *, is_late: bool) -> Attention:
    count, due = sum(each["count"] for each in sums), min(each["due"] for each in sums)
    amounts = ", ".join(money.formatted(each["amount"], each["currency"]) for each in sums)
    number = sums[0]["first"]
    if is_late:
        text = ngettext("Invoice %(number)s is overdue", "%(count)d invoices are overdue", count)
        detail = _("%(amounts)s, due since %(day)s")
    else:
        text = ngettext("Invoice %(number)s is to be paid", "%(count)d invoices are to be paid", count)
        detail = _("%(amounts)s, due on %(day)s") if count == 1 else _("%(amounts)s, the first due on %(day)s")
    words = text % {"number": label(number), "count": count}
    url = reverse("invoices:detail", args=[number]) if count == 1 else reverse("invoices:list")
    return Attention(words, detail % {"amounts": amounts, "day": day(due)}, url, is_late)


def dates(customer: "User", today: date) -> list[tuple[Subscription, Attention]]:
    """The next `MOST` ends, trials' ends and resumes within two weeks, the first one first; with their subscriptions."""
    last = today + SOON
    near = (
        Q(cancels_on__range=(today, last))
        | Q(cancels_on=None, resumes_on__range=(today, last))
        | Q(cancels_on=None, status=Status.TRIALING, period_end__range=(today, last))
    )
    first = Coalesce("cancels_on", Case(When(status=Status.TRIALING, then="period_end")), "resumes_on")
    mine = Subscription.objects.filter(near, customer=customer).select_related("plan__product").order_by(first, "pk")
    told = [found for row in mine[:MOST] for found in _date(as_of(row, today), last)]
    return [(subscription, item) for _on, subscription, item in sorted(told, key=lambda each: (each[0], each[1].pk))]


def _date(subscription: Subscription, last: date) -> Iterator[tuple[date, Subscription, Attention]]:
    """With its day; none where catching up has shown that it is over."""
    detail, on = f"{subscription.plan.shown_name} · {subscription.number}", None
    if subscription.cancels_on:
        on, text = subscription.cancels_on, _("%(product)s ends on %(day)s")
    elif subscription.status == Status.PAUSED and subscription.resumes_on:
        on, text = subscription.resumes_on, _("%(product)s resumes on %(day)s")
    elif subscription.status == Status.TRIALING:
        on, text = subscription.period_end, _("The trial of %(product)s ends on %(day)s")
        detail = _("Then it costs %(price)s") % {"price": subscription.price}
    if on and on <= last:
        words = text % {"product": subscription.product.shown_name, "day": day(on)}
        yield on, subscription, Attention(words, detail, subscription.get_absolute_url())
