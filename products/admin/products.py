from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from portal_project.common.search_admin import SearchAdmin
from products.admin.alternatives import AlternativeInline
from products.admin.history import HistoryAdmin
from products.admin.plans import PlanInline
from products.models import CancellationMode, Product


@admin.register(Product)
class ProductAdmin(HistoryAdmin, SearchAdmin):
    list_display = ("name", "pause", "cancel", "plan_count", "is_active")
    list_filter = ("is_active", "allow_pause", "allow_cancel", "allow_plan_change", "cancellation_mode")
    search_fields = ("search_text",)
    csv_columns = (
        ("product", "name"),
        ("active", "is_active"),
        ("tax_rate", "tax_rate"),
        ("plans", "plan_count"),
        ("allow_pause", "allow_pause"),
        ("allow_cancel", "allow_cancel"),
        ("allow_plan_change", "allow_plan_change"),
        ("cancellation_mode", "cancellation_mode"),
        ("notice_days", "notice_days"),
        ("pause_starts", "pause_starts"),
        ("resume_rule", "resume_rule"),
        ("longest_pause_days", "max_pause_days"),
    )
    inlines = (PlanInline, AlternativeInline)
    warn_unsaved_form = True
    compressed_fields = True
    fieldsets = (
        (None, {"fields": ("name", "description", "translations", "tax_rate", "is_active")}),
        (
            _("Customer Portal Actions"),
            {
                "classes": ("pa-actions",),
                "description": _(
                    "What customers may do by themselves. A change applies at once to existing subscriptions too; a "
                    "cancellation that was already requested keeps its date, and a pause keeps the rule it began with."
                ),
                "fields": (
                    "allow_pause",
                    "allow_cancel",
                    "allow_plan_change",
                    "cancellation_mode",
                    "notice_days",
                    "pause_starts",
                    "resume_rule",
                    "max_pause_days",
                    "max_pauses_per_year",
                    "ask_before_alternatives",
                ),
            },
        ),
        (
            _("What Support may offer"),
            {
                "description": _(
                    "To a customer who wants to leave, and as a discount at any time. Whoever may change products is not bound."
                ),
                "fields": ("support_max_percent", "support_max_invoices", "support_max_pause_days"),
            },
        ),
    )
    # The limits also bind the pauses of alternatives, so they stay where pausing is not allowed otherwise.
    # Whoever may only read the page has no switches on it: then everything shows.
    conditional_fields = {
        "cancellation_mode": "typeof allow_cancel === 'undefined' || allow_cancel == true",
        "notice_days": "typeof allow_cancel === 'undefined' || "
        f"(allow_cancel == true && cancellation_mode == '{CancellationMode.REQUEST}')",
        "ask_before_alternatives": "typeof allow_cancel === 'undefined' || "
        f"(allow_cancel == true && cancellation_mode == '{CancellationMode.REQUEST}')",
    }

    def has_delete_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        """What has subscriptions stays; it can be made inactive."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or not obj.plans.filter(subscriptions__isnull=False).exists())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        product = form.instance
        if product.allow_plan_change and not product.plans.filter(is_active=True, is_open_to_change=True).exists():
            text = _("“Allow plan change” is on, but customers find no plan: mark those that are open to change.")
            messages.warning(request, text)

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
