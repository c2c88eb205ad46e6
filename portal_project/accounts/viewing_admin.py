"""Seeing the portal as a customer begins and ends in the admin, by a POST each."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_POST

from portal_project.accounts import viewing
from portal_project.accounts.models import Customer
from portal_project.accounts.people import person
from portal_project.common.admin import ModelAdmin


class ViewAsAdmin(ModelAdmin):
    """Mixed into the pages of customers."""

    def has_view_as_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(viewing.VIEW_AS)

    def get_urls(self) -> list[URLPattern]:
        begin, leave = (self.admin_site.admin_view(require_POST(each)) for each in (self.view_as, self.leave))
        own = [
            path("<int:pk>/view-as/", begin, name="accounts_customer_view_as"),
            path("leave/", leave, name="accounts_customer_leave"),
        ]
        return [*own, *super().get_urls()]

    def view_as(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_view_as_permission(request):
            raise PermissionDenied
        customer = get_object_or_404(Customer, pk=pk)
        try:
            viewing.begin(request, customer, by=person(request))
        except viewing.Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:accounts_customer_change", pk)
        return redirect("home")

    def leave(self, request: HttpRequest) -> HttpResponse:
        """Back to the customer's page; where it had ended already, to the list."""
        left = viewing.end(request, timezone.now())
        if left is None:
            return redirect("admin:accounts_customer_changelist")
        return redirect("admin:accounts_customer_change", left.customer_id)
