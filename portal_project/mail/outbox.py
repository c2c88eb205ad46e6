"""Putting mail into the outbox; nothing else in the portal makes or sends mail."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django_q.tasks import async_task

from portal_project.mail.models import OutgoingMail


def add(*mails: OutgoingMail) -> None:
    add_all(mails)


def add_all(mails: Iterable[OutgoingMail]) -> None:
    """Write the mails in the present transaction, each key once, and wake the worker after its commit."""
    rows = list(mails)
    if not rows:
        return
    OutgoingMail.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    # Only to be quick: what is not woken is found by the schedule within a minute.
    transaction.on_commit(wake, robust=True)


def send_again(mails: QuerySet[OutgoingMail]) -> int:
    """Put those of the mails that were given up back into line, and return how many. Safe to repeat."""
    given_up = mails.filter(state=OutgoingMail.State.FAILED)
    count = given_up.update(state=OutgoingMail.State.PENDING, attempts=0, next_attempt_at=timezone.now(), error="")
    if count:
        transaction.on_commit(wake, robust=True)
    return count


def wake() -> None:
    async_task("portal_project.mail.tasks.send_pending")
