"""Bulk acts as people steer them: begin, confirm, stop, go on, discard. The worker (`running`) does the rest."""

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal_project.common import worker
from subscriptions.bulk import counting, running, selection
from subscriptions.bulk.kinds import KINDS, Values
from subscriptions.models import BulkAct
from subscriptions.rules.dates_in_words import day
from subscriptions.rules.states import OK, Code, Verdict

if TYPE_CHECKING:
    from portal_project.accounts.models import User

# Up to so many rows are counted while the person waits.
SOON = 500


def begin(
    kind: str,
    values: Values,
    *,
    chosen: list[int] | None = None,
    query: str = "",
    token: UUID,
    by: "User",
    today: date,
) -> BulkAct:
    """A new act about the chosen primary keys, or all that the list finds; counted at once where they are few.

    The same token with the same choice gives the first one. Raises `selection.Unreadable`.
    """
    asked: dict[str, Any] = {"kind": kind, "values": values, "chosen": chosen, "query": query}
    act = BulkAct(token=token, began_by=by, began_at=timezone.now(), **asked)
    are_few = len(selection.keys(act, 0, SOON + 1)) <= SOON
    try:
        with transaction.atomic():
            act.save()
    except IntegrityError:
        first = BulkAct.objects.get(token=token)
        if all(getattr(first, name) == value for name, value in asked.items()):
            return first
        # The page came back by the browser's own way, and something else was chosen on it.
        return begin(**asked, token=uuid4(), by=by, today=today)
    if are_few:
        counting.count(act.pk, today)
    else:
        _wake_after_commit()
    return act


def may_confirm(act: BulkAct, today: date) -> Verdict:
    """Whether it can be handed to the worker; `done` where it has been already. Effects are of the day they were counted on."""
    if act.confirmed_at:
        return Verdict(Code.DONE, "This bulk act is confirmed already.")
    if act.kind not in KINDS:
        return Verdict(Code.NOT_NOW, "This version of the portal does not know this act, so it cannot be done.")
    if not act.is_counted:
        return Verdict(Code.NOT_NOW, "It is still being counted.")
    if act.counted_on != today:
        return Verdict(Code.NOT_NOW, f"It was counted on {day(act.counted_on)}. Discard it, and begin anew.")
    if not act.ready:
        return Verdict(Code.NOT_NOW, "Nothing of it can be done.")
    return OK


def confirm(act: BulkAct, *, by: "User", today: date) -> None:
    """Have the worker do it. Twice, or by two people at once, it is confirmed once. Raises `NotAllowed`."""
    with transaction.atomic():
        held = running.held(act.pk)
        if held is None:
            return
        verdict = may_confirm(held, today)
        if verdict.code == Code.DONE:
            return
        verdict.enforce()
        held.confirmed_by, held.confirmed_at = by, timezone.now()
        held.save(update_fields=["confirmed_by", "confirmed_at"])
        _wake_after_commit()


def stop(act: BulkAct, *, by: "User") -> bool:
    """Have the worker leave it after its present batch, and say whether it was running."""
    found = BulkAct.objects.filter(running.RUNNING, pk=act.pk)
    return bool(found.update(stopped_by=by, stopped_at=timezone.now()))


def resume(act: BulkAct) -> bool:
    """Have the worker go on with what was stopped, and say whether it was."""
    stopped = BulkAct.objects.filter(pk=act.pk, stopped_at__isnull=False)
    if not stopped.update(stopped_by=None, stopped_at=None):
        return False
    _wake_after_commit()
    return True


def discard(act: BulkAct) -> bool:
    """Forget one that nobody has confirmed, and say whether it was one."""
    with transaction.atomic():
        held = BulkAct.objects.select_for_update(of=("self",)).filter(pk=act.pk, confirmed_at=None).first()
        if held is None:
            return False
        held.rows.all()._raw_delete(held.rows.db)
        held.delete()
        return True


def _wake_after_commit() -> None:
    """Only to be quick: what is not woken is found by the schedule within a minute."""
    transaction.on_commit(lambda: worker.wake(running.TASK), robust=True)
