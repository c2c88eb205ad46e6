"""Putting mail into the outbox, from which `tasks` sends it."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from portal_project.accounts import languages
from portal_project.common import bulk, worker
from portal_project.common.facts import kept
from portal_project.mail.models import OutgoingMail, OutgoingMailQuerySet

if TYPE_CHECKING:
    from portal_project.accounts.models import User


def mail_to(person: "User", *, key: str, template: str, context: dict[str, Any], thread: str = "") -> OutgoingMail:
    """A mail, not in the outbox yet. What it says is kept as facts, and worded in the language of its reader."""
    return OutgoingMail(
        key=key,
        thread=thread,
        recipient=person.email,
        template=template,
        context=kept(context),
        language=languages.of(person),
    )


def add(*mails: OutgoingMail) -> None:
    add_all(mails)


def add_all(mails: Iterable[OutgoingMail]) -> None:
    """Write the mails in the present transaction, each key once, and wake the worker after its commit."""
    rows = list(mails)
    if not rows:
        return
    OutgoingMail.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    _wake_after_commit()


def add_new(mails: Sequence[OutgoingMail]) -> None:
    """As `add_all`, quicker, for keys that are made of new rows' keys, so that none of them can be there already."""
    if mails:
        bulk.insert(mails)
        _wake_after_commit()


def send_again(mails: OutgoingMailQuerySet) -> int:
    """Put those of the mails that can be back into line, and return how many. Safe to repeat."""
    anew = {"state": OutgoingMail.State.PENDING, "attempts": 0, "next_attempt_at": timezone.now(), "error": ""}
    count = mails.to_send_again().update(**anew)
    if count:
        _wake_after_commit()
    return count


def _wake_after_commit() -> None:
    """Only to be quick: what is not woken is found by the schedule within a minute."""
    transaction.on_commit(wake, robust=True)


def wake() -> None:
    """Have the worker send soon: however much mail there is, one task to send waits for it."""
    worker.wake("portal_project.mail.tasks.send_pending")
