from typing import Any

from django import forms
from django.db.models import ManyToManyField, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from portal_project.common.admin import FormSet, StackedInline, Translated
from products.models import Alternative, CancellationReason, Plan, Product


class AlternativeForm(forms.ModelForm):
    """The plans to choose from are those of the product; one that is no longer active stays where it was chosen before."""

    def clean(self) -> Any:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if plan := cleaned.get("plan"):
            for each in cleaned.get("plans") or ():
                self._check(each, plan)
        return cleaned

    def _check(self, of: Plan, offered: Plan) -> None:
        """Whether customers on the one plan can go over to the other."""
        if of == offered:
            self.add_error("plans", _("“%(plan)s” is what is offered here.") % {"plan": of.name})
        elif of.currency != offered.currency:
            text = _("“%(plan)s” is in another currency than “%(other)s”.")
            self.add_error("plans", text % {"plan": of.name, "other": offered.name})


class AlternativeFormSet(FormSet):
    """All its forms choose from the same reasons and plans, read once."""

    instance: Product

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reasons = [(reason.pk, reason.label) for reason in CancellationReason.objects.all()]
        self.plans = list(self.instance.plans.all()) if self.instance.pk else []

    def add_fields(self, form: Any, index: Any) -> None:
        super().add_fields(form, index)
        if "plan" not in form.fields:
            # Of whoever may only read it.
            return
        mine, chosen = Q(product=self.instance.pk), form.instance.plan_id
        form.fields["plan"].queryset = Plan.objects.filter(mine, Q(is_active=True) | Q(pk=chosen))
        form.fields["plans"].queryset = Plan.objects.filter(mine)
        names = [(plan.pk, f"{plan.name}, {plan.price}") for plan in self.plans if plan.is_active or plan.pk == chosen]
        form.fields["plan"].choices = [("", "---------"), *names]
        form.fields["reasons"].choices = self.reasons
        # No plan is made or changed on the way.
        form.fields["plan"].widget = form.fields["plan"].widget.widget
        form.fields["plans"].choices = [(plan.pk, f"{plan.name}, {plan.price}") for plan in self.plans]


class AlternativeInline(Translated, StackedInline):
    model = Alternative
    form = AlternativeForm
    formset = AlternativeFormSet
    fk_name = "product"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("kind", "is_active"),
                    ("pause_days", "plan"),
                    ("percent", "invoices"),
                    "text",
                    "translations",
                    ("reasons", "plans"),
                    ("from_months", "position"),
                )
            },
        ),
    )
    extra = 0
    # What was shown is counted, so it is switched off and stays.
    can_delete = False
    ordering_field = "position"

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(
            db_field, request, widget=UnfoldAdminCheckboxSelectMultipleWidget, **kwargs
        )

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "text":
            field.widget.attrs["rows"] = 2
        elif isinstance(db_field, ManyToManyField):
            field.widget = field.widget.widget
        return field

    def get_queryset(self, request: HttpRequest) -> QuerySet[Alternative]:
        return super().get_queryset(request).select_related("plan", "product").prefetch_related("plans", "reasons")
