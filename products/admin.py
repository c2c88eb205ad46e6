from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from simple_history.admin import SimpleHistoryAdmin
from unfold.decorators import display

from portal_project.common.admin import TabularInline
from portal_project.common.search_admin import SearchAdmin
from products import money
from products.models import CancellationMode, Plan, Product


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
        return ["name", *self.get_readonly_fields(request, obj), "trial_days", "is_active"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [] if self.has_change_permission(request, obj) else ["price"]

    @display(description=_("price"))
    def price(self, plan: Plan) -> str:
        return plan.price


class PlanInline(PlanPage, TabularInline):
    model = Plan
    fields = ("name", "amount", "currency", "interval", "interval_count", "trial_days", "is_active")
    extra = 0
    show_change_link = True


@admin.register(Product)
class ProductAdmin(SimpleHistoryAdmin, SearchAdmin):
    list_display = ("name", "pause", "cancel", "plan_count", "is_active")
    list_filter = ("is_active", "allow_pause", "allow_cancel", "cancellation_mode")
    search_fields = ("search_text",)
    inlines = (PlanInline,)
    warn_unsaved_form = True
    compressed_fields = True
    fieldsets = (
        (None, {"fields": ("name", "description", "tax_rate", "is_active")}),
        (
            _("Customer Portal Actions"),
            {
                "description": _(
                    "What customers may do by themselves. A change applies at once to existing subscriptions too; a "
                    "cancellation that was already requested keeps its date, and a pause keeps the rule it began with."
                ),
                "fields": (
                    "allow_pause",
                    "allow_cancel",
                    "cancellation_mode",
                    "notice_days",
                    "pause_starts",
                    "resume_rule",
                    "max_pause_days",
                    "max_pauses_per_year",
                ),
            },
        ),
    )
    # The limits bind customers alone; when and how a pause works also holds for pauses that staff make.
    # Whoever may only read the page has no switches on it: then everything shows.
    conditional_fields = {
        "cancellation_mode": "typeof allow_cancel === 'undefined' || allow_cancel == true",
        "notice_days": "typeof allow_cancel === 'undefined' || "
        f"(allow_cancel == true && cancellation_mode == '{CancellationMode.REQUEST}')",
        "max_pause_days": "typeof allow_pause === 'undefined' || allow_pause == true",
        "max_pauses_per_year": "typeof allow_pause === 'undefined' || allow_pause == true",
    }

    def has_delete_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        """What has subscriptions stays; it can be made inactive."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or not obj.plans.filter(subscriptions__isnull=False).exists())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        return super().get_queryset(request).annotate(plan_count=Count("plans"))

    @display(description=_("plans"), ordering="plan_count")
    def plan_count(self, product: Any) -> int:
        return product.plan_count

    @display(description=_("pause"), boolean=True, ordering="allow_pause")
    def pause(self, product: Product) -> bool:
        return product.allow_pause

    @display(description=_("cancel"), ordering="allow_cancel")
    def cancel(self, product: Product) -> str:
        if not product.allow_cancel:
            return "–"
        if product.cancellation_mode == CancellationMode.IMMEDIATE:
            return str(product.get_cancellation_mode_display())
        days = product.notice_days
        return ngettext("Request, %(days)d day’s notice", "Request, %(days)d days’ notice", days) % {"days": days}


@admin.register(Plan)
class PlanAdmin(PlanPage, SimpleHistoryAdmin, SearchAdmin):
    list_display = ("product", "name", "price", "trial_days", "is_active")
    list_display_links = ("name",)
    list_filter = ("is_active", "product", "interval")
    list_select_related = ("product",)
    search_fields = ("search_text", "product__search_text")
    autocomplete_fields = ("product",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Plan], search_term: str
    ) -> tuple[QuerySet[Plan], bool]:
        """The choice for a new subscription offers only what takes new ones."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if request.path.endswith("/autocomplete/"):
            found = found.filter(is_active=True, product__is_active=True)
        return found, may_repeat
