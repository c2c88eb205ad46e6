"""What a customer sees of a product as its form stands: subscriptions that exist nowhere, shown by the portal's own verdicts,
verbs and forms. Nothing is saved; nobody's key is asked about, so that the database answers that there is nothing."""

from calendar import isleap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from portal_project.accounts.models import User
from products.intervals import Interval
from products.models import Plan, Product
from subscriptions.billing.catch_up import as_of
from subscriptions.confirm.forms import FORMS, ActionForm
from subscriptions.confirm.pause_forms import OPEN, PauseForm
from subscriptions.models import Subscription
from subscriptions.portal.actions_area import actions_area
from subscriptions.preview.effect import Bill
from subscriptions.preview.reasons import History, why_dates
from subscriptions.preview.trial_run import beyond_end, upcoming
from subscriptions.rules.refusals import cancel_action
from subscriptions.rules.states import Action, Verdict
from support.cancellations import requests
from support.models import CancellationRequest, Ticket

NOBODYS_KEY = 0
NUMBER, TICKET_NUMBER = "S-EXAMPLE", "T-EXAMPLE"
BEGAN_DAYS_AGO = 10
A_MONTH = "1"


@dataclass(frozen=True)
class Asked:
    """An action that the customer asks for: whether it may happen, and the form that tells what happens then."""

    verdict: Verdict
    form: ActionForm

    @property
    def ends_on(self) -> date | None:
        dates = self.form.effect.dates
        return dates["cancels_on"] or dates["canceled_on"]

    @property
    def next_bill(self) -> Bill | None:
        """The first one after it, at once or later."""
        return next(iter([*self.form.effect.now, *self.form.effect.bills]), None)


@dataclass(frozen=True)
class Worked:
    """A subscription of some rhythm, its first bills, and what is asked for on a later day."""

    subscription: Subscription
    bills: tuple[Bill, ...]
    asked_on: date
    cancel: Asked
    pause: Asked


def example(product: Product, plans: Sequence[Plan], today: date) -> Subscription:
    """An active one on the first plan that takes new ones. `plans` are the product's, saved or not, as is the product."""
    return _example(product, _first(product, plans), plans, today - timedelta(days=BEGAN_DAYS_AGO), today)


def shown(product: Product, plans: Sequence[Plan], today: date) -> dict[str, Any]:
    """For the page of the preview, as for `example`."""
    plan, subscription = _first(product, plans), example(product, plans, today)
    return {
        "product": product,
        "subscription": subscription,
        "area": actions_area(subscription, by=subscription.customer, today=today),
        "cancel": _asked(cancel_action(subscription), subscription, today),
        "pause": _month_of_pause(subscription, today),
        "notice": _in_notice(subscription, today),
        "worked": [_worked(product, plan, plans, *case) for case in _cases(today)],
    }


def _first(product: Product, plans: Sequence[Plan]) -> Plan:
    return next((plan for plan in plans if plan.is_active), _plan(product, Decimal(100), "EUR", Interval.MONTH))


def _plan(product: Product, amount: Decimal, currency: str, interval: Interval) -> Plan:
    return Plan(product=product, name="Example", amount=amount, currency=currency, interval=interval)


def _example(product: Product, plan: Plan, plans: Sequence[Plan], began_on: date, today: date) -> Subscription:
    """One on this plan that began without a trial, as it stands today."""
    agreed = Plan(**{field.attname: getattr(plan, field.attname) for field in Plan._meta.concrete_fields})
    agreed.product, agreed.trial_days = product, 0
    subscription = Subscription.begin(User(name="Alex Example"), agreed, began_on)
    subscription.pk, subscription.number = NOBODYS_KEY, NUMBER
    subscription.own_pauses_in_year = 0
    open_to_change = [each for each in plans if each.is_active and each.is_open_to_change]
    subscription.open_plans = sum(each.currency == plan.currency for each in open_to_change)
    return as_of(subscription, today)


def _asked(action: Action, subscription: Subscription, today: date, data: Any = None) -> Asked:
    form = FORMS[action](data, subscription=subscription, by=subscription.customer, today=today)
    form.full_clean()
    return Asked(form.verdict(), form)


def _month_of_pause(subscription: Subscription, today: date) -> Asked:
    """Or the longest one, where a month is too long."""
    form = PauseForm(subscription=subscription, by=subscription.customer, today=today)
    length = A_MONTH if A_MONTH in form.after_months else OPEN
    return _asked(Action.PAUSE, subscription, today, {"length": length})


def _in_notice(subscription: Subscription, today: date) -> dict[str, Any]:
    """The same subscription once a cancellation is requested, by the customer or by staff."""
    draft = subscription.draft()
    promised = requests.schedule(draft, today)
    cancellation = CancellationRequest(
        ticket=Ticket(number=TICKET_NUMBER), requested_on=today, promised_on=promised.ends_on, why_facts=promised.why
    )
    return {
        "subscription": draft,
        "cancellation": cancellation,
        "area": actions_area(draft, by=draft.customer, today=today),
        "because": why_dates(draft, History(draft.new_events, draft.customer)),
        "beyond": beyond_end(draft),
    }


def _cases(today: date) -> list[tuple[Interval, date, date]]:
    """How often it is billed, since when, and when the customer asks: days that not every month and year has."""
    last_of_january, leap_day = _next_last_of_january(today), _next_leap_day(today)
    return [
        (Interval.MONTH, last_of_january, last_of_january + timedelta(days=12)),
        (Interval.MONTH, leap_day, leap_day + timedelta(days=12)),
        (Interval.YEAR, leap_day, leap_day + timedelta(days=100)),
    ]


def _next_last_of_january(today: date) -> date:
    return date(today.year + (today >= date(today.year, 1, 31)), 1, 31)


def _next_leap_day(today: date) -> date:
    years = (year for year in range(today.year, today.year + 9) if isleap(year))
    return next(day for day in (date(year, 2, 29) for year in years) if day > today)


def _worked(
    product: Product, plan: Plan, plans: Sequence[Plan], interval: Interval, began_on: date, asked_on: date
) -> Worked:
    of_this_rhythm = _plan(product, plan.amount, plan.currency, interval)
    begun = _example(product, of_this_rhythm, plans, began_on, began_on)
    subscription = as_of(begun, asked_on)
    return Worked(
        subscription=subscription,
        bills=upcoming(begun, began_on),
        asked_on=asked_on,
        cancel=_asked(cancel_action(subscription), subscription, asked_on),
        pause=_month_of_pause(subscription, asked_on),
    )
