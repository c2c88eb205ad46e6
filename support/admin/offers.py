"""Offers by staff: made and taken back on the page of a ticket, and all of them in a list with what came of them."""

from datetime import date

from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from portal_project.accounts.customer_admin import of_customer
from portal_project.accounts.people import person
from portal_project.common.admin import ReadOnly
from portal_project.common.numbers import Numbers
from portal_project.common.search_admin import SearchAdmin
from subscriptions.confirm.page import Door, answer
from subscriptions.models import Channel, Subscription
from subscriptions.rules.actions import OPERATE
from support.cancellations import offers
from support.cancellations.offer_forms import MakeOfferForm
from support.models import CancellationRequest, Offer

COLORS = {
    Offer.State.OPEN.label: "info",
    Offer.State.ACCEPTED.label: "success",
    Offer.State.LAPSED.label: "warning",
}


def urls(site: AdminSite) -> list[URLPattern]:
    def make(request: HttpRequest, pk: int) -> HttpResponse:
        return _make(request, pk, site)

    return [
        path("<int:pk>/offer/", site.admin_view(make), name="support_ticket_offer"),
        path("<int:pk>/take-back/<int:offer>/", site.admin_view(_take_back), name="support_ticket_take_back"),
    ]


def _make(request: HttpRequest, pk: int, site: AdminSite) -> HttpResponse:
    """Choose what to offer, see what it leads to, and send it."""
    cancellation = _request_of(request, pk)
    back = reverse("admin:support_ticket_change", args=[pk])
    label = _("Make an offer")
    context = site.each_context(request) | {"title": label, "label": label, "back": back}
    subscriptions = Subscription.objects.filter(pk=cancellation.subscription_id)
    door = Door(Channel.ADMIN, subscriptions, lambda: back, "admin/support/ticket/offer.html", context)
    return answer(request, door, MakeOfferForm, localdate())


def _take_back(request: HttpRequest, pk: int, offer: int) -> HttpResponse:
    cancellation = _request_of(request, pk)
    if request.method == "POST":
        get_object_or_404(cancellation.offers, pk=offer)
        verdict = offers.take_back(cancellation, offer, by=person(request))
        if verdict:
            messages.success(request, _("The offer is taken back. The customer is not told by mail."))
        else:
            messages.warning(request, verdict.reason)
    return redirect("admin:support_ticket_change", pk)


def _request_of(request: HttpRequest, ticket: int) -> CancellationRequest:
    if not request.user.has_perms(["support.change_ticket", OPERATE]):
        raise PermissionDenied
    return get_object_or_404(CancellationRequest, ticket=ticket)


@admin.register(Offer)
class OfferAdmin(ReadOnly, SearchAdmin):
    list_display = ("offered", "subscription", "customer", "by", "made_on", "outcome", "closed_on")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("request__subscription__plan__product", RelatedDropdownFilter),
        of_customer("request__subscription__customer"),
    )
    list_filter_submit = True
    list_select_related = (
        "plan",
        "request__ticket",
        "request__subscription__plan__product",
        "request__subscription__customer",
        "made_by",
        "closed_by",
    )
    fields = (
        "offered",
        "subscription",
        "customer",
        "made_by",
        "made_at",
        "message",
        "outcome",
        "closed_at",
        "closed_by",
    )
    search_fields = ("request__subscription__search_text", "request__subscription__customer__search_text")
    show_full_result_count = False
    actions = None
    csv_columns = (
        ("offer", str),
        ("kind", "kind"),
        ("ticket", "request.ticket.number"),
        ("subscription", "request.subscription.number"),
        ("customer_number", "request.subscription.customer.number"),
        ("customer", "request.subscription.customer.name"),
        ("customer_email", "request.subscription.customer.email"),
        ("made_by", "made_by.email"),
        ("made_at", "made_at"),
        ("outcome", "state"),
        ("closed_at", "closed_at"),
        ("closed_by", "closed_by.email"),
    )

    def with_numbers(self, queryset: QuerySet[Offer], typed: Numbers) -> QuerySet[Offer]:
        """That of its subscription, or of its ticket."""
        of_ticket = Q(request__ticket__number__in=typed.tickets)
        return queryset.filter(Q(request__subscription__number__in=typed.subscriptions) | of_ticket)

    @display(description=gettext_lazy("offer"))
    def offered(self, offer: Offer) -> str:
        return str(offer)

    @display(description=gettext_lazy("subscription"))
    def subscription(self, offer: Offer) -> str:
        return str(offer.request.subscription)

    @display(description=gettext_lazy("customer"))
    def customer(self, offer: Offer) -> str:
        return offer.request.subscription.customer.get_full_name()

    @display(description=gettext_lazy("made by"), ordering="made_by__name")
    def by(self, offer: Offer) -> str:
        return offer.made_by.get_full_name()

    @display(description=gettext_lazy("made"), ordering="made_at")
    def made_on(self, offer: Offer) -> date:
        return localdate(offer.made_at)

    @display(description=gettext_lazy("closed"), ordering="closed_at")
    def closed_on(self, offer: Offer) -> date | None:
        return localdate(offer.closed_at) if offer.closed_at else None

    @display(description=gettext_lazy("outcome"), label=COLORS)
    def outcome(self, offer: Offer) -> str:
        return str(offer.get_state_display())
