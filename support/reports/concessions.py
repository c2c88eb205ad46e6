"""What was accepted instead of leaving, and what it costs (`docs/design.md`, Alternatives)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Sum

from products import money
from products.models import OfferKind
from subscriptions.rules import periods
from support.models import AcceptedAlternative, Offer


@dataclass
class Concession:
    """One kind of what was accepted, by how many, and what it costs within twelve months of each acceptance."""

    kind: str
    count: int = 0
    sums: dict[str, Decimal] = field(default_factory=dict)
    """By currency, of which none is added to another."""

    @property
    def cost(self) -> str:
        """Such as "€1,200.00 and $90.00"."""
        return ", ".join(money.formatted(self.sums[currency], currency) for currency in sorted(self.sums))


def of_alternatives(today: date, product: int | None = None) -> list[Concession]:
    """Of the merchant's alternatives that were accepted within a year; of one product alone where it is given."""
    accepted = AcceptedAlternative.objects.filter(accepted_on__gt=periods.year_before(today), accepted_on__lte=today)
    if product is not None:
        accepted = accepted.filter(subscription__plan__product=product)
    named = {"offered_kind": F("alternative__kind"), "in_currency": F("subscription__currency")}
    return _by_kind(accepted.values(**named).order_by().annotate(count=Count("pk"), total=Sum("cost")))


def of_offers(today: date, product: int | None = None) -> list[Concession]:
    """Of what staff offered and customers accepted within a year; otherwise the same."""
    year = periods.year_before(today)
    accepted = Offer.objects.filter(state=Offer.State.ACCEPTED, closed_at__date__gt=year, closed_at__date__lte=today)
    if product is not None:
        accepted = accepted.filter(request__subscription__plan__product=product)
    named = {"offered_kind": F("kind"), "in_currency": F("request__subscription__currency")}
    return _by_kind(accepted.values(**named).order_by().annotate(count=Count("pk"), total=Sum("cost")))


def _by_kind(rows: Iterable[Any]) -> list[Concession]:
    found: dict[str, Concession] = {}
    for row in rows:
        kind = row["offered_kind"]
        one = found.setdefault(kind, Concession(str(OfferKind(kind).label)))
        one.count += row["count"]
        if row["total"]:
            one.sums[row["in_currency"]] = one.sums.get(row["in_currency"], Decimal(0)) + row["total"]
    return [found[kind] for kind in OfferKind.values if kind in found]
