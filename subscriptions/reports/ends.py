"""How subscriptions ended, asked of the history, for the lists behind the numbers: the same as `past` counts."""

from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, TruncMonth

from subscriptions.models import EventKind, Subscription, SubscriptionEvent
from subscriptions.reports.past import BEGINNINGS
from subscriptions.rules.states import Status

CHURNED, PAUSED, TRIALING, WITHIN = "churned", "ended_paused", "ended_trialing", "ended_within"
"""Named as the columns of `Figures` that count them."""
LAST = {CHURNED: Status.ACTIVE, WITHIN: Status.ACTIVE, PAUSED: Status.PAUSED, TRIALING: Status.TRIALING}


def ended(subscriptions: QuerySet[Subscription], how: str) -> QuerySet[Subscription]:
    """Of the subscriptions those that ended so, whatever month it was in; `how` is a key of `LAST`."""
    changes = SubscriptionEvent.objects.filter(subscription=OuterRef("pk"), changes__has_key="status")
    end = changes.filter(kind=EventKind.CANCELED, changes__status__0=LAST[how])
    found = subscriptions.filter(Exists(end), canceled_on__isnull=False)
    if how in (PAUSED, TRIALING):
        return found
    found = found.alias(month=TruncMonth("canceled_on")).alias(status_at_start=_status_at(OuterRef("month")))
    was_active = Q(_had_begun(OuterRef("month")), status_at_start=Status.ACTIVE)
    return found.filter(was_active if how == CHURNED else ~was_active)


def _status_at(day: Any) -> Coalesce:
    """What the last change before the day made of it; of what had not changed by then, what the next one found."""
    changes = SubscriptionEvent.objects.filter(subscription=OuterRef("pk"), changes__has_key="status")
    before = changes.filter(effective_on__lt=day).order_by("-pk").values(became=KT("changes__status__1"))
    after = changes.filter(effective_on__gte=day).order_by("pk").values(was=KT("changes__status__0"))
    return Coalesce(Subquery(before[:1]), Subquery(after[:1]), output_field=CharField())


def _had_begun(day: Any) -> Any:
    beginnings = SubscriptionEvent.objects.filter(subscription=OuterRef("pk"), kind__in=BEGINNINGS)
    is_told = Exists(beginnings)
    return Q(Exists(beginnings.filter(effective_on__lt=day))) | Q(~is_told, started_on__lt=F("month"))
