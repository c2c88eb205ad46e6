"""Forms that confirm a discount, another plan or price, and that it stays (`docs/design.md`, Discounts and plan changes)."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal_project.accounts.models import Merchant
from products import money
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

    def set_subscription(self, subscription: Subscription, *, own: bool = False) -> None:
        """`own` as `may_change_to`: customers do not learn of plans that are not open to them."""
        self.subscription, self.own = subscription, own
        self.plans = {str(plan.pk): plan for plan in subscription.plan.product.plans.all() if self._is_known(plan)}
        plans = [plan for plan in self.plans.values() if policies.may_change_to(subscription, plan, own=own)]
        self.choices = [(plan.pk, f"{plan.shown_name}, {plan.price}") for plan in plans]
        if not plans:
            values = {"product": subscription.plan.product.shown_name, "currency": subscription.currency}
            self.help_text = _("%(product)s has no other active plan in %(currency)s.") % values

    def _is_known(self, plan: Plan) -> bool:
        is_theirs = plan.pk in (self.subscription.plan_id, self.subscription.next_plan_id)
        return not self.own or is_theirs or (plan.is_open_to_change and plan.is_active)

    def to_python(self, value: Any) -> Plan | None:
        if value in self.empty_values:
            return None
        if str(value) not in self.plans:
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return self.plans[str(value)]

    def clean(self, value: Any) -> Plan | None:
        """One that is chosen already, or that the subscription has, is no mistake: nothing is left to do then."""
        plan = super().clean(value)
        if not plan:
            return plan
        verdict = policies.may_change_to(self.subscription, plan, own=self.own)
        if verdict.code == Code.NOT_NOW:
            raise forms.ValidationError(verdict.reason)
        return plan


@confirms(Action.CHANGE_PLAN)
class PlanForm(ActionForm):
    template = "subscriptions/plan.html"

    plan = PlanField(
        queryset=Plan.objects.none(),
        label=gettext_lazy("New plan"),
        widget=forms.RadioSelect(attrs={"data-live": True}),
        error_messages={
            "required": gettext_lazy("Choose a plan."),
            "invalid_choice": gettext_lazy("This is none of the plans to choose from."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own = policies.is_customer(self.by, self.subscription)
        self.fields["plan"].set_subscription(self.subscription, own=self.own)  # type: ignore[attr-defined]

    @classmethod
    def shared(cls, subscriptions: Sequence[Subscription], today: date) -> dict[str, Any]:
        prefetch_related_objects(subscriptions, "plan__product__plans")
        return super().shared(subscriptions, today)

    @property
    def done(self) -> str:  # type: ignore[override]
        if not self.own:
            return _("The plan change is noted. The customer is told by mail.")
        return _("The plan change is noted. Until it comes, you can drop it or choose another plan.")

    def carry_out(self) -> None:
        """Raises `NotAllowed` where the subscription has the plan, is to have it, or cannot have it."""
        policies.may_change_to(self.subscription, self.chosen("plan"), own=self.own).enforce()
        super().carry_out()

    def act(self, subscription: Subscription) -> None:
        if plan := self.chosen("plan"):
            subscription.change_plan(self.today, plan, own=self.own)


@confirms(Action.DROP_PLAN_CHANGE)
class DropPlanChangeForm(ActionForm):
    template = "subscriptions/drop_plan_change.html"

    @property
    def done(self) -> str:  # type: ignore[override]
        if policies.is_customer(self.by, self.subscription):
            return _("The plan change is dropped. The subscription stays on its plan.")
        return _("The plan change is dropped. The customer is told by mail.")

    def act(self, subscription: Subscription) -> None:
        subscription.drop_plan_change(self.today)


@confirms(Action.CHANGE_PRICE)
class PriceForm(ActionForm):
    done = gettext_lazy("The price change is noted. The customer is told by mail.")

    amount = forms.DecimalField(
        min_value=0,
        max_digits=14,
        decimal_places=3,
        label=gettext_lazy("New price"),
        widget=forms.NumberInput(attrs={"data-live": True}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        values = {"price": self.subscription.price, "currency": self.subscription.currency}
        self.fields["amount"].help_text = _("In %(currency)s; it costs %(price)s now.") % values

    def clean_amount(self) -> Decimal:
        """One that it costs already, or is to, is no mistake: nothing is left to do then."""
        amount, currency = self.cleaned_data["amount"], self.subscription.currency
        if not money.is_exact(amount, currency):
            values = {"currency": currency, "digits": money.digits(currency)}
            raise forms.ValidationError(_("%(currency)s has %(digits)s digits after the point.") % values)
        verdict = policies.may_change_price(self.subscription, amount)
        if verdict.code == Code.NOT_NOW:
            raise forms.ValidationError(verdict.reason)
        return amount

    def carry_out(self) -> None:
        """Raises `NotAllowed` where the subscription costs just that, or is to."""
        policies.may_change_price(self.subscription, self.chosen("amount")).enforce()
        super().carry_out()

    def act(self, subscription: Subscription) -> None:
        amount = self.chosen("amount")
        if amount is not None and policies.may_change_price(subscription, amount):
            earliest = self.today + timedelta(days=Merchant.recent().price_change_notice_days)
            subscription.change_price(self.today, amount, earliest)


@confirms(Action.DROP_PRICE_CHANGE)
class DropPriceChangeForm(ActionForm):
    done = gettext_lazy("The price change is dropped. The customer is told by mail.")

    def act(self, subscription: Subscription) -> None:
        subscription.drop_price_change(self.today)
