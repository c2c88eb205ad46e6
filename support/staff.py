"""Who of the staff is told what."""

from django.contrib.auth.backends import ModelBackend
from django.db.models import QuerySet

from portal_project.accounts.models import User
from support.models import Ticket


def able() -> QuerySet[User]:
    """Active staff who may work on tickets: by their role, by a right of their own, or as superusers."""
    return ModelBackend().with_perm("support.change_ticket").filter(is_staff=True).order_by("pk")


def to_tell(ticket: Ticket, *, by: User) -> list[User]:
    """Whom to mail about the ticket: its assignee, or everybody who is able where it has none who still is.

    Never `by`, who did what is told, and nobody who has switched these mails off.
    """
    people = list(able())
    chosen = [person for person in people if person.pk == ticket.assignee_id] or people
    return [person for person in chosen if person.wants_status_mails and person != by]
