from datetime import date
from typing import Any

from products.models import PauseStarts, ResumeRule
from subscriptions.models.changes import Changes
from subscriptions.models.event import EventKind
from subscriptions.rules import periods, refusals
from subscriptions.rules.states import Code, NotAllowed, Status, Verdict

# What a pause keeps from the day it was made, and what is cleared when it is over or dropped.
NO_PAUSE: dict[str, Any] = {
    "paused_on": None,
    "pauses_on": None,
    "resumes_on": None,
    "pause_resume_rule": "",
    "pause_max_days": None,
    "pause_is_own": False,
}


class Pausing(Changes):
    """The verbs of the voluntary hold, and the dates it may have."""

    class Meta:
        abstract = True

    def pause(self, today: date, *, resumes_on: date | None = None, own: bool = False) -> None:
        """Pause now or at the end of the billed period, as the product says.

        `own`: by the customer's wish from the portal, so the product's longest pause binds. Raises `NotAllowed` for a resume
        date outside `resume_dates_of_new_pause`.
        """
        starts_on = self.pause_would_start(today)
        first, last = self.resume_dates_of_new_pause(today, own=own)
        resumes_on = resumes_on or last
        _check_resume_date(resumes_on, first, last)
        kept = {
            "resumes_on": resumes_on,
            "pause_resume_rule": self.plan.product.resume_rule,
            "pause_max_days": self.longest_pause(own=own),
            "pause_is_own": own,
        }
        if starts_on > today:
            self._change(EventKind.PAUSE_SCHEDULED, today, pauses_on=starts_on, **kept)
        else:
            self._change(EventKind.PAUSED, today, status=Status.PAUSED, paused_on=today, **kept)

    def longest_pause(self, *, own: bool) -> int | None:
        """In days; None for no limit, as for every pause that is not the customer's own."""
        return self.plan.product.max_pause_days if own else None

    def pause_would_start(self, today: date) -> date:
        at_once = self.plan.product.pause_starts == PauseStarts.AT_ONCE
        return today if at_once else max(self.period_end, today)

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

    def resume_dates_of_new_pause(self, today: date, *, own: bool) -> tuple[date, date | None]:
        """The first and last day that a pause made today may end on, as `periods.resume_dates`."""
        return periods.resume_dates(self.pause_would_start(today), self.longest_pause(own=own), today)

    def first_resume_that_saves(self, today: date) -> date:
        """The first day on which a pause made today can end and be worth anything to the customer."""
        gives_back = self.plan.product.resume_rule == ResumeRule.GIVE_BACK
        return periods.first_resume_that_saves(self.pause_would_start(today), self.period_end, gives_back=gives_back)

    def possible_resume_dates(self, today: date) -> tuple[date, date | None]:
        """The first and last day that the present or scheduled pause may end on, as `periods.resume_dates`."""
        return periods.resume_dates(self.pause_begins(today), self.pause_max_days, today)

    def pause_begins(self, today: date) -> date:
        """The first day of the present or scheduled pause; today where there is none."""
        return self.paused_on or self.pauses_on or today

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


def _check_resume_date(resumes_on: date | None, first: date, last: date | None) -> None:
    if resumes_on is None or periods.is_resume_date(resumes_on, first, last):
        return
    raise NotAllowed(Verdict(Code.NOT_NOW, refusals.no_such_resume_date(first, last)))
