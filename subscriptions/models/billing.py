from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from products.models import Plan
from subscriptions.models.changes import Changes, plain
from subscriptions.models.event import EventKind
from subscriptions.rules.states import Status

if TYPE_CHECKING:
    from subscriptions.models.invoice import Invoice

NO_DISCOUNT: dict[str, Any] = {"discount_percent": 0, "discount_invoices_left": 0}
NO_PLAN_CHANGE: dict[str, Any] = {
    "next_plan": None,
    "next_amount": None,
    "next_interval": "",
    "next_interval_count": None,
    "next_plan_is_own": False,
}
NO_PRICE_CHANGE: dict[str, Any] = {"new_amount": None, "new_amount_from": None}
MOST_INVOICES = 120
"""That one discount may be for: ten years of months."""
# Of what a subscription copies from its plan, all but the currency, which stays.
PRICE = tuple(name for name in Plan.COPIED if name != "currency")


class Billing(Changes):
    """The verbs of what is billed: renewing, the trial's end, discounts, plans, prices."""

    class Meta:
        abstract = True

    def bring_over(self, on: date) -> None:
        """Record that it came from another system, as it stands."""
        self._change(EventKind.IMPORTED, on)

    def convert_trial(self, on: date) -> None:
        self._change(EventKind.TRIAL_CONVERTED, on, status=Status.ACTIVE)

    def renew(self, invoice: "Invoice") -> None:
        """Move on to the days that the invoice covers; one that begins a discount's share uses it up by one."""
        dates = {"period_start": invoice.covers_from, "period_end": invoice.covers_to}
        used = {} if self.continues_split_period else self._discount_after_one()
        self.new_invoices.append(invoice)
        self._change(EventKind.RENEWED, invoice.covers_from, **dates, **used)
        self.new_events[-1].changes["amount"] = [None, str(invoice.amount)]

    def _discount_after_one(self) -> dict[str, int]:
        left = max(0, self.discount_invoices_left - 1)
        rest = {"discount_percent": self.discount_percent, "discount_invoices_left": left} if left else NO_DISCOUNT
        return {"split_discount_percent": self.discount_percent} | rest

    def grant_discount(self, on: date, percent: int, invoices: int) -> None:
        """`percent` (1 to 100) off the next invoices; the rest of a period that is split now is not one of them."""
        if not (1 <= percent <= 100 and 1 <= invoices <= MOST_INVOICES):
            raise ValueError(f"a discount is 1 to 100 percent off 1 to {MOST_INVOICES} invoices")
        self._agree(EventKind.DISCOUNT_GRANTED, on, discount_percent=percent, discount_invoices_left=invoices)

    def change_plan(self, on: date, plan: Plan, *, own: bool = False) -> None:
        """Go over to another plan of the same product and currency, at its present price, when the next full period begins.

        `own` says that the customer chose it, and so may drop it. Its price takes the place of a price to come.
        """
        if (plan.product_id, plan.currency) != (self.plan.product_id, self.currency):
            raise ValueError("another plan has the same product and the same currency")
        price = {f"next_{name}": getattr(plan, name) for name in PRICE}
        lapsed = NO_PRICE_CHANGE if self.new_amount is not None else {}
        self._agree(EventKind.PLAN_CHOSEN, on, next_plan=plan, next_plan_is_own=own, **price, **lapsed)

    def drop_plan_change(self, on: date) -> None:
        self._change(EventKind.PLAN_CHANGE_DROPPED, on, **NO_PLAN_CHANGE)

    def adopt_agreed(self, on: date) -> None:
        """Bill from `on` by what was agreed until now: another plan, or another price."""
        self._adopt_plan(on)
        self._adopt_price(on)

    def _adopt_plan(self, on: date) -> None:
        """Bill by the next plan from `on`; another interval makes that day the anchor and ends a discount."""
        plan = self.next_plan
        if plan is None:
            return
        moved = {} if self.keeps_rhythm else NO_DISCOUNT | {"anchor_on": on}
        price = {name: getattr(self, f"next_{name}") for name in PRICE}
        self._change(EventKind.PLAN_CHANGED, on, plan=plan, **price, **moved, **NO_PLAN_CHANGE)

    def change_price(self, on: date, amount: Decimal, earliest: date) -> None:
        """Cost `amount` from the first full period that begins on `earliest` or later, in the place of another price to come."""
        if amount < 0 or earliest < on or self.next_plan_id:
            raise ValueError(
                "a price is not negative, does not come before today, and not while another plan is to come"
            )
        self._agree(EventKind.PRICE_ANNOUNCED, on, new_amount=amount, new_amount_from=earliest)

    def drop_price_change(self, on: date) -> None:
        self._change(EventKind.PRICE_CHANGE_DROPPED, on, **NO_PRICE_CHANGE)

    def _adopt_price(self, on: date) -> None:
        """Bill by the price to come from `on`, if its day has come; whoever is leaving leaves at the price they have."""
        if self.new_amount_from is None or on < self.new_amount_from or self.cancels_on:
            return
        self._change(EventKind.PRICE_CHANGED, on, amount=self.new_amount, **NO_PRICE_CHANGE)

    @property
    def keeps_rhythm(self) -> bool:
        """Whether the next plan is billed as often as the present one."""
        return (self.next_interval, self.next_interval_count) == (self.interval, self.interval_count)

    def is_on(self, plan: Plan) -> bool:
        """Whether it has the plan, at the plan's present price."""
        return plan.pk == self.plan_id and all(getattr(plan, name) == getattr(self, name) for name in PRICE)

    def goes_over_to(self, plan: Plan) -> bool:
        """Whether the plan is chosen as the next one, at its present price."""
        agreed = all(getattr(plan, name) == getattr(self, f"next_{name}") for name in PRICE)
        return plan.pk == self.next_plan_id and agreed

    def _agree(self, kind: EventKind, on: date, **values: Any) -> None:
        """As `_change`; the event tells all that is agreed, also what was so before."""
        self._change(kind, on, **values)
        changes = self.new_events[-1].changes
        for name, value in values.items():
            changes.setdefault(name, [plain(value), plain(value)])
