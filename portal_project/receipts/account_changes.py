"""The receipts for what people change of their account."""

from typing import Any

from django.db import transaction

from portal_project.accounts.changes import Change
from portal_project.accounts.forgetting import hold
from portal_project.receipts.giving import give
from portal_project.receipts.models import Receipt


@transaction.atomic
def give_for(*, change: Change, **_signal: Any) -> None:
    """Raises `PermissionDenied` where the person is forgotten meanwhile."""
    hold(change.person)
    give(
        Receipt(
            person=change.person,
            kind=change.kind,
            title=change.title,
            summary=change.summary,
            facts=change.facts,
        )
    )
