from datetime import date

from subscriptions.models.billing import NO_DISCOUNT, NO_PLAN_CHANGE, NO_PRICE_CHANGE, Billing
from subscriptions.models.event import EventKind
from subscriptions.models.pausing import NO_PAUSE, Pausing
from subscriptions.rules import periods
from subscriptions.rules.states import Status


class Canceling(Pausing, Billing):
    """The verbs of the end, and the earliest day it may come."""

    class Meta:
        abstract = True

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
        lapsed = NO_PAUSE | NO_DISCOUNT | NO_PLAN_CHANGE | NO_PRICE_CHANGE
        self._change(EventKind.CANCELED, on, status=Status.CANCELED, canceled_on=on, cancels_on=None, **lapsed)

    def earliest_end(self, asked_on: date, notice_days: int) -> date:
        """The first day without the subscription for a cancellation asked for on that day (`docs/design.md`, Dates)."""
        if self.status == Status.TRIALING:
            return self.period_end
        return periods.cancellation_date(asked_on, notice_days, self.billed_through)
