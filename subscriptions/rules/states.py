"""The state machine's words, what a subscription's dates ask for next, and what is answered to "may this happen now?".

Pure: reads attributes of whatever looks like a subscription, touches no database and no clock (`docs/design.md`, States).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    TRIALING = "trialing", _("Trial")
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    CANCELED = "canceled", _("Canceled")


class Action(TextChoices):
    START = "start", _("start")
    PAUSE = "pause", _("pause")
    DROP_PAUSE = "drop_pause", _("drop scheduled pause")
    CHANGE_RESUME_DATE = "change_resume_date", _("change resume date")
    RESUME = "resume", _("resume")
    SCHEDULE_CANCELLATION = "schedule_cancellation", _("schedule cancellation")
    WITHDRAW_CANCELLATION = "withdraw_cancellation", _("withdraw cancellation")
    CANCEL = "cancel", _("cancel")
    GRANT_DISCOUNT = "grant_discount", _("grant discount")
    CHANGE_PLAN = "change_plan", _("change plan")
    DROP_PLAN_CHANGE = "drop_plan_change", _("drop plan change")
    CHANGE_PRICE = "change_price", _("change price")
    DROP_PRICE_CHANGE = "drop_price_change", _("drop price change")
    START_PAUSE = "start_pause", _("start scheduled pause")
    CONVERT_TRIAL = "convert_trial", _("convert trial")
    RENEW = "renew", _("renew")


class Dated(Protocol):
    """What the state machine looks at."""

    status: str
    period_end: date
    paused_on: date | None
    pauses_on: date | None
    resumes_on: date | None
    cancels_on: date | None
    canceled_on: date | None
    next_plan_id: int | None
    new_amount: Decimal | None


def next_step(subscription: Dated) -> tuple[date, Action] | None:
    """The earliest thing that the subscription's dates ask for, or None.

    On the same day the order is: end, resume, start a scheduled pause, convert the trial, renew (`docs/design.md`, What is due).
    While an end is scheduled, a resume date asks for nothing.
    """
    steps = _steps(subscription)
    return min(steps, key=lambda step: step[0]) if steps else None


def _steps(subscription: Dated) -> list[tuple[date, Action]]:
    """What the dates ask for, in the order that holds on the same day (`min` takes the first of equals)."""
    steps: list[tuple[date, Action]] = []
    if subscription.cancels_on:
        steps.append((subscription.cancels_on, Action.CANCEL))
    if subscription.status == Status.PAUSED and subscription.resumes_on and not subscription.cancels_on:
        steps.append((subscription.resumes_on, Action.RESUME))
    if subscription.pauses_on:
        steps.append((subscription.pauses_on, Action.START_PAUSE))
    if subscription.status == Status.TRIALING:
        steps.append((subscription.period_end, Action.CONVERT_TRIAL))
    if subscription.status == Status.ACTIVE:
        steps.append((subscription.period_end, Action.RENEW))
    return steps


class Code(TextChoices):
    OK = "ok"
    DONE = "done"
    NOT_OFFERED = "not_offered"
    NOT_NOW = "not_now"


@dataclass(frozen=True)
class Verdict:
    """The answer to "may this happen now?"; true only when it may, and with a reason for a person when it may not."""

    code: Code = Code.OK
    reason: str = ""

    def __bool__(self) -> bool:
        return self.code == Code.OK

    def enforce(self) -> None:
        """Raises `NotAllowed` unless the action may happen."""
        if not self:
            raise NotAllowed(self)


OK = Verdict()


class NotAllowed(Exception):
    """A refusal on its way to the person who asked."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.code, verdict.reason)
        self.verdict = verdict
