"""What a bulk act would come to, added up: per group how many, why, and what they bring in a month (`docs/design.md`, Bulk acts).

Kept as JSON: `{"ready:paused": {"count": 2, "reason": "", "sums": {"EUR": ["19.00", "0"]}}}`.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices

from products import money
from subscriptions.bulk.trying import Outcome
from subscriptions.models import BulkRow, EventKind, Subscription
from subscriptions.rules.mrr import mrr
from subscriptions.rules.states import Status

IN_NOTICE = "in_notice"
Kept = dict[str, dict[str, Any]]


def standing(subscription: Subscription) -> str:
    """In which of few ways it stands, for telling refusals apart."""
    is_leaving = subscription.cancels_on and subscription.status != Status.CANCELED
    return IN_NOTICE if is_leaving else str(subscription.status)


def value_now(subscription: Subscription) -> Decimal:
    """Its MRR, as the numbers count it: of who is active alone."""
    if subscription.status != Status.ACTIVE:
        return Decimal(0)
    return _mrr(subscription, subscription.amount, subscription.interval, subscription.interval_count)


def value_afterwards(subscription: Subscription) -> Decimal:
    """Its MRR once all that is scheduled has come."""
    if subscription.status != Status.ACTIVE or subscription.cancels_on or subscription.pauses_on:
        return Decimal(0)
    amount, interval, count = subscription.amount, subscription.interval, subscription.interval_count
    if subscription.new_amount is not None:
        amount = subscription.new_amount
    elif subscription.next_amount is not None:
        amount, interval = subscription.next_amount, subscription.next_interval
        count = subscription.next_interval_count or 1
    return _mrr(subscription, amount, interval, count)


def _mrr(subscription: Subscription, amount: Decimal, interval: str, count: int) -> Decimal:
    return mrr(amount, interval, count, subscription.discount_percent, subscription.product.tax_rate)


def add(kept: Kept, outcome: Outcome, stood: str, was: Decimal, subscription: Subscription) -> None:
    """Count one more; `stood` and `was` are its standing and value before."""
    what = outcome.form.trial.events[0].kind if outcome.form else stood
    group = kept.setdefault(f"{outcome.state}:{what}", {"count": 0, "reason": outcome.reason, "sums": {}})
    group["count"] += 1
    if outcome.form:
        sums = group["sums"].setdefault(subscription.currency, ["0", "0"])
        for place, more in enumerate((was, value_afterwards(subscription))):
            sums[place] = str(Decimal(sums[place]) + more)


@dataclass(frozen=True)
class Group:
    """As its page shows it."""

    state: str
    what: str
    """What would happen, or in which way those stand to which it is not possible."""
    count: int
    reason: str
    sums: list[tuple[str, str]]
    """What they bring in a month, by currency: now, and afterwards."""

    @property
    def label(self) -> str:
        """Of those to which nothing is done."""
        return f"{_label(BulkRow.State, self.state)}: {self.what.lower()}"


def shown(kept: Kept) -> list[Group]:
    """Those to be done first, then the others, each the larger ones first."""
    found = [_shown(key, group) for key, group in kept.items()]
    order = {state: place for place, state in enumerate(BulkRow.State.values)}
    return sorted(found, key=lambda group: (order.get(group.state, len(order)), -group.count, group.what))


def _shown(key: str, group: dict[str, Any]) -> Group:
    state, _colon, what = key.partition(":")
    if state == BulkRow.State.READY:
        label = _label(EventKind, what)
    else:
        label = "In notice" if what == IN_NOTICE else _label(Status, what)
    sums = [
        (
            money.formatted(money.rounded(Decimal(was), code), code),
            money.formatted(money.rounded(Decimal(now), code), code),
        )
        for code, (was, now) in sorted(group["sums"].items())
    ]
    return Group(state, label, group["count"], group["reason"], sums)


def _label(names: type[TextChoices], kept: str) -> str:
    """Bare where another version of the portal has counted what this one does not know."""
    return str(dict(names.choices).get(kept, kept))
