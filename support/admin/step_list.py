"""The list of wind-down steps as a file. The list itself is a tab of the queue, which the address here leads to."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.timezone import localdate

from portal_project.common.admin import ModelAdmin, ReadOnly
from support.admin import wind_down
from support.models import WindDownStep
from support.queue.rows import STEPS


@admin.register(WindDownStep)
class WindDownStepAdmin(ReadOnly, ModelAdmin):
    csv_columns = (
        ("step", "what"),
        ("service", "service.name"),
        ("service_kind", "service.kind"),
        ("reference", "service.reference"),
        ("subscription", "service.subscription.number"),
        ("customer_number", "service.subscription.customer.number"),
        ("customer", "service.subscription.customer.name"),
        ("customer_email", "service.subscription.customer.email"),
        ("product", "service.subscription.plan.product.name"),
        ("due_on", "due_on"),
        ("can_be_undone", "can_be_undone"),
        ("point_of_no_return", "point_of_no_return"),
        ("done_at", "done_at"),
        ("done_by", "done_by.email"),
        ("provider_error", lambda step: _why_not_told(step)),
    )

    def has_view_permission(self, request: HttpRequest, obj: WindDownStep | None = None) -> bool:
        """As the queue asks."""
        return request.user.has_perm("support.view_ticket")

    def get_urls(self) -> list[URLPattern]:
        return [path("", self.admin_site.admin_view(self.changelist_view), name="support_winddownstep_changelist")]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        query = request.GET.copy()
        query["tab"] = STEPS
        return redirect(f"{reverse('admin:support_ticket_changelist')}?{query.urlencode()}")

    def csv_filters(self, query: str, reader: AbstractBaseUser) -> list[str]:
        return [wind_down.called(QueryDict(query))]

    def csv_rows(self, query: str, reader: AbstractBaseUser) -> QuerySet[WindDownStep]:
        chosen = QueryDict(query)
        if not wind_down.shows_something(chosen):
            raise IncorrectLookupParameters
        return wind_down.chosen(chosen, localdate()).select_related(
            "service__subscription__customer",
            "service__subscription__plan__product",
            "service__provider_call",
            "done_by",
        )


def _why_not_told(step: WindDownStep) -> str:
    """Of a step that is done it says nothing any more, as in the list."""
    if step.done_at or step.task != WindDownStep.Task.AUTO_RENEW:
        return ""
    call = getattr(step.service, "provider_call", None)
    return call.error if call else ""
