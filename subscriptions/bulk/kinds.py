"""Which acts can be done to many: each with the form that does it to one, and what is chosen once for all."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.functional import Promise

from products import money
from products.models import Plan
from subscriptions.confirm.billing_forms import PlanForm, PriceForm
from subscriptions.confirm.forms import ActionForm
from subscriptions.confirm.pause_forms import PauseForm, ResumeForm
from subscriptions.models import Subscription
from subscriptions.rules.actions import ACTIONS
from subscriptions.rules.states import Code, NotAllowed, Verdict

Values = dict[str, Any]


class NoChoices(forms.Form):
    """For an act about which nothing is to be chosen."""


class PauseChoices(forms.Form):
    resumes_on = forms.DateField(
        required=False,
        label="Resume on (optional)",
        help_text="Left empty, a pause lasts as long as its product allows, or until it is resumed by hand.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class PlanChoices(forms.Form):
    plan = forms.ModelChoiceField(
        queryset=Plan.objects.filter(is_active=True).select_related("product"),
        label="New plan",
        help_text="Only subscriptions of the same product and currency can go over to it.",
        error_messages={"required": "Choose a plan."},
    )


class PriceChoices(forms.Form):
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
        label="Or set it to",
        help_text="For all the same.",
    )
    currency = forms.ChoiceField(required=False, label="In", help_text="Those in another currency keep their price.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = Plan.objects.order_by("currency").values_list("currency", flat=True).distinct()
        self.fields["currency"].choices = [("", "–"), *((code, code) for code in codes)]  # type: ignore[attr-defined]

    def clean(self) -> Values:
        typed = self.cleaned_data
        percent, amount, currency = typed.get("percent"), typed.get("amount"), typed.get("currency", "")
        if not self.errors and (percent is None) == (amount is None):
            self.add_error("percent", "Give either a change in percent or a new price.")
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


def as_chosen(_subscription: Subscription, values: Values) -> Values:
    return values


@dataclass(frozen=True)
class Kind:
    form_class: type[ActionForm]
    choices: type[forms.Form] = NoChoices
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
    "pause": Kind(PauseForm, PauseChoices),
    "resume": Kind(ResumeForm),
    "change_plan": Kind(PlanForm, PlanChoices),
    "change_price": Kind(PriceForm, PriceChoices, new_price),
}
"""By their names, which rows hold. Other apps add theirs."""
