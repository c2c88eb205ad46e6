"""Why people leave, and what became of it: the requests to cancel, counted (`docs/design.md`, Why people leave).

Ends that nobody requested have no reason, and are counted apart from the requests.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    QuerySet,
    Sum,
    Value,
    Window,
)
from django.db.models.functions import RowNumber, TruncMonth

from subscriptions.models import Subscription, SubscriptionQuerySet
from subscriptions.rules.mrr import mrr
from support.models import CancellationRequest, Message
from support.reports.tenure import conditions, tenure

Decision = CancellationRequest.Decision

IN_NOTICE = ""
LOST = (Decision.ENDED, Decision.CANCELED_NOW)
# What a row stands for: the column of a request, and that of a subscription that ended without one.
KEYS: dict[str, tuple[Any, Any]] = {
    "month": (TruncMonth("requested_on"), TruncMonth("canceled_on")),
    "product": (F("subscription__plan__product"), F("plan__product")),
    "plan": (F("subscription__plan"), F("plan")),
    "tenure": (tenure("subscription__started_on", "requested_on"), tenure("started_on", "canceled_on")),
}
PRICE = ("currency", "interval", "interval_count", "plan__product__tax_rate")


@dataclass(frozen=True)
class Chosen:
    """Which requests: made from the first to the last day, and of these, where it is chosen, one product, plan, …"""

    first: date
    last: date
    product: int | None = None
    plan: int | None = None
    tenure: str = ""
    reason: str = ""


@dataclass
class Money:
    """Amounts a month by currency, which are never added to each other."""

    by_currency: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def add(self, currency: str, amount: Decimal) -> None:
        self.by_currency[currency] += amount


@dataclass
class Tally:
    """Requests by what became of them, and what their subscriptions brought in a month."""

    outcomes: Counter[str] = field(default_factory=Counter)
    lost: Money = field(default_factory=Money)
    at_once: int = 0
    lost_at_once: Money = field(default_factory=Money)
    first_answer: timedelta | None = None

    @property
    def requests(self) -> int:
        return self.outcomes.total()

    def count(self, group: Mapping[str, Any]) -> None:
        decision, money = group["decision"], _a_month(group, "subscription__")
        self.outcomes[decision] += group["count"]
        if decision in LOST:
            self.lost.add(*money)

    def count_at_once(self, group: Mapping[str, Any]) -> None:
        self.at_once += group["count"]
        self.lost_at_once.add(*_a_month(group, ""))


@dataclass
class Report:
    """The requests by one kind of key, by reason, and all of them."""

    rows: defaultdict[Any, Tally] = field(default_factory=lambda: defaultdict(Tally))
    reasons: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    total: Tally = field(default_factory=Tally)

    @property
    def currencies(self) -> list[str]:
        """Of all amounts that it has."""
        amounts = (self.total.lost, self.total.lost_at_once)
        return sorted({currency for money in amounts for currency in money.by_currency})

    @property
    def reasons_in_order(self) -> list[tuple[str, Tally]]:
        """The most frequent first."""
        return sorted(self.reasons.items(), key=lambda item: (-item[1].requests, item[0]))

    def share(self, tally: Tally) -> int:
        """How many of all requests those are, in percent."""
        return round(100 * tally.requests / self.total.requests)


def report(chosen: Chosen, by: str) -> Report:
    """In four statements, whatever there is to count. `by` is one of `KEYS`."""
    found = Report()
    of_request, of_subscription = KEYS[by]
    for group in _grouped(requests(chosen).annotate(key=of_request), "subscription__", "reason", "decision"):
        for tally in (found.rows[group["key"]], found.reasons[group["reason"]], found.total):
            tally.count(group)
    for group in _grouped(ends_at_once(chosen).annotate(key=of_subscription), ""):
        for tally in (found.rows[group["key"]], found.total):
            tally.count_at_once(group)
    for key, wait in _medians(requests(chosen).annotate(key=of_request)).items():
        found.rows[key].first_answer = wait
    found.total.first_answer = _medians(requests(chosen).annotate(key=Value(0))).get(0)
    return found


def requests(chosen: Chosen) -> QuerySet[CancellationRequest]:
    found = CancellationRequest.objects.filter(requested_on__range=(chosen.first, chosen.last)).order_by()
    if chosen.reason:
        found = found.filter(reason__code=chosen.reason)
    return _narrowed(found, chosen, "subscription__", "requested_on")


def ends_at_once(chosen: Chosen) -> SubscriptionQuerySet:
    """Subscriptions that ended in these days without a request; none where one reason is chosen, since they have none."""
    ended = Subscription.objects.filter(canceled_on__range=(chosen.first, chosen.last)).order_by()
    if chosen.reason:
        return ended.none()
    return _narrowed(ended, chosen, "", "canceled_on").filter(ended_without_request())


def ended_without_request() -> Any:
    """Of subscriptions that have ended: that no request brought the end, be it decided already or not."""
    bringing = CancellationRequest.objects.filter(subscription=OuterRef("pk"), decision__in=(IN_NOTICE, *LOST))
    return ~Exists(bringing)


def messages(chosen: Chosen) -> QuerySet[CancellationRequest]:
    """The requests with what their customers wrote on making them; what staff noted for a customer is left out."""
    words = Message.objects.filter(
        ticket=OuterRef("ticket"), author=OuterRef("ticket__customer"), body=OuterRef("message")
    )
    written = requests(chosen).exclude(message="").filter(Exists(words))
    return written.select_related("subscription__plan__product", "subscription__customer")


def _narrowed(rows: Any, chosen: Chosen, path: str, until: str) -> Any:
    if chosen.product:
        rows = rows.filter(**{f"{path}plan__product": chosen.product})
    if chosen.plan:
        rows = rows.filter(**{f"{path}plan": chosen.plan})
    if chosen.tenure:
        rows = rows.filter(*conditions(chosen.tenure, f"{path}started_on", until))
    return rows


def _grouped(rows: Any, path: str, *names: str) -> Iterable[Mapping[str, Any]]:
    """With the prices of each rhythm added up as they are, so that what they come to in a month stays exact."""
    price = [f"{path}{name}" for name in PRICE]
    return rows.values("key", *names, *price).annotate(count=Count("pk"), amount=Sum(f"{path}amount"))


def _a_month(group: Mapping[str, Any], path: str) -> tuple[str, Decimal]:
    currency, interval, count, tax_rate = (group[f"{path}{name}"] for name in PRICE)
    return currency, mrr(group["amount"], interval, count, 0, tax_rate)


def _medians(rows: Any) -> dict[Any, timedelta]:
    """By key, how long half of those that were answered had waited for it; what came over may have been answered elsewhere."""
    waited = ExpressionWrapper(F("answered_at") - F("requested_at"), output_field=DurationField())
    answered = rows.filter(answered_at__gt=F("requested_at")).annotate(waited=waited)
    # These columns alone, because whole rows would have to be sorted, messages and all.
    answered = answered.values("key", "waited")
    placed = answered.annotate(
        place=Window(RowNumber(), partition_by=F("key"), order_by=F("waited").asc()),
        among=Window(Count("*"), partition_by=F("key")),
    )
    middle = placed.filter(place__gte=F("among") / 2, place__lte=F("among") / 2 + 1)
    waits = defaultdict(list)
    for key, place, among, wait in middle.values_list("key", "place", "among", "waited"):
        if place in ((among + 1) // 2, among // 2 + 1):
            waits[key].append(wait)
    return {key: sum(found, timedelta()) / len(found) for key, found in waits.items()}
