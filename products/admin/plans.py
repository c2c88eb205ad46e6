from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from portal_project.common.admin import TabularInline
from portal_project.common.search_admin import SearchAdmin
from products import money
from products.admin.history import HistoryAdmin
from products.models import Plan


class PlanForm(forms.ModelForm):
    """Shows an amount with as many digits as its currency has, and not as the database stores it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["amount"] = money.rounded(self.instance.amount, self.instance.currency)


class PlanPage(admin.options.BaseModelAdmin):
    """Whoever may only read a plan sees its price as one text, as it is written everywhere else."""

    form = PlanForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if self.has_change_permission(request, obj):
            return super().get_fields(request, obj)
        return ["name", "price", "trial_days", "is_active", "is_open_to_change"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if self.has_change_permission(request, obj) else (*fields, "price")

    @display(description=_("price"))
    def price(self, plan: Plan) -> str:
        return plan.price


class PlanInline(PlanPage, TabularInline):
    model = Plan
    fields = (
        "name",
        "amount",
        "currency",
        "interval",
        "interval_count",
        "trial_days",
        "is_active",
        "is_open_to_change",
    )
    extra = 0
    show_change_link = True


@admin.register(Plan)
class PlanAdmin(PlanPage, HistoryAdmin, SearchAdmin):
    """Names in other languages have no room in the rows of a product's page, so they are here."""

    list_display = ("product", "name", "price", "trial_days", "is_active", "is_open_to_change")
    list_display_links = ("name",)
    list_filter = ("is_active", "is_open_to_change", "product", "interval")
    list_select_related = ("product",)
    search_fields = ("search_text", "product__search_text")
    csv_columns = (
        ("product", "product.name"),
        ("plan", "name"),
        ("amount", lambda plan: money.rounded(plan.amount, plan.currency)),
        ("currency", "currency"),
        ("interval", "interval"),
        ("interval_count", "interval_count"),
        ("trial_days", "trial_days"),
        ("active", "is_active"),
        ("open_to_change", "is_open_to_change"),
    )
    autocomplete_fields = ("product",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        name, *others = (each for each in super().get_fields(request, obj) if each != "translations")
        return [name, "translations", *others]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Plan], search_term: str
    ) -> tuple[QuerySet[Plan], bool]:
        """The choice for a new subscription offers only what takes new ones."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if request.path.endswith("/autocomplete/"):
            found = found.filter(is_active=True, product__is_active=True)
        return found, may_repeat
