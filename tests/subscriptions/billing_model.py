"""A subscription's life, day by day, written from `docs/design.md` alone, for `test_billing_proof`.

It shares nothing with the code that it is compared to: its own calendar, its own money, no database, and no shortcut over
the days between two dates.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any

from tests.subscriptions.model_prices import ONE_DAY, Price

KEEP, GIVE_BACK = "keep", "give_back"
TRIALING, ACTIVE, PAUSED, CANCELED = "trialing", "active", "paused", "canceled"


class Refused(Exception):
    """The table or a limit forbids it; nothing has changed."""


@dataclass
class Settings:
    """The Customer Portal Actions that dates depend on, read when they are needed."""

    pause_starts: str
    resume_rule: str
    notice_days: int
    max_pause_days: int | None
    price_days: int = 30


@dataclass
class Bill:
    """The days `[first, end)` of a period, and what they cost before and after `off`."""

    first: date
    end: date
    period: tuple[date, date]
    price: Price
    gross: Fraction
    percent: int
    off: Fraction
    is_rest: bool = False
    """Of a period whose first part was billed before."""
    void: bool = False
    is_instead: bool = False
    """Made in the place of a void one, for its days up to the end."""

    @property
    def amount(self) -> Fraction:
        return self.gross - self.off

    @property
    def is_short(self) -> bool:
        """Made in a notice, so that the rest of its period may follow after a withdrawal."""
        return self.end < self.period[1]


@dataclass
class Life:
    """One subscription from its first day on. Every verb acts today, after what was due today; `Refused` changes nothing."""

    today: date
    settings: Settings
    price: Price
    trial_days: int = 0

    status: str = field(init=False, default=ACTIVE)
    anchor: date = field(init=False)
    billed_until: date = field(init=False)
    split: Bill | None = field(init=False, default=None)
    """The first part of a period whose rest is not billed yet."""
    paused_on: date | None = field(init=False, default=None)
    pauses_on: date | None = field(init=False, default=None)
    resumes_on: date | None = field(init=False, default=None)
    resume_rule: str = field(init=False, default="")
    longest: int | None = field(init=False, default=None)
    cancels_on: date | None = field(init=False, default=None)
    kept: tuple[date, date] | None = field(init=False, default=None)
    """The end of the request that the customer last agreed to drop, and the day that staff recorded it."""
    canceled_on: date | None = field(init=False, default=None)
    percent: int = field(init=False, default=0)
    invoices_left: int = field(init=False, default=0)
    next_price: Price | None = field(init=False, default=None)
    announced: tuple[Fraction, date] | None = field(init=False, default=None)
    """What a period is to cost that begins on the day or later."""
    bills: list[Bill] = field(init=False, default_factory=list)
    events: list[tuple[str, date]] = field(init=False, default_factory=list)
    in_service: set[date] = field(init=False, default_factory=set)
    """Days on which it was ACTIVE at some moment after catching up."""
    paused_though_billed: set[date] = field(init=False, default_factory=set)
    given_up: int = field(init=False, default=0)
    """How many billed days its end took away."""

    def __post_init__(self) -> None:
        self.anchor = self.billed_until = self.today + self.trial_days * ONE_DAY
        self._tell("started")
        if self.trial_days:
            self.status = TRIALING
        self._settle()

    # What the days bring

    def pass_a_day(self) -> None:
        self.today += ONE_DAY
        self._settle()

    def _settle(self) -> None:
        """What is due today, in the order that they happen (`docs/design.md`, What is due), and which kind of day this is."""
        if self.cancels_on == self.today:
            self._end()
        if self.status == PAUSED and not self.cancels_on and self.resumes_on == self.today:
            self._resume()
        if self.pauses_on == self.today:
            self._begin_pause()
        if self.status == TRIALING and self.billed_until == self.today:
            self.status = ACTIVE
            self._tell("trial_converted")
        if self.status == ACTIVE and self.billed_until == self.today:
            self._bill_from_today()
        self._judge_today()

    def _judge_today(self) -> None:
        if self.status == ACTIVE:
            self.in_service.add(self.today)
        kept = self.status == PAUSED and self.resume_rule == KEEP and self.today < self.billed_until
        if kept and self.today not in self.in_service:
            self.paused_though_billed.add(self.today)
        else:
            self.paused_though_billed.discard(self.today)

    def _bill_from_today(self) -> None:
        """A whole period, or of it: the part before an end, the rest after such a part, or the gap after a pause."""
        if not self.split:
            self._take_next_price()
            self._take_announced_amount()
        _first, boundary = period = self.price.period(self.anchor, self.today)
        end = min(boundary, self.cancels_on or boundary)
        gross = self._cost(period, end) - self._cost(period, self.today)
        percent = self.split.percent if self.split else self.percent
        if self.split:
            # The period's discount up to its end, less that up to today: days given back get neither price nor discount.
            until, before = (self._cost(period, day) * percent / 100 for day in (end, self.today))
            off = self.price.rounded(until) - self.price.rounded(before)
        else:
            off = self.price.rounded(gross * percent / 100)
            self._count_a_discounted_invoice()
        bill = Bill(self.today, end, period, self.price, gross, percent, off, is_rest=bool(self.split))
        self.bills.append(bill)
        self.billed_until, self.split = end, bill if bill.is_short else None
        self._tell("renewed")

    def _cost(self, period: tuple[date, date], until: date) -> Fraction:
        days, whole = (until - period[0]).days, (period[1] - period[0]).days
        return self.price.rounded(self.price.amount * days / whole)

    def _count_a_discounted_invoice(self) -> None:
        self.invoices_left = max(0, self.invoices_left - 1)
        if not self.invoices_left:
            self.percent = 0

    def _take_next_price(self) -> None:
        old, new = self.price, self.next_price
        if new is None:
            return
        self.price, self.next_price = new, None
        if (old.interval, old.count) != (new.interval, new.count):
            self.anchor = self.today
            self.percent = self.invoices_left = 0
        self._tell("plan_changed")

    def _take_announced_amount(self) -> None:
        """Whoever is leaving leaves at the price they have."""
        if self.announced and not self.cancels_on and self.announced[1] <= self.today:
            self.price, self.announced = replace(self.price, amount=self.announced[0]), None
            self._tell("price_changed")

    def _begin_pause(self) -> None:
        self.status, self.paused_on, self.pauses_on = PAUSED, self.today, None
        self._tell("paused")

    def _resume(self) -> None:
        rule, paused_on = self.resume_rule, self.paused_on
        self.status = ACTIVE
        self._forget_pause()
        self._tell("resumed")
        if rule == GIVE_BACK:
            self._give_back(paused_on)
        elif self.today > self.billed_until:
            self.billed_until, self.split = self.today, None

    def _give_back(self, paused_on: date) -> None:
        """Within a period that is billed in part the rhythm stays; else a new one begins.

        So it does today after a pause that began with the billed days over.
        """
        none_left = paused_on == self.billed_until
        given = (self.today - paused_on).days - (0 if none_left else 1)
        if given <= 0:
            return
        self.billed_until += given * ONE_DAY
        if self.split and not none_left and self.billed_until <= self.split.period[1]:
            self.split = None if self.billed_until == self.split.period[1] else self.split
        else:
            self.anchor, self.split = self.billed_until, None

    def _forget_pause(self) -> None:
        self.paused_on = self.pauses_on = self.resumes_on = self.longest = None
        self.resume_rule = ""

    def _end(self) -> None:
        self.given_up = self._billed_after(self.today - ONE_DAY)
        self.in_service.discard(self.today)
        self.paused_though_billed.discard(self.today)
        # One of zero is paid at once, and only an open one can be voided.
        for bill in [bill for bill in self.bills if bill.amount > 0]:
            bill.void = bill.first >= self.today or bill.end > (self.cancels_on or bill.end)
            if bill.first < self.today and bill.void:
                self._bill_instead(bill, self.cancels_on)
        self._forget_pause()
        self.status, self.canceled_on, self.cancels_on = CANCELED, self.today, None
        self.percent = self.invoices_left = 0
        self.next_price = self.announced = None
        self._tell("canceled")

    def _bill_instead(self, bill: Bill, end: date) -> None:
        price, whole = bill.price, (bill.period[1] - bill.period[0]).days
        before, until = (price.rounded(price.amount * (day - bill.period[0]).days / whole) for day in (bill.first, end))
        gross = until - before
        off = price.rounded(gross * bill.percent / 100)
        if bill.is_rest:
            off = price.rounded(until * bill.percent / 100) - price.rounded(before * bill.percent / 100)
        self.bills.append(Bill(bill.first, end, bill.period, price, gross, bill.percent, off, is_instead=True))

    def _tell(self, kind: str) -> None:
        self.events.append((kind, self.today))

    # What people do

    def pause(self, until: date | None) -> None:
        self._pause(until, self.settings.max_pause_days)
        self._settle()

    def _pause(self, until: date | None, longest: int | None) -> None:
        refuse_if(self.status != ACTIVE or self.cancels_on or self.pauses_on)
        starts_on = self._pause_would_start()
        until = self._resume_date(until, starts_on, longest)
        self.longest, self.resume_rule, self.resumes_on = longest, self.settings.resume_rule, until
        self.pauses_on = starts_on
        if starts_on == self.today:
            self._begin_pause()
        else:
            self._tell("pause_scheduled")

    def _pause_would_start(self) -> date:
        return self.billed_until if self.settings.pause_starts == "period_end" else self.today

    def _resume_date(self, until: date | None, starts_on: date, longest: int | None) -> date | None:
        last = starts_on + longest * ONE_DAY if longest else None
        refuse_if(until and (until <= max(starts_on, self.today) or (last and until > last)))
        return until or last

    def drop_pause(self) -> None:
        refuse_if(not self.pauses_on)
        self._forget_pause()
        self._tell("pause_dropped")

    def change_resume_date(self, until: date | None) -> None:
        starts_on = self.paused_on or self.pauses_on
        refuse_if(not starts_on or self.cancels_on)
        until = self._resume_date(until, starts_on, self.longest)
        refuse_if(until == self.resumes_on)
        self.resumes_on = until
        self._tell("resume_date_changed")

    def resume(self) -> None:
        refuse_if(self.status != PAUSED or self.cancels_on)
        self._resume()
        self._settle()

    def schedule_cancellation(self) -> None:
        refuse_if(self.status == CANCELED or self.cancels_on)
        self.cancels_on = self.earliest_end
        if self.pauses_on:
            self._forget_pause()
        self._tell("cancellation_scheduled")
        self._settle()

    @property
    def earliest_end(self) -> date:
        if self.status == TRIALING:
            return self.billed_until
        billed = self.split.period[1] if self.split else self.billed_until
        usual = max(self.today + self.settings.notice_days * ONE_DAY, billed)
        if not self.kept or (self.today - self.kept[1]).days > 30:
            return usual
        first = self.kept[0]
        return min(usual, first if first >= self.today else max(self.today, billed))

    def withdraw_cancellation(self) -> None:
        self._lift_the_end()
        self._settle()

    def _lift_the_end(self) -> None:
        refuse_if(not self.cancels_on)
        self.cancels_on = None
        if self.resumes_on:
            self.resumes_on = max(self.resumes_on, self.today)
        self._tell("cancellation_withdrawn")

    def keep_active(self) -> None:
        ends_on = self.cancels_on
        self.withdraw_cancellation()
        self.kept = (ends_on, self.today)

    def cancel(self) -> None:
        refuse_if(self.status == CANCELED)
        self._end()

    def grant_discount(self, percent: int, invoices: int) -> None:
        refuse_if((percent, invoices) == (self.percent, self.invoices_left))
        self.percent, self.invoices_left = percent, invoices
        self._tell("discount_granted")

    def change_plan(self, price: Price) -> None:
        refuse_if(price in (self.price, self.next_price))
        self.next_price, self.announced = price, None
        self._tell("plan_chosen")

    def choose_plan(self, price: Price) -> None:
        """As staff's change, by the customer."""
        refuse_if(self.cancels_on)
        self.change_plan(price)

    def drop_choice(self) -> None:
        refuse_if(self.cancels_on)
        self.drop_plan_change()

    def drop_plan_change(self) -> None:
        refuse_if(not self.next_price)
        self.next_price = None
        self._tell("plan_change_dropped")

    def change_price(self, amount: Fraction) -> None:
        refuse_if(self.status == CANCELED or self.cancels_on or self.next_price)
        refuse_if(amount == (self.announced or [None])[0] or amount == self.price.amount)
        self.announced = amount, self.today + self.settings.price_days * ONE_DAY
        self._tell("price_announced")

    def drop_price_change(self) -> None:
        refuse_if(not self.announced)
        self.announced = None
        self._tell("price_change_dropped")

    def accept_offer(self, kind: str, *terms: Any) -> None:
        """What staff offer whoever is leaving: no limit binds it. What cannot be accepted leaves the end as it is."""
        ends_on, resumes_on = self.cancels_on, self.resumes_on
        self._lift_the_end()
        try:
            self._accept(kind, terms, longest=None)
        except Refused:
            self.cancels_on, self.resumes_on = ends_on, resumes_on
            self.events.pop()
            raise
        self._settle()

    def accept_alternative(self, kind: str, *terms: Any) -> None:
        """What the merchant offers to everybody who could ask to cancel: bound by the limits, and worth something."""
        refuse_if(self.status == CANCELED or self.cancels_on)
        refuse_if(kind == "discount" and self.invoices_left)
        if kind == "pause":
            days, picked = terms
            begins = self._pause_would_start()
            refuse_if(self._saved_by_pausing(begins, begins + days * ONE_DAY if days else picked) <= 0)
        self._accept(kind, terms, longest=self.settings.max_pause_days)
        self._settle()

    def _saved_by_pausing(self, begins: date, ends: date) -> int:
        """How many days the pause spares: all from the billed days' end on, and of the billed ones those given back."""
        if begins < self.billed_until and self.settings.resume_rule == GIVE_BACK:
            return (ends - begins).days - 1
        return (ends - max(begins, self.billed_until)).days

    def _accept(self, kind: str, terms: tuple[Any, ...], longest: int | None) -> None:
        """A pause of so many days, or where there are none until the day that is picked; a discount; or another price."""
        if kind == "pause":
            days, picked = terms
            self._pause(self._pause_would_start() + days * ONE_DAY if days else picked, longest)
        elif kind == "discount":
            self.grant_discount(*terms)
        else:
            self.change_plan(*terms)

    # What the days add up to

    @property
    def days_accounted_for(self) -> int:
        still_to_come = self._billed_after(self.today)
        return len(self.in_service) + still_to_come + len(self.paused_though_billed) + self.given_up

    def _billed_after(self, day: date) -> int:
        """How many billed days are not used by the day's end; given back, a pause keeps all those after its first day."""
        if self.status in (TRIALING, CANCELED):
            return 0
        if self.status == PAUSED and self.resume_rule == GIVE_BACK:
            day = min(day, self.paused_on)
        return max(0, (self.billed_until - day).days - 1)


def refuse_if(reason: object) -> None:
    if reason:
        raise Refused
