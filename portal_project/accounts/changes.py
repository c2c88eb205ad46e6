"""What people change of their account by themselves. Receipts listen, as they stand above accounts."""

from dataclasses import dataclass, field

from django.dispatch import Signal

from portal_project.accounts.models import User


@dataclass(frozen=True)
class Change:
    person: User
    """As they are after it."""
    kind: str
    title: str
    summary: str
    facts: list[tuple[str, str]] = field(default_factory=list)
    """Labels and texts."""


made = Signal()
"""Sent with a `change`, in its transaction where it has one."""


def tell(change: Change) -> None:
    made.send(Change, change=change)
