"""The checks of the installation as `manage.py check` says them; with --deploy and --database default it says all of them."""

from collections.abc import Callable, Sequence
from typing import Any

from django.core import checks
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError
from django.utils import timezone

from portal_project.installation.checklist import Check, Reads, all_checks
from portal_project.installation.server import unapplied_migrations
from portal_project.installation.state import Installation


def register() -> None:
    for check in all_checks():
        if check.code:
            tags = [] if check.reads is Reads.SETTINGS else [checks.Tags.database]
            checks.register(_asked(check), *tags, deploy=not check.is_for_all)


def _asked(check: Check) -> Callable[..., list[checks.CheckMessage]]:
    def ask(databases: Sequence[str] | None = None, **kwargs: Any) -> list[checks.CheckMessage]:
        try:
            if not _can_ask(check, databases or ()):
                return []
            finding = check.look(Installation(timezone.now()))
        except (DatabaseError, InterfaceError):
            # The check of the database itself says so.
            return []
        text = f"{check.label}: {finding.text}"
        return [] if finding.is_well else [checks.Warning(text, hint=finding.hint or None, id=check.code)]

    return ask


def _can_ask(check: Check, databases: Sequence[str]) -> bool:
    """Where `migrate` has to run, what needs its tables has nothing to say."""
    if check.reads is Reads.SETTINGS:
        return True
    return DEFAULT_DB_ALIAS in databases and (check.reads is Reads.DATABASE or not unapplied_migrations())
