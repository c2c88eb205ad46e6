"""The page on which staff forget a customer, and the way to it."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext, gettext_lazy

from portal_project.accounts import forgetting
from portal_project.accounts.models import User
from portal_project.accounts.people import person
from portal_project.common.admin import ModelAdmin
from portal_project.common.personal_data import ERASERS, TABLES, Kept


class ForgottenFilter(admin.SimpleListFilter):
    title = gettext_lazy("forgotten")
    parameter_name = "forgotten"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", gettext_lazy("Forgotten"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[User]:
        return queryset.filter(forgotten_at__isnull=False) if self.value() == "yes" else queryset


class ForgettingAdmin(ModelAdmin):
    """Mixed into the pages of people."""

    change_form_outer_before_template = "admin/accounts/user/_forget.html"

    def has_forget_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(forgetting.FORGET)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.forget)
        return [path("<int:pk>/forget/", view, name="accounts_user_forget"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"may_forget": self.has_forget_permission(request)} | (extra_context or {})
        return super().change_view(request, object_id, form_url, context)

    def forget(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say what goes, what stays and what stands in the way; a POST forgets the customer."""
        if not self.has_forget_permission(request):
            raise PermissionDenied
        customer = get_object_or_404(User, pk=pk)
        if request.method != "POST" and not customer.forgotten_at:
            return self._page(request, customer, forgetting.in_the_way(customer))
        try:
            forgetting.forget(customer, by=person(request))
        except forgetting.Refused as refusal:
            return self._page(request, customer, refusal.reasons, status=409)
        messages.success(request, gettext("Customer %(number)s is forgotten.") % {"number": customer.number})
        return redirect("admin:accounts_customer_change", pk)

    def _page(self, request: HttpRequest, customer: User, reasons: list[str], status: int = 200) -> HttpResponse:
        told = [table.once_forgotten for table in TABLES]
        context = self.admin_site.each_context(request) | {
            "title": gettext("Forget this customer"),
            "opts": self.opts,
            "customer": customer,
            "reasons": reasons,
            "kept": [each for each in told if isinstance(each, Kept)],
            "gone": [each.goes for each in (*told, *ERASERS) if each.goes],
        }
        return TemplateResponse(request, "admin/accounts/user/forget.html", context, status=status)
