"""The portal as `test_billing_proof` and `test_job_repeats` use it: a customer's subscription, and things to do to it."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial

import time_machine
from hypothesis import strategies as st

from portal_project.accounts.models import Merchant
from products.models import Alternative, PauseStarts, ResumeRule
from subscriptions.billing.catch_up import as_of
from subscriptions.confirm.billing_forms import (
    DiscountForm,
    DropPlanChangeForm,
    DropPriceChangeForm,
    PlanForm,
    PriceForm,
)
from subscriptions.confirm.confirmation import confirm, shown
from subscriptions.confirm.pause_forms import DropPauseForm, PauseForm, ResumeDateForm, ResumeForm
from subscriptions.models import Channel, Invoice, Subscription
from subscriptions.rules.states import Code, NotAllowed, Verdict
from support.cancellations.forms import AlternativeForm, CancelNowForm, RequestForm, WithdrawForm
from support.cancellations.offer_forms import AcceptOfferForm
from support.cancellations.staff_forms import KeepForm
from support.models import CancellationRequest, Offer
from tests.factories import PlanFactory, ProductFactory, UserFactory, started
from tests.subscriptions.billing_model import PAUSED, TRIALING
from tests.subscriptions.model_prices import Price

DIGITS = {"EUR": 2, "JPY": 0, "KWD": 3}
RHYTHMS = [("month", 1), ("month", 1), ("year", 1), ("month", 3), ("week", 1), ("day", 10)]

anchors = st.sampled_from(
    [date(2024, 1, 31), date(2024, 2, 29), date(2026, 3, 20), date(2025, 11, 30), date(2027, 12, 31)]
)
amounts = st.sampled_from([10_000, 0, 1, 15, 45, 36_500]) | st.integers(1, 99_999)
terms = st.fixed_dictionaries(
    {
        "pause_starts": st.sampled_from(PauseStarts.values),
        "resume_rule": st.sampled_from(ResumeRule.values),
        "notice_days": st.sampled_from([0, 1, 30, 30, 45, 45]),
        "max_pause_days": st.sampled_from([None, None, 3, 40]),
    }
)
trials = st.sampled_from([0, 0, 0, 14])
moments = st.integers(1, 40) | st.sampled_from([0, "before", "on", "on", "on", "after"])


@dataclass(frozen=True)
class Deed:
    """Something to do, mostly of what leads somewhere when its day has come."""

    pick: int
    length: int | None
    percent: int
    invoices: int
    plan: int
    kind: str

    def meant(self, subscription, today, prices):
        """The verb's name and its arguments."""
        names = VERBS if self.pick >= 88 else inviting(subscription)
        name = names[self.pick % len(names)]
        until = [today + timedelta(days=self.length) if self.length else None]
        discount, price = [self.percent, self.invoices], [prices[self.plan]]
        with_arguments = {"pause": until, "change_resume_date": until, "grant_discount": discount}
        with_arguments |= {"change_plan": price, "choose_plan": price, "change_price": [price[0].amount]}
        with_arguments |= dict.fromkeys(ACCEPTING, self.accepted(today, prices))
        return name, with_arguments.get(name, [])

    def accepted(self, today, prices):
        """What is offered: its kind and terms. Of the pauses some have no length, so that a day is picked."""
        picked = today + timedelta(days=self.length or 20)
        terms = {
            "pause": [self.length if self.plan else None, picked],
            "discount": [self.percent, self.invoices],
            "plan": [prices[self.plan]],
        }
        return [self.kind, *terms[self.kind]]


def inviting(subscription):
    """The verbs that are possible now, those that lead far more than once."""
    always = ["grant_discount", "grant_discount", "change_plan", "drop_plan_change"]
    always += ["change_price", "change_price", "drop_price_change"]
    if subscription.cancels_on:
        return [*always, *["withdraw_cancellation"] * 3, *["keep_active"] * 2, *["accept_offer"] * 4]
    always += ["choose_plan", "drop_choice", "accept_alternative"]
    if subscription.status == TRIALING:
        return [*always, "schedule_cancellation"]
    if subscription.status == PAUSED:
        return [*always, *["resume"] * 4, "change_resume_date", *["schedule_cancellation"] * 2]
    if subscription.pauses_on:
        return [*always, "drop_pause", "change_resume_date", "schedule_cancellation"]
    return [*always, "accept_alternative", *["pause"] * 4, *["schedule_cancellation"] * 3]


deeds = st.builds(
    Deed,
    pick=st.integers(0, 99),
    length=st.sampled_from([None, 1, 2, 5, 20]) | st.integers(1, 60),
    percent=st.sampled_from([10, 33, 50, 100]),
    invoices=st.integers(1, 4),
    plan=st.integers(0, 2),
    kind=st.sampled_from(["pause", "discount", "plan"]),
)


@st.composite
def offers(draw):
    """A currency and three prices in it; the second has the rhythm of the first, the third mostly another."""
    currency, (rhythm, other) = draw(st.sampled_from(list(DIGITS))), [draw(st.sampled_from(RHYTHMS)) for _ in "ab"]
    digits = DIGITS[currency]
    cents = [draw(amounts) for _ in range(3)]
    units = 10**digits
    return currency, [
        Price(Fraction(amount, units), digits, *each)
        for amount, each in zip(cents, (rhythm, rhythm, other), strict=True)
    ]


