"""The rows of a bulk act as a file, handed over like a list: who took it is noted, and a long one is made by the worker."""

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode

from portal_project.common.admin import ModelAdmin, ReadOnly
from portal_project.common.keys import key
from subscriptions.models import BulkRow


def state_in(sent: QueryDict) -> str:
    """The result that an address is narrowed to; empty for all. Raises `IncorrectLookupParameters` for what is none."""
    state = sent.get("state", "")
    if state and state not in BulkRow.State:
        raise IncorrectLookupParameters
    return state


@admin.register(BulkRow)
class BulkRowAdmin(ReadOnly, ModelAdmin):
    """Has no list of its own: what is read of them stands on a page of their act, to which its address leads."""

    csv_columns = (
        ("subscription", "subscription.number"),
        ("customer_number", "subscription.customer.number"),
        ("customer", "subscription.customer.name"),
        ("result", lambda row: row.get_state_display()),
        ("reason", "reason"),
    )

    def has_view_permission(self, request: HttpRequest, obj: BulkRow | None = None) -> bool:
        return request.user.has_perm("subscriptions.view_bulkact")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.changelist_view)
        return [path("", view, name="subscriptions_bulkrow_changelist")]

    def changelist_view(self, request: HttpRequest, extra_context: object = None) -> HttpResponse:
        act = key(request.GET.get("act", ""))
        if act is None:
            return redirect("admin:subscriptions_bulkact_changelist")
        state = urlencode({"state": request.GET.get("state", "")})
        return redirect(f"{reverse('admin:subscriptions_bulkact_rows', args=[act])}?{state}")

    def csv_filters(self, query: str, reader: AbstractBaseUser) -> list[str]:
        sent = QueryDict(query)
        result = state_in(sent)
        act = f"bulk act {sent.get('act', '')}"
        return [act, f"result: {BulkRow.State(result).label}"] if result else [act]

    def csv_rows(self, query: str, reader: AbstractBaseUser) -> QuerySet[BulkRow]:
        """Of the act that the address names, or those of them with one result."""
        sent = QueryDict(query)
        act, state = key(sent.get("act", "")), state_in(sent)
        if act is None:
            raise IncorrectLookupParameters
        rows = BulkRow.objects.filter(act=act).select_related("subscription__customer")
        return rows.filter(state=state) if state else rows
