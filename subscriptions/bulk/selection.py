"""Which subscriptions a bulk act is about: those that were chosen, or all that a list finds."""

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import SuspiciousOperation
from django.db.models import QuerySet

from portal_project.common.lists import rows_of
from subscriptions.models import BulkAct, Subscription


class Unreadable(Exception):
    """The address of the list says what its filters cannot read, or cannot read any more."""

    def __init__(self) -> None:
        super().__init__("The filters of its list can no longer be read.")


def selected(act: BulkAct) -> QuerySet[Subscription]:
    """All of them, as the one who began the act sees the list. Raises `Unreadable`."""
    if act.chosen is not None:
        return Subscription.objects.filter(pk__among=act.chosen)
    try:
        return rows_of(admin.site.get_model_admin(Subscription), act.query, act.began_by)
    except (IncorrectLookupParameters, SuspiciousOperation) as error:
        raise Unreadable from error


def keys(act: BulkAct, after: int, count: int) -> list[int]:
    """The primary keys of so many of them that follow this one, in order. Raises `Unreadable`."""
    rows = selected(act).filter(pk__gt=after).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:count])
