"""Who of the staff has a ticket open, or is writing an answer, so that two do not answer at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from support.models import Ticket, TicketPresence

if TYPE_CHECKING:
    from portal_project.accounts.models import User

GONE_AFTER = timedelta(minutes=2)
"""Without a sign. The page gives one every twenty seconds while somebody looks at it."""


@dataclass(frozen=True)
class Colleague:
    name: str
    is_writing: bool


def note(ticket: Ticket, person: "User", *, at: datetime, is_writing: bool = False) -> None:
    """That they still have it open, and whether they have typed since the last time."""
    _write(ticket, person, at, at if is_writing else None, ["seen_at", *(["wrote_at"] if is_writing else [])])


def opened(ticket: Ticket, person: "User", *, at: datetime) -> None:
    """They have opened it, or sent what they wrote, and have typed nothing since."""
    _write(ticket, person, at, None, ["seen_at", "wrote_at"])


def colleagues(ticket: Ticket, person: "User", *, at: datetime) -> list[Colleague]:
    """Those besides this person, by name."""
    since = at - GONE_AFTER
    others = TicketPresence.objects.filter(ticket=ticket.pk, seen_at__gt=since).exclude(person=person)
    found = [
        Colleague(other.person.get_full_name(), other.wrote_at is not None and other.wrote_at > since)
        for other in others.select_related("person")
    ]
    return sorted(found, key=lambda colleague: colleague.name)


def forget(at: datetime) -> None:
    """All that no longer says anything."""
    TicketPresence.objects.filter(seen_at__lte=at - GONE_AFTER).delete()


def _write(ticket: Ticket, person: "User", at: datetime, wrote_at: datetime | None, fields: list[str]) -> None:
    """In one statement, so that two pages of one person never meet."""
    row = TicketPresence(ticket_id=ticket.pk, person_id=person.pk, seen_at=at, wrote_at=wrote_at)
    TicketPresence.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["ticket", "person"], update_fields=fields
    )
