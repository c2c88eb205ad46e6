from datetime import date
from typing import TYPE_CHECKING, Any

from products.models import Plan
from subscriptions.models.changes import Changes
from subscriptions.models.event import EventKind
from subscriptions.rules.states import Status

if TYPE_CHECKING:
    from subscriptions.models.invoice import Invoice

NO_DISCOUNT: dict[str, Any] = {"discount_percent": 0, "discount_invoices_left": 0}


class Billing(Changes):
    """The verbs of what is billed: renewing, the trial's end, discounts, plans."""

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
        if not 1 <= percent <= 100 or invoices < 1:
            raise ValueError("a discount is 1 to 100 percent off at least one invoice")
        self._change(EventKind.DISCOUNT_GRANTED, on, discount_percent=percent, discount_invoices_left=invoices)

    def change_plan(self, on: date, plan: Plan) -> None:
        """Go over to another plan of the same currency when the next full period begins."""
        if plan.currency != self.currency:
            raise ValueError("another plan has the same currency")
        self._change(EventKind.PLAN_CHOSEN, on, next_plan=plan)

    def adopt_plan(self, on: date) -> None:
        """Bill by the next plan from `on`; another interval makes that day the anchor and ends a discount."""
        plan = self.next_plan
        if plan is None:
            return
        same_rhythm = (plan.interval, plan.interval_count) == (self.interval, self.interval_count)
        moved = {} if same_rhythm else NO_DISCOUNT | {"anchor_on": on}
        copied = {name: getattr(plan, name) for name in Plan.COPIED}
        self._change(EventKind.PLAN_CHANGED, on, plan=plan, next_plan=None, **copied, **moved)
