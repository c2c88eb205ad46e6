"""What is agreed beside the dates: a discount that runs, another plan or price that is to come; as pages and mails tell it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy

from portal_project.common.facts import Fact, sentences, told
from products import money
from products.models import price_fact
from subscriptions.billing.catch_up import take
from subscriptions.models import EventKind, Subscription, SubscriptionEvent
from subscriptions.rules.states import next_step

sentences(
    plan_from_day=gettext_lazy("%(plan)s, %(price)s, from %(day)s"),
    price_from_day=gettext_lazy("%(price)s from %(day)s"),
    price_not_before=gettext_lazy("%(price)s, from the first period that begins on %(day)s or later"),
    price_instead=gettext_lazy("%(price)s instead of %(before)s"),
)


@dataclass(frozen=True)
class Discount:
    percent: int
    invoices: int

    @property
    def fact(self) -> Fact:
        return told("discount", percent=self.percent, count=self.invoices)

    def __str__(self) -> str:
        return str(self.fact)


@dataclass(frozen=True)
class PlanChange:
    """Another plan at its price, such as "€19.00 / month"; `on` is None where no full period is to begin as things stand."""

    plan: str | Fact
    price: Fact
    on: date | None = None
    ends_discount: bool = False
    """Because it is billed in another rhythm."""

    @property
    def fact(self) -> Fact:
        if self.on is None:
            return told("plan_at_price", plan=self.plan, price=self.price)
        return told("plan_from_day", plan=self.plan, price=self.price, day=self.on)

    def __str__(self) -> str:
        return str(self.fact)


@dataclass(frozen=True)
class PriceChange:
    """Another price, such as "€19.00 / month", not before a day; `on` is None where no period is to begin as things stand."""

    price: Fact
    not_before: date
    on: date | None = None

    @property
    def fact(self) -> Fact:
        if self.on is None:
            return told("price_not_before", price=self.price, day=self.not_before)
        return told("price_from_day", price=self.price, day=self.on)

    def __str__(self) -> str:
        return str(self.fact)


@dataclass(frozen=True)
class Terms:
    discount: Discount | None
    plan_change: PlanChange | None
    price_change: PriceChange | None

    @classmethod
    def of(cls, subscription: Subscription) -> "Terms":
        """As things stand; the subscription must be caught up."""
        percent, invoices = subscription.discount_percent, subscription.discount_invoices_left
        discount = Discount(percent, invoices) if invoices else None
        return cls(discount, _plan_change(subscription), _price_change(subscription))


def _plan_change(subscription: Subscription) -> PlanChange | None:
    if subscription.next_plan is None:
        return None
    changed = _that_brings(EventKind.PLAN_CHANGED, subscription, lambda draft: draft.next_plan is not None)
    return PlanChange(
        subscription.next_plan.shown_name,
        price_fact(
            subscription.next_amount or Decimal(0),
            subscription.currency,
            subscription.next_interval,
            subscription.next_interval_count or 1,
        ),
        changed.effective_on if changed else None,
        changed is not None and "discount_percent" in changed.changes,
    )


def _price_change(subscription: Subscription) -> PriceChange | None:
    if subscription.new_amount is None or subscription.new_amount_from is None:
        return None
    price = price_fact(
        subscription.new_amount, subscription.currency, subscription.interval, subscription.interval_count
    )
    changed = _that_brings(EventKind.PRICE_CHANGED, subscription, lambda draft: draft.new_amount is not None)
    return PriceChange(price, subscription.new_amount_from, changed.effective_on if changed else None)


def _that_brings(
    kind: EventKind, subscription: Subscription, is_to_come: Callable[[Subscription], bool]
) -> SubscriptionEvent | None:
    """The change of this kind that the coming days lead to while it `is_to_come`; None where an end or a pause comes first."""
    draft, known = subscription.draft(), len(subscription.new_events)
    while is_to_come(draft) and (step := next_step(draft)):
        take(draft, *step, today=step[0])
    changes = [event for event in draft.new_events[known:] if event.kind == kind]
    return changes[0] if changes else None


def told_by(event: SubscriptionEvent) -> Fact | None:
    """The discount, the plan with its price, or the price that the event says was agreed or dropped; None for other events."""
    match event.kind:
        case EventKind.DISCOUNT_GRANTED:
            return Discount(*(event.changes[name][1] for name in ("discount_percent", "discount_invoices_left"))).fact
        case EventKind.PLAN_CHOSEN:
            return _plan_told_by(event, 1)
        case EventKind.PLAN_CHANGE_DROPPED:
            return _plan_told_by(event, 0)
        case EventKind.PRICE_ANNOUNCED:
            earliest = date.fromisoformat(event.changes["new_amount_from"][1])
            return told("price_not_before", price=_amount_told_by(event, "new_amount", 1), day=earliest)
        case EventKind.PRICE_CHANGE_DROPPED:
            return _amount_told_by(event, "new_amount", 0)
        case EventKind.PRICE_CHANGED:
            before, after = (_amount_told_by(event, "amount", which) for which in (0, 1))
            return told("price_instead", price=after, before=before)
    return None


def _amount_told_by(event: SubscriptionEvent, field: str, which: int) -> Fact:
    """Without the rhythm, which the event does not tell."""
    return money.fact(Decimal(event.changes[field][which]), event.subscription.currency)


def _plan_told_by(event: SubscriptionEvent, which: int) -> Fact:
    """The next plan before the event (0) or after it (1)."""
    plan, amount, interval, count = (
        event.changes[name][which] for name in ("next_plan", "next_amount", "next_interval", "next_interval_count")
    )
    # A text where the event is older than texts in several languages.
    return PlanChange(
        plan if isinstance(plan, str) else Fact(plan),
        price_fact(Decimal(amount), event.subscription.currency, interval, count),
    ).fact
