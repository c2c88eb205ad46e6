"""The lists behind the numbers of "Cancellations": filters that say the same as the report, and the way to them."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RelatedDropdownFilter

from products.models import Plan
from support.models import CancellationRequest
from support.reports import tenure
from support.reports.leaving import LOST, Chosen, ended_without_request


class DecisionFilter(admin.SimpleListFilter):
    title = _("decision")
    parameter_name = "decision"
    NOT_YET, LOST = "not_yet", "lost"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        lost = (self.LOST, _("Ended, early or on its day"))
        return [(self.NOT_YET, _("Not yet")), *CancellationRequest.Decision.choices, lost]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == self.NOT_YET:
            return queryset.filter(decided_at=None)
        if self.value() == self.LOST:
            return queryset.filter(decision__in=LOST)
        return queryset.filter(decision=self.value()) if self.value() else queryset


class PlanFilter(RelatedDropdownFilter):
    """Whose plans are read with their products, which their names begin with."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[int, str]]:
        return [(plan.pk, str(plan)) for plan in Plan.objects.select_related("product")]


class TenureFilter(admin.SimpleListFilter):
    title = _("how long it had run")
    parameter_name = "tenure"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return tenure.LABELS.items()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in tenure.LABELS:
            return queryset
        return queryset.filter(*tenure.conditions(str(self.value()), "subscription__started_on", "requested_on"))


class EndedAtOnceFilter(admin.SimpleListFilter):
    title = _("how it ended")
    parameter_name = "ended"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("at_once", _("Without a request")), *((f"at_once_{code}", label) for code, label in _tenures())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        code = (self.value() or "").removeprefix("at_once").removeprefix("_")
        if not self.value() or (code and code not in tenure.LABELS):
            return queryset
        ended = queryset.filter(ended_without_request(), canceled_on__isnull=False)
        return ended.filter(*tenure.conditions(code, "started_on", "canceled_on")) if code else ended


def _tenures() -> Iterable[tuple[str, str | Promise]]:
    for code, label in tenure.LABELS.items():
        yield code, _("Without a request: %(tenure)s") % {"tenure": label}


def requests(chosen: Chosen, decision: str | None = None) -> str:
    """The address of the requests that are counted, or of those with this decision; empty stands for none yet."""
    filters: dict[str, Any] = {"requested_on_from": chosen.first, "requested_on_to": chosen.last}
    if decision is not None:
        filters["decision"] = decision or DecisionFilter.NOT_YET
    if chosen.reason:
        filters["reason__code__exact"] = chosen.reason
    if chosen.product:
        filters["subscription__plan__product__id__exact"] = chosen.product
    if chosen.plan:
        filters["subscription__plan__id__exact"] = chosen.plan
    if chosen.tenure:
        filters["tenure"] = chosen.tenure
    return f"{reverse('admin:support_cancellationrequest_changelist')}?{urlencode(filters)}"


def lost(chosen: Chosen) -> str:
    """The address of the requests whose subscriptions have ended."""
    return requests(chosen, decision=DecisionFilter.LOST)


def ends_at_once(chosen: Chosen) -> str:
    """The address of the subscriptions that ended without a request."""
    ended = f"at_once_{chosen.tenure}" if chosen.tenure else "at_once"
    filters: dict[str, Any] = {"canceled_on_from": chosen.first, "canceled_on_to": chosen.last, "ended": ended}
    if chosen.product:
        filters["plan__product__id__exact"] = chosen.product
    if chosen.plan:
        filters["plan__id__exact"] = chosen.plan
    return f"{reverse('admin:subscriptions_subscription_changelist')}?{urlencode(filters)}"
