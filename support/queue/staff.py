"""Who of the staff works on tickets, and which tickets are nobody's."""

from collections.abc import Collection
from functools import cache

from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet

from portal_project.accounts.models import User


def able(*others: int) -> QuerySet[User]:
    """Active staff who may work on tickets: by their role, by a right of their own, or as superusers; and `others`, by key.

    `ModelBackend.with_perm` asks the same, but of every customer in turn.
    """
    staff = Q(_may_work_on_tickets(), is_staff=True, is_active=True)
    return User.objects.filter(staff | Q(pk__in=others) if others else staff).order_by("pk")


@cache
def _may_work_on_tickets() -> Q:
    right = Permission.objects.filter(content_type__app_label="support", codename="change_ticket")
    by_role, by_right = User.groups.through.objects, User.user_permissions.through.objects
    return (
        Q(is_superuser=True)
        | Q(pk__in=by_role.filter(group__permissions__in=right).values("user"))
        | Q(pk__in=by_right.filter(permission__in=right).values("user"))
    )


def nobodys(staff: Collection[int] | None = None) -> Q:
    """Of tickets: without an assignee, or with one who has left the staff, is inactive, or may no longer work on tickets.

    `staff` are the keys of all who are `able`, where they have been read already; it makes the query a simple one.
    """
    return ~Q(assignee__in=able() if staff is None else staff)