def decimal(amount):
    return Decimal(amount.numerator) / amount.denominator


class Portal:
    """The real thing: one customer's subscription, acted upon as its pages do."""

    def __init__(self, terms, offer):
        currency, prices = offer
        self.product = ProductFactory(allow_plan_change=True, **terms)
        self.customer, self.staff = UserFactory(), UserFactory(is_staff=True, is_superuser=True)
        self.plans = {price: self.plan(price, currency, n) for n, price in enumerate(prices)}
        # Nobody is in the comparison group, and whoever has accepted something may do so again.
        Merchant.objects.update_or_create(pk=1, defaults={"comparison_percent": 0, "alternative_rest_months": 0})

    def plan(self, price, currency, n):
        return PlanFactory(
            product=self.product,
            name=str(n),
            amount=decimal(price.amount),
            currency=currency,
            interval=price.interval,
            interval_count=price.count,
            is_open_to_change=True,
        )

    def start(self, price, trial_days, today):
        plan = self.plans[price]
        plan.trial_days = trial_days
        self.pk = started(self.customer, today, plan).pk

    def mine(self):
        return Subscription.objects.filter(pk=self.pk)

    def shown(self, today):
        """As pages show it: caught up in memory, with the bills and events that the job would write."""
        return as_of(Subscription.objects.for_policies(today).get(pk=self.pk), today)

    def bills(self, shown):
        """All of them, the voided ones too, in the order in which they were made."""
        return [*Invoice.objects.filter(subscription=self.pk).order_by("pk"), *shown.new_invoices]

    def act(self, name, today, *arguments):
        """Do it, and return the effect that was announced. Raises `NotAllowed`."""
        # A decision is stamped with its instant, and for how long it counts is counted from that.
        with time_machine.travel(f"{today} 12:00 +0000", tick=False):
            return self._act(name, today, *arguments)

    def _act(self, name, today, *arguments):
        if name in ACCEPTING:
            return self._accept(name, today, *arguments)
        if name in ("change_plan", "choose_plan"):
            arguments = [self.plans[arguments[0]].pk]
        by = self.staff if name in BY_STAFF else self.customer
        return self._confirm(FORMS[name], today, by, **TYPED.get(name, lambda today: {})(today, *arguments))

    def _accept(self, name, today, kind, *terms):
        fields = {
            "pause": lambda days, _picked: {"pause_days": days},
            "discount": lambda percent, invoices: {"percent": percent, "invoices": invoices},
            "plan": lambda price: {"plan_id": self.plans[price].pk},
        }
        offered = {"kind": kind, **fields[kind](*terms)}
        if name == "accept_offer":
            form_class = partial(AcceptOfferForm, offer=self._offer(**offered))
        else:
            alternative = Alternative.objects.create(product=self.product, **offered)
            form_class = partial(AlternativeForm, terms=alternative)
        return self._confirm(form_class, today, self.customer, **({"resumes_on": terms[1]} if kind == "pause" else {}))

    def _offer(self, **offered):
        """As staff have made it for the undecided request, in the place of an older one."""
        request = CancellationRequest.objects.undecided().filter(subscription=self.pk).first()
        if request is None:
            raise NotAllowed(Verdict(Code.NOT_NOW, "Nobody is leaving, so nothing is offered."))
        request.offers.open().delete()
        return Offer.objects.create(request=request, made_by=self.staff, **offered)

    def _confirm(self, form_class, today, by, **typed):
        page = shown(form_class, typed, self.mine(), by=by, today=today)
        if not page.is_valid():
            raise NotAllowed(Verdict(Code.NOT_NOW, str(page.errors)))
        sent = typed | {"announced": page.announcement}
        confirm(form_class, sent, self.mine(), by=by, today=today, channel=Channel.PORTAL)
        return page.effect


FORMS = {
    "pause": PauseForm,
    "drop_pause": DropPauseForm,
    "change_resume_date": ResumeDateForm,
    "resume": ResumeForm,
    "schedule_cancellation": RequestForm,
    "withdraw_cancellation": WithdrawForm,
    "keep_active": KeepForm,
    "cancel": CancelNowForm,
    "grant_discount": DiscountForm,
    "change_plan": PlanForm,
    "drop_plan_change": DropPlanChangeForm,
    "change_price": PriceForm,
    "drop_price_change": DropPriceChangeForm,
    "choose_plan": PlanForm,
    "drop_choice": DropPlanChangeForm,
}
ACCEPTING = ["accept_offer", "accept_alternative"]
VERBS = [*FORMS, *ACCEPTING]
BY_STAFF = (
    "cancel",
    "keep_active",
    "grant_discount",
    "change_plan",
    "drop_plan_change",
    "change_price",
    "drop_price_change",
)
TYPED = {
    "pause": lambda today, until: {"resumes_on": until},
    "change_resume_date": lambda today, until: {"resumes_on": until},
    "schedule_cancellation": lambda today: {"reason": "other", "message": ""},
    "grant_discount": lambda today, percent, invoices: {"percent": percent, "invoices": invoices},
    "change_plan": lambda today, plan: {"plan": plan},
    "change_price": lambda today, amount: {"amount": decimal(amount)},
    "choose_plan": lambda today, plan: {"plan": plan},
    "keep_active": lambda today: {"agreement": "By phone", "agreed_on": today},
}
