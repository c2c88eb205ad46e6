"""What is owed. The only maker of invoices; saves nothing (`docs/design.md`, Billing)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Self

from portal_project.accounts import languages
from portal_project.accounts.models import InvoicedParty, Merchant, buyer
from products import money
from subscriptions.models import Invoice, LineKind, Subscription, SubscriptionEvent
from subscriptions.rules import periods
from subscriptions.rules.states import Status


def owed(subscription: Subscription, today: date) -> list[Invoice]:
    """The invoice, not yet issued, for the days that begin where billing stopped; none before they begin.

    Only an active subscription owes: no invoice is made for a paused day. In notice the last period is billed up to the end.
    """
    start = subscription.period_end
    if subscription.status != Status.ACTIVE or start > today:
        return []
    period = periods.period_around(*subscription.rhythm, start)
    end = min(period[1], subscription.cancels_on) if subscription.cancels_on else period[1]
    kind = _kind(subscription, period, start, end)
    percent = subscription.split_discount_percent if kind == LineKind.REST else subscription.discount_percent
    return [_Part(subscription, kind, period, start, end, percent).invoice(subscription.plan.product.tax_rate, today)]


@dataclass(frozen=True)
class End:
    """What invoices need to know of an end: the first day without the subscription, and the day that was promised, if any."""

    on: date
    promised_on: date | None

    @classmethod
    def told_by(cls, event: SubscriptionEvent) -> Self:
        """Of the event that ended the subscription; only an end that was scheduled had been promised."""
        return cls(event.effective_on, event.before("cancels_on"))


@dataclass(frozen=True)
class Correction:
    """What an end does to an open invoice: it becomes void, and one for its days up to the end, if any, is made instead."""

    void: Invoice
    instead: Invoice | None


def correction(invoice: Invoice, subscription: Subscription, end: End, today: date) -> Correction | None:
    """What the end does to the invoice, or None where it stays as it is; what is made instead is not yet issued.

    Nobody pays for days on or after the end; for days before it, an end at once refunds nothing, but a promised one does.
    """
    if invoice.status != Invoice.Status.OPEN:
        return None
    if invoice.covers_from >= end.on:
        return Correction(invoice, None)
    if end.promised_on and end.promised_on < invoice.covers_to:
        return Correction(invoice, _up_to_end(invoice, subscription, end.promised_on, today))
    return None


def _up_to_end(invoice: Invoice, subscription: Subscription, end: date, today: date) -> Invoice:
    """The invoice for those days of another one that lie before `end`: by days, with its share of the discount."""
    line, *discounts = invoice.lines
    kind, whole = LineKind(line["kind"]), timedelta(days=line["of"])
    # By what it says itself: a pause may have moved the subscription's own boundaries since.
    begins_period = kind in (LineKind.FULL, LineKind.DAYS)
    start = invoice.covers_from if begins_period else invoice.covers_to - whole
    percent = discounts[0]["percent"] if discounts else 0
    kind = LineKind.DAYS if begins_period else kind
    part = _Part(subscription, kind, (start, start + whole), invoice.covers_from, end, percent)
    return part.invoice(invoice.tax_rate, today)


def issue(invoices: list[Invoice], merchant: Merchant, parties: Mapping[int, InvoicedParty], first_number: int) -> None:
    """Number the invoices and copy onto them who sells, who buys, and how and until when to pay.

    `parties` are those of the customers, by these; not every customer has one.
    """
    # In the language of who buys, whoever it is that bills: names of countries, product and plan, and how to pay.
    seller, days = cache(lambda language: merchant.seller), timedelta(days=merchant.payment_days)
    for number, invoice in enumerate(invoices, start=first_number):
        customer = invoice.subscription.customer
        invoice.number, invoice.subscription_id = number, invoice.subscription.pk
        with languages.writing_to(customer) as language:
            invoice.seller, invoice.buyer = seller(language), buyer(customer, parties.get(customer.pk))
            invoice.payment_instructions = str(merchant.shown_payment_instructions)
            billed = invoice.lines[0]
            billed |= {name: billed[name].in_present_language() for name in ("product", "plan")}
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


@dataclass(frozen=True)
class _Part:
    """The days `[start, end)` of a period, and the discount in percent that they get."""

    subscription: Subscription
    kind: LineKind
    period: tuple[date, date]
    start: date
    end: date
    percent: int

    def invoice(self, tax_rate: Decimal, today: date) -> Invoice:
        price = by_days(self.subscription, self.period, self.start, self.end)
        discount = self._discount(price)
        amount = price - discount
        return Invoice(
            subscription=self.subscription,
            covers_from=self.start,
            covers_to=self.end,
            amount=amount,
            currency=self.subscription.currency,
            tax_rate=tax_rate,
            lines=self._lines(price, discount),
            # Nothing is left to pay of an invoice of zero.
            status=Invoice.Status.OPEN if amount else Invoice.Status.PAID,
            issued_on=today,
        )

    def _discount(self, price: Decimal) -> Decimal:
        """What is taken off, rounded half up; the rest of a split period gets the period's discount less its first part's."""
        if self.kind != LineKind.REST:
            return self._percent_of(price)
        taken = self._percent_of(_up_to(self.subscription, self.period, self.start))
        return self._percent_of(_up_to(self.subscription, self.period, self.end)) - taken

    def _percent_of(self, amount: Decimal) -> Decimal:
        percent = self.percent
        return money.rounded(amount * percent / 100, self.subscription.currency) if percent else Decimal(0)

    def _lines(self, price: Decimal, discount: Decimal) -> list[dict[str, Any]]:
        """What is billed and why, as JSON holds it: the days, then the discount."""
        line = {
            "kind": self.kind,
            "product": self.subscription.plan.product.shown_name,
            "plan": self.subscription.plan.shown_name,
            "days": (self.end - self.start).days,
            "of": (self.period[1] - self.period[0]).days,
            "amount": str(money.rounded(price, self.subscription.currency)),
        }
        if not discount:
            return [line]
        return [line, {"kind": LineKind.DISCOUNT, "percent": self.percent, "amount": str(-discount)}]


def _kind(subscription: Subscription, period: tuple[date, date], start: date, end: date) -> LineKind:
    if (start, end) == period:
        return LineKind.FULL
    if start == period[0]:
        return LineKind.DAYS
    return LineKind.REST if subscription.continues_split_period else LineKind.GAP
