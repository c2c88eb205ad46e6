"""The list of subscriptions in the admin: its tabs, filters and columns, its file, and what leads from it to acts on many."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter, RelatedDropdownFilter
from unfold.decorators import display

from portal_project.accounts.customer_admin import of_customer
from portal_project.common.list_admin import ALL
from portal_project.common.numbers import Numbers
from products import money
from subscriptions.admin.filters import CountedFilter, CurrencyFilter
from subscriptions.admin.start import StartAdmin
from subscriptions.billing.catch_up import as_of
from subscriptions.bulk.trying import RIGHT
from subscriptions.models import Subscription
from subscriptions.rules.dates_in_words import short_day
from subscriptions.rules.mrr import mrr
from subscriptions.rules.states import Status

STATUS_COLORS = {
    Status.ACTIVE.label: "success",
    Status.TRIALING.label: "info",
    Status.PAUSED.label: "warning",
    Status.CANCELED.label: "danger",
    _("In notice"): "warning",
}


class SubscriptionList(StartAdmin):
    """What the page of one stands on."""

    list_display: tuple[str, ...] = (
        "number",
        "customer_name",
        "product_name",
        "state",
        "state_date",
        "next_billing",
        "mrr",
    )
    list_filter: tuple[Any, ...] = (
        ("status", ChoicesDropdownFilter),
        ("plan__product", RelatedDropdownFilter),
        ("cancels_on", RangeDateFilter),
        CountedFilter,
        CurrencyFilter,
        of_customer("customer"),
    )
    list_filter_submit = True
    list_tabs = {
        ALL: ("All", lambda rows: rows),
        "active": ("Active", lambda rows: rows.filter(status=Status.ACTIVE, cancels_on=None)),
        "in_notice": ("In notice", lambda rows: rows.filter(cancels_on__isnull=False)),
        "paused": ("Paused", lambda rows: rows.filter(status=Status.PAUSED, cancels_on=None)),
        "trial": ("Trial", lambda rows: rows.filter(status=Status.TRIALING, cancels_on=None)),
        "ended": ("Ended", lambda rows: rows.filter(status=Status.CANCELED)),
    }
    filters_like_tabs = ("status__exact", "counted")
    search_fields = ("search_text", "customer__search_text")
    actions: Any = ("act_on_chosen",)
    csv_columns = (
        ("subscription", "number"),
        ("external_id", "external_id"),
        ("customer_number", "customer.number"),
        ("customer", "customer.name"),
        ("customer_email", "customer.email"),
        ("product", "plan.product.name"),
        ("plan", "plan.name"),
        ("status", "status"),
        ("amount", lambda row: money.rounded(row.amount, row.currency)),
        ("currency", "currency"),
        ("interval", "interval"),
        ("interval_count", "interval_count"),
        ("discount_percent", "discount_percent"),
        ("started_on", "started_on"),
        ("billed_until", "period_end"),
        ("paused_on", "paused_on"),
        ("resumes_on", "resumes_on"),
        ("cancels_on", "cancels_on"),
        ("canceled_on", "canceled_on"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscription]:
        return Subscription.objects.for_policies(localdate())

    def with_numbers(self, queryset: QuerySet[Subscription], typed: Numbers) -> QuerySet[Subscription]:
        return queryset.filter(number__in=typed.subscriptions)

    def has_bulk_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(RIGHT)

    @admin.action(description=_("Act on the chosen ones …"), permissions=["bulk"])
    def act_on_chosen(self, request: HttpRequest, queryset: QuerySet[Subscription]) -> HttpResponse:
        """Lead to where it is said what would happen to them, or to all that the list finds."""
        if request.POST.get("select_across") == "1":
            selection = f"all&{request.GET.urlencode()}"
        else:
            chosen = ",".join(map(str, queryset.values_list("pk", flat=True)))
            # With the page of the list, to which the way back leads.
            selection = f"keys={chosen}&{request.META['QUERY_STRING']}"
        return redirect(f"{reverse('admin:subscriptions_bulkact_add')}?{selection}")

    def list_links(self, request: HttpRequest) -> list[tuple[str, str]]:
        links = super().list_links(request)
        if self.has_bulk_permission(request):
            address = f"{reverse('admin:subscriptions_bulkact_add')}?all&{request.GET.urlencode()}"
            links.append(("Act on all of this list", address))
        return links

    @display(description=_("customer"))
    def customer_name(self, subscription: Subscription) -> str:
        return subscription.customer.get_full_name()

    @display(description=_("product"))
    def product_name(self, subscription: Subscription) -> str:
        return str(subscription.plan)

    @display(description=_("status"), label=STATUS_COLORS)
    def state(self, subscription: Subscription) -> str:
        current = as_of_today(subscription)
        return str(_("In notice")) if current.cancels_on else str(Status(current.status).label)

    @display(description="date")
    def state_date(self, subscription: Subscription) -> str:
        """What comes of its status, or else when it began, such as "Resumes 5 May 2026"."""
        current = as_of_today(subscription)
        coming = (
            ("Ended", current.canceled_on),
            ("Ends", current.cancels_on),
            ("Pauses", current.pauses_on),
            ("Resumes", current.resumes_on),
            ("Trial ends", current.period_end if current.status == Status.TRIALING else None),
            ("Paused", current.paused_on),
            ("Started", current.started_on),
        )
        return next(f"{what} {short_day(on)}" for what, on in coming if on)

    @display(description=_("MRR"))
    def mrr(self, subscription: Subscription) -> str:
        """What it brings in a month, or would while it is paused or in its trial."""
        if subscription.status == Status.CANCELED:
            return "–"
        price = (subscription.amount, subscription.interval, subscription.interval_count)
        value = mrr(*price, subscription.discount_percent, subscription.product.tax_rate)
        return money.formatted(money.rounded(value, subscription.currency), subscription.currency)

    @display(description=_("next billing"))
    def next_billing(self, subscription: Subscription) -> str:
        return short_day(as_of_today(subscription).next_billing_on) or "–"


def as_of_today(subscription: Subscription) -> Subscription:
    """As of today; where its steps fail, as it is stored, so that the list shows what the job could not bring up to date."""
    try:
        return as_of(subscription, localdate())
    except Exception:  # whatever is wrong with one must not hide the others; the job's log names it
        return subscription
