"""Which subscriptions a bulk act is about: those that were chosen, or all that a list finds."""

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import SuspiciousOperation
from django.db.models import QuerySet

from portal_project.common.lists import rows_of
from subscriptions.models import BulkAct, Subscription


def selected(act: BulkAct) -> QuerySet[Subscription]:
    """All of them, as the one who began the act sees the list; none where its address is not one any more."""
    if act.chosen is not None:
        return Subscription.objects.filter(pk__among=act.chosen)
    try:
        return rows_of(admin.site.get_model_admin(Subscription), act.query, act.began_by)
    except (IncorrectLookupParameters, SuspiciousOperation):
        return Subscription.objects.none()


def keys(act: BulkAct, after: int, count: int) -> list[int]:
    """The primary keys of so many of them that follow this one, in order."""
    rows = selected(act).filter(pk__gt=after).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:count])
