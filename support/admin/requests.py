from collections.abc import Collection
from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import RangeDateFilter, RelatedDropdownFilter
from unfold.decorators import display

from portal_project.accounts.customer_admin import of_customer
from portal_project.accounts.models import User
from portal_project.common.admin import ReadOnly
from portal_project.common.numbers import Numbers
from portal_project.common.search_admin import SearchAdmin
from subscriptions.admin.filters import HowItEndedFilter
from subscriptions.admin.subscriptions import SubscriptionAdmin, operation
from subscriptions.billing.catch_up import as_of
from subscriptions.models import Subscription
from subscriptions.portal.actions_area import actions_area
from support.admin import leaving, step_rows, wind_down
from support.admin.leaving_lists import DecisionFilter, EndedAtOnceFilter, PlanFilter, TenureFilter
from support.admin.saved_replies import SavedReplyAdmin
from support.admin.tickets import TicketAdmin
from support.cancellations.end_date import why_promised
from support.cancellations.forms import CancelNowForm, WithdrawForm
from support.cancellations.staff_forms import KeepForm, StaffRequestForm
from support.models import CancellationRequest
from support.reports.leaving import IN_NOTICE, LOST

__all__ = ["CancellationRequestAdmin", "SavedReplyAdmin", "SubscriptionDeskAdmin", "TicketAdmin"]

admin.site.unregister(Subscription)


@admin.register(Subscription)
class SubscriptionDeskAdmin(SubscriptionAdmin):
    """The page of a subscription with the verbs that also touch requests and tickets."""

    list_display = (*SubscriptionAdmin.list_display, "reason")
    list_filter = (
        *SubscriptionAdmin.list_filter,
        ("canceled_on", RangeDateFilter),
        EndedAtOnceFilter,
        HowItEndedFilter,
    )

    change_form_outer_after_template = "admin/support/_beside_subscription.html"
    actions_detail = (
        *SubscriptionAdmin.actions_detail,
        "request_cancellation",
        "withdraw",
        "keep_active",
        "cancel_now",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscription]:
        """With why each is leaving or has left, as the reason was worded when it was chosen."""
        asked = CancellationRequest.objects.filter(subscription=OuterRef("pk"), decision__in=(IN_NOTICE, *LOST))
        asked = asked.order_by("-pk")
        return super().get_queryset(request).annotate(leaving_because=Subquery(asked.values("reason_label")[:1]))

    @display(description="reason")
    def reason(self, subscription: Any) -> str:
        return subscription.leaving_because or "–"

    def possible_of(self, subscriptions: Collection[Subscription], *, by: User, today: date) -> dict[int, list[str]]:
        """An end that nobody requested here can be withdrawn, but there is no request to be kept in spite of."""
        possible = super().possible_of(subscriptions, by=by, today=today)
        undecided = CancellationRequest.objects.undecided().filter(subscription__in=list(possible))
        requested = set(undecided.values_list("subscription", flat=True))
        return {
            key: [name for name in names if name != "keep_active" or key in requested]
            for key, names in possible.items()
        }

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        today = localdate()
        steps = step_rows.of_subscription(int(object_id), today)
        context = {"steps": steps, "may_mark": wind_down.may_mark(request)}
        if stored := self.get_queryset(request).filter(pk=object_id).first():
            context["area"] = actions_area(as_of(stored, today), by=stored.customer, today=today)
        return super().change_view(request, object_id, form_url, (extra_context or {}) | context)

    def where_from(self, object_id: int) -> str:
        """Whoever decides about a request comes from its ticket, and sees there what became of it."""
        request = CancellationRequest.objects.undecided().filter(subscription=object_id).first()
        if request is None:
            return super().where_from(object_id)
        return reverse("admin:support_ticket_change", args=[request.ticket_id])

    def why_it_ends(self, subscription: Subscription) -> str:
        return why_promised(subscription)

    request_cancellation = operation(
        "request_cancellation", StaffRequestForm, title=gettext_lazy("Request cancellation for the customer")
    )
    withdraw = operation("withdraw", WithdrawForm)
    keep_active = operation("keep_active", KeepForm, gettext_lazy("Keep active"))
    cancel_now = operation("cancel_now", CancelNowForm)


@admin.register(CancellationRequest)
class CancellationRequestAdmin(ReadOnly, SearchAdmin):
    list_display = ("subscription", "customer", "reason_label", "requested_on", "promised_on", "outcome", "decided_by")
    list_filter = (
        ("reason", RelatedDropdownFilter),
        DecisionFilter,
        ("requested_on", RangeDateFilter),
        ("subscription__plan__product", RelatedDropdownFilter),
        ("subscription__plan", PlanFilter),
        TenureFilter,
        of_customer("subscription__customer"),
    )
    list_filter_submit = True
    list_select_related = ("ticket", "subscription__plan__product", "subscription__customer", "decided_by")
    search_fields = ("subscription__search_text", "subscription__customer__search_text")
    show_full_result_count = False
    actions = None
    csv_columns = (
        ("ticket", "ticket.number"),
        ("subscription", "subscription.number"),
        ("customer_number", "subscription.customer.number"),
        ("customer", "subscription.customer.name"),
        ("customer_email", "subscription.customer.email"),
        ("product", "subscription.plan.product.name"),
        ("plan", "subscription.plan.name"),
        ("reason", "reason_label"),
        ("message", "message"),
        ("requested_on", "requested_on"),
        ("promised_on", "promised_on"),
        ("notice_days", "notice_days"),
        ("decision", "decision"),
        ("decided_at", "decided_at"),
        ("decided_by", "decided_by.email"),
    )

    def get_urls(self) -> list[URLPattern]:
        return [*leaving.urls(self.admin_site), *super().get_urls()]

    def with_numbers(self, queryset: QuerySet[CancellationRequest], typed: Numbers) -> QuerySet[CancellationRequest]:
        """That of its subscription, or of its ticket."""
        return queryset.filter(Q(subscription__number__in=typed.subscriptions) | Q(ticket__number__in=typed.tickets))

    @display(description=gettext_lazy("customer"))
    def customer(self, request: CancellationRequest) -> str:
        return request.subscription.customer.get_full_name()

    @display(description=gettext_lazy("decision"))
    def outcome(self, request: CancellationRequest) -> str:
        return str(request.get_decision_display()) if request.decision else _("not yet")
