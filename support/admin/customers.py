"""Customers in the admin, apart from staff: their list, and one page with all that is known of one."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from portal_project.accounts.forgetting_admin import ForgottenFilter
from portal_project.accounts.models import Customer, InvoicedParty
from portal_project.accounts.viewing_admin import ViewAsAdmin
from portal_project.common.admin import ReadOnly
from portal_project.common.list_admin import ALL, ListAdmin
from portal_project.common.numbers import Numbers
from portal_project.common.paging import page
from subscriptions.models import Subscription
from support.admin import customer_page

PAGE, HISTORY = "admin/support/customer/page.html", "admin/support/customer/history.html"
# Of one customer.
RUNNING = Subscription.objects.running().filter(customer=OuterRef("pk"))
# Nobody reads further on pages; whoever finds too much types another word.
MOST = 1000


@admin.register(Customer)
class CustomerAdmin(ReadOnly, ViewAsAdmin, ListAdmin):
    """Newest first and never counted, so that a page costs the same at a thousand customers and at a million."""

    list_display = ("customer", "company", "email", "number", "external_id", "running", "since")
    list_display_links = ("customer",)
    list_filter = (ForgottenFilter, "is_active")
    list_tabs = {
        ALL: ("All", lambda rows: rows),
        "subscribed": ("Subscribed", lambda rows: rows.filter(Exists(RUNNING))),
        "switched_off": ("Switched off", lambda rows: rows.filter(is_active=False, forgotten_at=None)),
        # Nobody who is forgotten can sign in, which says to the database where to look.
        "forgotten": ("Forgotten", lambda rows: rows.filter(is_active=False, forgotten_at__isnull=False)),
    }
    filters_like_tabs = ("forgotten", "is_active__exact")
    list_select_related = ("invoiced_party",)
    search_fields = ("search_text",)
    search_help_text = gettext_lazy("Name, company, e-mail address, number or external ID")
    actions = None
    csv_columns = (
        ("number", "number"),
        ("external_id", "external_id"),
        ("name", "name"),
        ("email", "email"),
        ("phone", "phone"),
        ("company", lambda customer: getattr(customer, "invoiced_party", None) and customer.invoiced_party.company),
        ("running_subscriptions", "running"),
        ("active", "is_active"),
        ("since", "date_joined"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        running = RUNNING.order_by().values("customer")
        counted = running.annotate(count=Count("pk")).values("count")
        return super().get_queryset(request).annotate(running=Coalesce(Subquery(counted), 0))

    def with_numbers(self, queryset: QuerySet[Customer], typed: Numbers) -> QuerySet[Customer]:
        return queryset.filter(number__in=typed.customers)

    def matching(self, queryset: QuerySet[Customer], term: str) -> QuerySet[Customer]:
        """By what they are called themselves, or by their company; each is looked up in its own index."""
        people = Customer.objects.filter(search_text__matches=term).order_by("-pk").values_list("pk", flat=True)
        of_company = (
            InvoicedParty.objects.filter(search_text__matches=term).order_by("-pk").values_list("pk", flat=True)
        )
        return queryset.filter(pk__in={*people[:MOST], *of_company[:MOST]})

    def all_matching(self, queryset: QuerySet[Customer], term: str) -> QuerySet[Customer]:
        of_company = InvoicedParty.objects.filter(search_text__matches=term)
        return queryset.filter(Q(search_text__matches=term) | Q(pk__in=of_company.values("pk")))

    def has_view_permission(self, request: HttpRequest, obj: Customer | None = None) -> bool:
        return request.user.has_perm("accounts.view_user")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.add_user")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return redirect("admin:accounts_user_add")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        customer = self._customer(request, object_id)
        if customer is None:
            # Staff by now, or nobody.
            return redirect("admin:accounts_user_change", object_id)
        return self._page(request, PAGE, customer, customer_page.context(request, customer, localdate()))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """What became of all their subscriptions, page by page; the admin's own history would be about nothing."""
        customer = self._customer(request, object_id)
        if customer is None:
            raise Http404
        return self._page(request, HISTORY, customer, {"page": page(customer_page.events(customer), request, 50)})

    def _customer(self, request: HttpRequest, key: str) -> Customer | None:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return Customer.objects.select_related("invoiced_party", "forgotten_by").filter(pk=key).first()

    def _page(self, request: HttpRequest, template: str, customer: Customer, shown: dict[str, Any]) -> HttpResponse:
        context = self.admin_site.each_context(request) | {"title": customer.get_full_name(), "opts": self.opts}
        return TemplateResponse(request, template, context | {"customer": customer} | shown)

    @display(description=gettext_lazy("customer"))
    def customer(self, customer: Customer) -> str:
        return customer.get_full_name()

    @display(description=gettext_lazy("company"))
    def company(self, customer: Customer) -> str:
        party = getattr(customer, "invoiced_party", None)
        return party.company if party else ""

    @display(description=gettext_lazy("running subscriptions"))
    def running(self, customer: Any) -> int:
        return customer.running

    @display(description=gettext_lazy("since"))
    def since(self, customer: Customer) -> Any:
        return localdate(customer.date_joined)
