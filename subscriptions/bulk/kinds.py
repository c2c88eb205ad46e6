"""Which acts can be done to many: each with the form that does it to one, and what is chosen once for all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.functional import Promise

from products import money
from products.models import Plan
from subscriptions.confirm.billing_forms import PlanForm, PriceForm
from subscriptions.confirm.forms import ActionForm
from subscriptions.confirm.pause_forms import PauseForm, ResumeDateField, ResumeForm
from subscriptions.models import Subscription
from subscriptions.rules import periods
from subscriptions.rules.actions import ACTIONS
from subscriptions.rules.states import Code, NotAllowed, Verdict

Values = dict[str, Any]


class Choices(forms.Form):
    """What is chosen about an act once for all; nothing, where there is nothing to choose."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today


class PauseChoices(Choices):
    resumes_on = ResumeDateField(required=False, label="Resume on (optional)")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """A day on which no pause of today can end is refused for all of them at once."""
        super().__init__(*args, **kwargs)
        field = self.fields["resumes_on"]
        field.set_range(*periods.resume_dates(self.today, None, self.today))  # type: ignore[attr-defined]
        field.help_text = "Left empty, a pause lasts as long as its product allows, or until it is resumed by hand."


class PlanChoices(Choices):
    plan = forms.ModelChoiceField(
        queryset=Plan.objects.filter(is_active=True).select_related("product"),
        label="New plan",
        empty_label="Choose",
        help_text="Only subscriptions of the same product and currency can go over to it.",
        error_messages={"required": "Choose a plan."},
    )


class PriceChoices(Choices):
    percent = forms.DecimalField(
        required=False,
        min_value=-100,
        max_value=1000,
        decimal_places=2,
        label="Change by (%)",
        help_text="Such as 5, or -10 for less. Each new price is rounded to the smallest unit of its currency.",
    )
    amount = forms.DecimalField(
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=3,
        label="Or the new price",
        help_text="The same for all of them.",
    )
    currency = forms.ChoiceField(
        required=False, label="Its currency", help_text="Those in another currency keep their price."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = Plan.objects.order_by("currency").values_list("currency", flat=True).distinct()
        self.fields["currency"].choices = [("", "Choose"), *((code, code) for code in codes)]  # type: ignore[attr-defined]

    def clean(self) -> Values:
        typed = self.cleaned_data
        percent, amount, currency = typed.get("percent"), typed.get("amount"), typed.get("currency", "")
        if not self.errors and (percent is None) == (amount is None):
            self.add_error("percent", "Give either a change in percent or a new price.")
        elif percent == 0:
            self.add_error("percent", "A change of 0 % leaves every price as it is.")
        elif percent is not None and currency:
            self.add_error(
                "currency", "A change in percent is for all currencies; to narrow it to one, filter the list."
            )
        elif amount is not None and not currency:
            self.add_error("currency", "Choose the currency of the new price.")
        elif amount is not None and not money.is_exact(amount, currency):
            self.add_error("amount", f"{currency} has {money.digits(currency)} digits after the point.")
        return typed


def new_price(subscription: Subscription, values: Values) -> Values:
    """Of its present price; whoever has another one to come is asked about that by the form."""
    if values["percent"]:
        amount = subscription.amount * (100 + Decimal(values["percent"])) / 100
        return {"amount": str(money.rounded(amount, subscription.currency))}
    if values["currency"] != subscription.currency:
        reason = f"It is paid in {subscription.currency}, and the new price is in {values['currency']}."
        raise NotAllowed(Verdict(Code.NOT_NOW, reason))
    return {"amount": values["amount"]}


def new_plan(subscription: Subscription, values: Values) -> Values:
    """The product's plans are read for many at once, by `PlanForm.shared`."""
    product = subscription.plan.product
    if values["plan"] not in {str(plan.pk) for plan in product.plans.all()}:
        raise NotAllowed(Verdict(Code.NOT_NOW, f"{product.name} has no such plan."))
    return values


def as_chosen(_subscription: Subscription, values: Values) -> Values:
    return values


@dataclass(frozen=True)
class Words:
    """What the pages say of an act; each pair for one subscription and for several, with `{}` for how many."""

    ask: tuple[str, str]
    """Its button."""
    doing: str
    done: tuple[str, str]


@dataclass(frozen=True)
class Kind:
    form_class: type[ActionForm]
    words: Words
    choices: type[Choices] = Choices
    data: Callable[[Subscription, Values], Values] = as_chosen
    """What the form of one subscription is sent. Raises `NotAllowed` where the choice does not suit it."""
    consequence: str = "Each customer is told by mail."
    """What whoever confirms it should know, in a sentence or two."""
    is_final: bool = False
    """Whether nothing brings back what it does."""

    @property
    def label(self) -> str | Promise:
        return ACTIONS[self.form_class.action].in_admin


KINDS: dict[str, Kind] = {
    "pause": Kind(
        PauseForm,
        Words(
            ("Pause {} subscription", "Pause {} subscriptions"),
            "Pausing",
            ("{} subscription paused", "{} subscriptions paused"),
        ),
        PauseChoices,
    ),
    "resume": Kind(
        ResumeForm,
        Words(
            ("Resume {} subscription", "Resume {} subscriptions"),
            "Resuming",
            ("{} subscription resumed", "{} subscriptions resumed"),
        ),
    ),
    "change_plan": Kind(
        PlanForm,
        Words(
            ("Change the plan of {} subscription", "Change the plan of {} subscriptions"),
            "Changing the plan",
            ("Plan of {} subscription changed", "Plan of {} subscriptions changed"),
        ),
        PlanChoices,
        new_plan,
        consequence="Each changes with its next full period. Each customer is told by mail.",
    ),
    "change_price": Kind(
        PriceForm,
        Words(
            ("Change the price of {} subscription", "Change the price of {} subscriptions"),
            "Changing the price",
            ("Price of {} subscription changed", "Price of {} subscriptions changed"),
        ),
        PriceChoices,
        new_price,
        consequence="Each customer is told by mail: both prices, the day, and how to cancel.",
    ),
}
"""By their names, which rows hold. Other apps add theirs."""
