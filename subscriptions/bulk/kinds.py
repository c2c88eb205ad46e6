"""Which acts can be done to many: each with the form that does it to one, and what is chosen once for all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise

from products.models import Plan
from subscriptions.confirm.billing_forms import PlanForm
from subscriptions.confirm.forms import ActionForm
from subscriptions.confirm.pause_forms import PauseForm, ResumeForm
from subscriptions.models import Subscription
from subscriptions.rules.actions import ACTIONS

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


def as_chosen(_subscription: Subscription, values: Values) -> Values:
    return values


@dataclass(frozen=True)
class Kind:
    form_class: type[ActionForm]
    choices: type[forms.Form] = NoChoices
    data: Callable[[Subscription, Values], Values] = as_chosen
    """What the form of one subscription is sent. Raises `NotAllowed` where the choice does not suit it."""

    @property
    def label(self) -> str | Promise:
        return ACTIONS[self.form_class.action].in_admin


KINDS: dict[str, Kind] = {
    "pause": Kind(PauseForm, PauseChoices),
    "resume": Kind(ResumeForm),
    "change_plan": Kind(PlanForm, PlanChoices),
}
"""By their names, which rows hold. Other apps add theirs."""
