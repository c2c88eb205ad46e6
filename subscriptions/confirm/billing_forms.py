"""Forms by which staff confirm a discount, another plan, and that it stays on its plan (`docs/design.md`, Billing)."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products.models import Plan
from subscriptions.confirm.forms import ActionForm, confirms
from subscriptions.models import Subscription
from subscriptions.models.billing import MOST_INVOICES
from subscriptions.rules import policies
from subscriptions.rules.states import Action, Code


@confirms(Action.GRANT_DISCOUNT)
class DiscountForm(ActionForm):
    done = gettext_lazy("The discount is granted. The customer is told by mail.")

    percent = forms.IntegerField(
        min_value=1,
        max_value=100,
        label=gettext_lazy("Discount (%)"),
        widget=forms.NumberInput(attrs={"data-live": True}),
    )
    invoices = forms.IntegerField(
        min_value=1,
        max_value=MOST_INVOICES,
        label=gettext_lazy("On how many invoices"),
        help_text=gettext_lazy("The next ones; a new discount takes the place of what is left of another."),
        widget=forms.NumberInput(attrs={"data-live": True}),
    )

    @property
    def granted(self) -> tuple[int, int] | None:
        """Percent and number of invoices; None while there are none."""
        percent, invoices = self.chosen("percent"), self.chosen("invoices")
        return (percent, invoices) if percent and invoices else None

    def clean(self) -> None:
        """One beyond what Support may give is a mistake of the form: what was typed stays."""
        if self.granted:
            verdict = policies.may_grant(self.subscription, *self.granted, by=self.by)
            if verdict.code == Code.NOT_OFFERED:
                self.add_error("percent", verdict.reason)

    def carry_out(self) -> None:
        """Raises `NotAllowed` where the subscription has just this discount."""
        if self.granted:
            policies.may_grant(self.subscription, *self.granted, by=self.by).enforce()
        super().carry_out()

    def act(self, subscription: Subscription) -> None:
        if self.granted:
            subscription.grant_discount(self.today, *self.granted)


class PlanField(forms.ModelChoiceField):
    """A plan that the subscription can go over to."""

    def set_subscription(self, subscription: Subscription) -> None:
        self.subscription = subscription
        self.queryset = Plan.objects.filter(product=subscription.plan.product_id).select_related("product")
        plans = [plan for plan in self.queryset if policies.may_change_to(subscription, plan)]
        self.choices = [(plan.pk, f"{plan.name}, {plan.price}") for plan in plans]
        if not plans:
            values = {"product": subscription.plan.product, "currency": subscription.currency}
            self.help_text = _("%(product)s has no other active plan in %(currency)s.") % values

    def clean(self, value: Any) -> Plan | None:
        """One that is chosen already, or that the subscription has, is no mistake: nothing is left to do then."""
        plan = super().clean(value)
        if plan and (verdict := policies.may_change_to(self.subscription, plan)).code == Code.NOT_NOW:
            raise forms.ValidationError(verdict.reason)
        return plan


@confirms(Action.CHANGE_PLAN)
class PlanForm(ActionForm):
    done = gettext_lazy("The plan change is noted. The customer is told by mail.")

    plan = PlanField(
        queryset=Plan.objects.none(),
        label=gettext_lazy("New plan"),
        widget=forms.RadioSelect(attrs={"data-live": True}),
        error_messages={"required": gettext_lazy("Choose a plan.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].set_subscription(self.subscription)  # type: ignore[attr-defined]

    def carry_out(self) -> None:
        """Raises `NotAllowed` where the subscription has the plan, is to have it, or cannot have it."""
        policies.may_change_to(self.subscription, self.chosen("plan")).enforce()
        super().carry_out()

    def act(self, subscription: Subscription) -> None:
        if plan := self.chosen("plan"):
            subscription.change_plan(self.today, plan)


@confirms(Action.DROP_PLAN_CHANGE)
class DropPlanChangeForm(ActionForm):
    done = gettext_lazy("The plan change is dropped. The customer is told by mail.")

    def act(self, subscription: Subscription) -> None:
        subscription.drop_plan_change(self.today)
