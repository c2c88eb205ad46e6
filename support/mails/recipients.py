"""Who of the staff is told what."""

from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet

from portal_project.accounts.models import User
from support.models import Ticket


def able(*others: int) -> QuerySet[User]:
    """Active staff who may work on tickets: by their role, by a right of their own, or as superusers; and `others`, by key.

    `ModelBackend.with_perm` asks the same, but of every customer in turn.
    """
    right = Permission.objects.filter(content_type__app_label="support", codename="change_ticket")
    by_role, by_right = User.groups.through.objects, User.user_permissions.through.objects
    may = (
        Q(is_superuser=True)
        | Q(pk__in=by_role.filter(group__permissions__in=right).values("user"))
        | Q(pk__in=by_right.filter(permission__in=right).values("user"))
    )
    return User.objects.filter(Q(may, is_staff=True, is_active=True) | Q(pk__in=others)).order_by("pk")


def to_tell(ticket: Ticket, *, by: User) -> list[User]:
    """Whom to mail about the ticket: its assignee, or everybody who is able where it has none who still is.

    Never `by`, who did what is told, and nobody who has switched these mails off.
    """
    people = list(able())
    chosen = [person for person in people if person.pk == ticket.assignee_id] or people
    return [person for person in chosen if person.wants_status_mails and person != by]
