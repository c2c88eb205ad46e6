"""What a right row says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from products.intervals import Interval
from subscriptions.importing import billing_days
from subscriptions.importing.customer_cells import Customer
from subscriptions.rules import periods
from subscriptions.rules.states import Status


@dataclass(frozen=True)
class End:
    """What a customer was promised who had asked to leave; `reason` is empty where none is given."""

    ends_on: date
    requested_on: date
    reason: str

    @classmethod
    def given(cls, given: Mapping[str, Any], today: date) -> Self | None:
        ends_on = given["cancels_on"]
        return cls(ends_on, given["requested_on"] or today, given["reason"]) if ends_on else None


@dataclass(frozen=True)
class Row:
    """A subscription as the file describes it, with the dates as the portal keeps them."""

    line: int
    external_id: str
    customer: Customer
    product: str
    plan: str
    amount: Decimal
    currency: str
    interval: Interval
    interval_count: int
    status: Status
    started_on: date
    anchor_on: date
    period_start: date
    period_end: date
    paused_on: date | None
    resumes_on: date | None
    end: End | None

    @classmethod
    def given(cls, given: Mapping[str, Any], line: int, today: date) -> Self:
        """From the values of a valid form for that line."""
        interval, count = given["interval"]
        anchor = _anchor(given["billing_day"], given["billed_until"], interval, count)
        paused = given["status"] == Status.PAUSED
        return cls(
            line=line,
            customer=Customer.given(given),
            interval=interval,
            interval_count=count,
            anchor_on=anchor,
            period_start=_period_start(given, anchor),
            period_end=given["billed_until"],
            paused_on=given["paused_on"] or today if paused else None,
            end=End.given(given, today),
            **{name: given[name] for name in AS_GIVEN},
        )


AS_GIVEN = ("external_id", "product", "plan", "amount", "currency", "status", "started_on", "resumes_on")


def _anchor(day: int | None, billed_until: date, interval: Interval, count: int) -> date:
    """The boundary that all others count from: the billed end, or a day of the month that leads there."""
    return (day and billing_days.anchor_on(day, billed_until, interval, count)) or billed_until


def _period_start(given: Mapping[str, Any], anchor: date) -> date:
    """Where the billed period began: a boundary before its end, and not before the subscription itself."""
    if given["status"] == Status.TRIALING:
        return given["started_on"]
    interval, count = given["interval"]
    n = periods.period_index(anchor, interval, count, given["billed_until"])
    return max(periods.period_start(anchor, interval, count, n - 1), given["started_on"])
