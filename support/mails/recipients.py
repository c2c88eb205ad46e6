"""Who of the staff is told what."""

from portal_project.accounts.models import User
from support.models import Ticket
from support.queue.staff import able


def to_tell(ticket: Ticket, *, by: User) -> list[User]:
    """Whom to mail about the ticket: its assignee, or everybody who is able where it has none who still is.

    Never `by`, who did what is told, and nobody who has switched these mails off.
    """
    people = list(able())
    chosen = [person for person in people if person.pk == ticket.assignee_id] or people
    return [person for person in chosen if person.wants_status_mails and person != by]
