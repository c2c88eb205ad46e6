"""What can be done to a subscription. A verb moves dates and records an event, in memory: it neither bills nor mails nor saves.

`changing` hands out subscriptions to use them on, and writes what came of it. Whether a verb may be used is asked of
`policies.may` first; a verb itself only refuses dates that would break what it promises.
"""

from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from django.utils.translation import gettext as _

from products.models import PauseStarts, Plan, ResumeRule
from subscriptions.models.event import EventKind, SubscriptionEvent
from subscriptions.models.fields import Contract
from subscriptions.rules import periods
from subscriptions.rules.dates_in_words import day
from subscriptions.rules.states import Code, NotAllowed, Status, Verdict

if TYPE_CHECKING:
    from subscriptions.models.invoice import Invoice
    from subscriptions.models.subscription import Subscription

NO_DISCOUNT: dict[str, Any] = {"discount_percent": 0, "discount_invoices_left": 0}
# What a pause keeps from the day it was made, and what is cleared when it is over or dropped.
NO_PAUSE: dict[str, Any] = {
    "paused_on": None,
    "pauses_on": None,
    "resumes_on": None,
    "pause_resume_rule": "",
    "pause_max_days": None,
    "pause_is_own": False,
}


class Verbs(Contract):
    """The verbs of `Subscription`; `on` is the day that a change takes effect."""

    class Meta:
        abstract = True

    @cached_property
    def new_events(self) -> "list[SubscriptionEvent]":
        """Recorded in memory, oldest first; `changing` writes them."""
        return []

    @cached_property
    def new_invoices(self) -> "list[Invoice]":
        """Owed since the subscription was read; `changing` numbers and writes them."""
        return []

    def pause(self, today: date, *, resumes_on: date | None = None, own: bool = False) -> None:
        """Pause now or at the end of the billed period, as the product says.

        `own`: by the customer's wish from the portal, so the product's longest pause binds. Raises `NotAllowed` for a resume
        date outside `periods.resume_dates`.
        """
        starts_on = self.pause_would_start(today)
        longest = self.longest_pause(own=own)
        first, last = periods.resume_dates(starts_on, longest, today)
        resumes_on = resumes_on or last
        _check_resume_date(resumes_on, first, last)
        kept = {
            "resumes_on": resumes_on,
            "pause_resume_rule": self.product.resume_rule,
            "pause_max_days": longest,
            "pause_is_own": own,
        }
        if starts_on > today:
            self._change(EventKind.PAUSE_SCHEDULED, today, pauses_on=starts_on, **kept)
        else:
            self._change(EventKind.PAUSED, today, status=Status.PAUSED, paused_on=today, **kept)

    def longest_pause(self, *, own: bool) -> int | None:
        """In days; None for no limit, as for every pause that is not the customer's own."""
        return self.product.max_pause_days if own else None

    def pause_would_start(self, today: date) -> date:
        at_once = self.product.pause_starts == PauseStarts.AT_ONCE
        return today if at_once else max(self.period_end, today)

    def bring_over(self, on: date) -> None:
        """Record that it came from another system, as it stands."""
        self._change(EventKind.IMPORTED, on)

    def start_pause(self, on: date) -> None:
        self._change(EventKind.PAUSED, on, status=Status.PAUSED, paused_on=on, pauses_on=None)

    def drop_pause(self, on: date) -> None:
        self._change(EventKind.PAUSE_DROPPED, on, **NO_PAUSE)

    def change_resume_date(self, today: date, resumes_on: date | None) -> None:
        """Set another day to resume by itself, or None for none. Raises `NotAllowed` for a day the pause cannot end on."""
        first, last = self.possible_resume_dates(today)
        resumes_on = resumes_on or last
        _check_resume_date(resumes_on, first, last)
        if resumes_on != self.resumes_on:
            self._change(EventKind.RESUME_DATE_CHANGED, today, resumes_on=resumes_on)

    def possible_resume_dates(self, today: date) -> tuple[date, date | None]:
        """The first and last day that the present or scheduled pause may end on, as `periods.resume_dates`."""
        starts_on = self.paused_on or self.pauses_on or today
        return periods.resume_dates(starts_on, self.pause_max_days, today)

    def resume(self, on: date) -> None:
        """End the pause, by the rule that it was made with."""
        if self.pause_resume_rule == ResumeRule.GIVE_BACK and self.paused_on:
            anchor, billed_until = periods.after_giving_back(*self.rhythm, self.period_end, self.paused_on, on)
            moved = {"anchor_on": anchor, "period_end": billed_until}
        else:
            moved = {"period_end": periods.after_keeping(self.period_end, on)}
            if moved["period_end"] > self.period_end:
                # Leaves a gap behind, which `renew` closes at once.
                moved["period_start"] = on
        self._change(EventKind.RESUMED, on, status=Status.ACTIVE, **moved, **NO_PAUSE)

    def schedule_cancellation(self, on: date, ends_on: date) -> None:
        """Set the day of the end; a scheduled pause is dropped. For `support.cancellations.requests` alone."""
        dropped = NO_PAUSE if self.pauses_on else {}
        self._change(EventKind.CANCELLATION_SCHEDULED, on, cancels_on=ends_on, **dropped)

    def withdraw_cancellation(self, on: date) -> None:
        """Clear the day of the end; a resume date that passed meanwhile is today. For `support.cancellations.requests` alone."""
        passed = self.resumes_on is not None and self.resumes_on < on
        self._change(EventKind.CANCELLATION_WITHDRAWN, on, cancels_on=None, **({"resumes_on": on} if passed else {}))

    def cancel(self, on: date) -> None:
        """End for good; `on` is the first day without the subscription."""
        lapsed = NO_PAUSE | NO_DISCOUNT | {"next_plan": None}
        self._change(EventKind.CANCELED, on, status=Status.CANCELED, canceled_on=on, cancels_on=None, **lapsed)

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

    def _change(self, kind: EventKind, on: date, **values: Any) -> None:
        changes = {}
        for name, value in values.items():
            old = getattr(self, name)
            if old != value:
                changes[name] = [_plain(old), _plain(value)]
                setattr(self, name, value)
        own = kind == EventKind.PAUSED and self.pause_is_own
        if own:
            # A limit counts the pauses that catching up has just begun as well.
            self.own_pauses_in_year = getattr(self, "own_pauses_in_year", 0) + 1
        event = SubscriptionEvent(kind=kind, effective_on=on, changes=changes, own=own, channel="")
        event.subscription = cast("Subscription", self)
        event.dates = {"pauses_on": self.pauses_on, "resumes_on": self.resumes_on, "billed_until": self.period_end}
        self.new_events.append(event)


def _plain(value: Any) -> Any:
    """A field's value as the event's JSON holds it."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | Plan) else value


def _check_resume_date(resumes_on: date | None, first: date, last: date | None) -> None:
    if resumes_on is None or periods.is_resume_date(resumes_on, first, last):
        return
    raise NotAllowed(Verdict(Code.NOT_NOW, resume_date_rule(first, last)))


def resume_date_rule(first: date, last: date | None) -> str:
    """The sentence for a resume date that is too early or too late."""
    if last:
        return _("The pause can end from %(first)s to %(last)s.") % {
            "first": day(first),
            "last": day(last),
        }
    return _("The pause can end on %(first)s at the earliest, and within ten years.") % {"first": day(first)}
