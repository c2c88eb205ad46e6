"""The lists behind the numbers: filters that ask the same as those count."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localdate

from products.models import Plan
from subscriptions.models import Subscription
from subscriptions.reports import ends
from subscriptions.rules.states import Status

IN_NOTICE, COMMITTED, LATE = "in_notice", "committed", "late"


def listed(**filters: Any) -> str:
    """The address of the list of subscriptions, narrowed so."""
    return f"{reverse('admin:subscriptions_subscription_changelist')}?{urlencode(filters)}"


def late(today: date) -> QuerySet[Subscription]:
    """Those that the job could not bring up to date, or has not for a day or more."""
    return Subscription.objects.filter(due_on__lt=today)


class CountedFilter(admin.SimpleListFilter):
    title = "counted as"
    parameter_name = "counted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [
            (IN_NOTICE, "In notice"),
            (COMMITTED, "Active, neither an end nor a pause scheduled"),
            (LATE, "Not brought up to date"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        conditions = {
            IN_NOTICE: Q(cancels_on__isnull=False),
            COMMITTED: Q(status=Status.ACTIVE, cancels_on=None, pauses_on=None),
            LATE: Q(due_on__lt=localdate()),
        }
        return queryset.filter(conditions.get(str(self.value()), Q()))


class HowItEndedFilter(admin.SimpleListFilter):
    title = "ended from"
    parameter_name = "how"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [
            (ends.CHURNED, "Active when the month began"),
            (ends.PAUSED, "A pause"),
            (ends.TRIALING, "A trial"),
            (ends.WITHIN, "Active, but not when the month began"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        how = self.value()
        return ends.ended(queryset, how) if how in ends.LAST else queryset


class CurrencyFilter(admin.SimpleListFilter):
    title = "currency"
    parameter_name = "currency"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        """Those of the plans, which are few: a subscription keeps the currency that its plan had."""
        codes = Plan.objects.order_by("currency").values_list("currency", flat=True).distinct()
        return [(code, code) for code in codes]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(currency=self.value()) if self.value() else queryset
