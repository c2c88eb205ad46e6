"""Bulk acts as people steer them, and as the worker does them: in batches, each with its rows' results in one transaction.

Whatever stops the worker on the way, the next run goes on with the rows that are still to do.
"""

from collections.abc import Collection, Mapping
from datetime import date
from time import monotonic
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import structlog
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import override

from portal_project.common import bulk, pacing, worker
from subscriptions.bulk import counting, selection
from subscriptions.bulk.kinds import KINDS, Values
from subscriptions.bulk.trying import WENT_WRONG, Outcome, State, attempt
from subscriptions.lifecycle.unit_of_work import catching_up
from subscriptions.models import BulkAct, BulkRow, Channel, Subscription
from subscriptions.rules.dates_in_words import day
from subscriptions.rules.states import OK, Code, Verdict

if TYPE_CHECKING:
    from portal_project.accounts.models import User

log = structlog.get_logger(__name__)

# Up to so many rows are counted while the person waits.
SOON = 500
# How long one run keeps the worker from what else is to do.
RUN_SECONDS = 10
TASK = "subscriptions.bulk.running.go_on"
# So many rows that fail one after the other tell of something larger.
TOO_MANY = 10
CHANGED = "It would no longer come to what was counted, so nothing was done."


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

    The same token with the same choice gives the first one.
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
        worker.wake(TASK)
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
        held = _held(act.pk)
        if held is None:
            return
        verdict = may_confirm(held, today)
        if verdict.code == Code.DONE:
            return
        verdict.enforce()
        held.confirmed_by, held.confirmed_at = by, timezone.now()
        held.save(update_fields=["confirmed_by", "confirmed_at"])
        # Only to be quick: what is not woken is found by the schedule within a minute.
        transaction.on_commit(lambda: worker.wake(TASK), robust=True)


def stop(act: BulkAct, *, by: "User") -> bool:
    """Have the worker leave it after its present batch, and say whether it was running."""
    running = BulkAct.objects.filter(_RUNNING, pk=act.pk)
    return bool(running.update(stopped_by=by, stopped_at=timezone.now()))


def resume(act: BulkAct) -> bool:
    """Have the worker go on with what was stopped, and say whether it was."""
    stopped = BulkAct.objects.filter(pk=act.pk, stopped_at__isnull=False)
    if not stopped.update(stopped_by=None, stopped_at=None):
        return False
    worker.wake(TASK)
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


_RUNNING = Q(confirmed_at__isnull=False, stopped_at=None, finished_at=None)
_COUNTING = Q(counted_on=None)


def go_on() -> None:
    """Count and do what is to be, for some seconds, a batch of each in turn. Safe to repeat and in parallel.

    Kinds of a later version wait for its worker.
    """
    end, today, broken = monotonic() + RUN_SECONDS, localdate(), set()
    known = BulkAct.objects.filter(_RUNNING | _COUNTING, kind__in=KINDS)
    waiting = known.order_by("began_at", "pk").values_list("pk", flat=True)
    while monotonic() < end and (keys := [key for key in waiting.all() if key not in broken]):
        for key in keys:
            try:
                step(key, today)
            except Exception as error:  # whatever is wrong with one must not stop the others
                if not connection.is_usable():
                    raise
                log.exception("bulk act not done", act=key)
                broken.add(key)
                BulkAct.objects.filter(pk=key).update(error=f"{type(error).__name__}: {error}")
        pacing.let_others_in()
    if waiting.filter(error="").exists():
        worker.wake(TASK)


def step(key: int, today: date) -> bool:
    """Count one more batch of the act, or do one, and say whether it goes on."""
    if not counting.count_batch(key, today):
        return True
    try:
        return work(key, today, pacing.batch_size())
    except OperationalError:
        raise
    except Exception:
        if not connection.is_usable():
            raise
        return _one_by_one(key, today)


def _one_by_one(key: int, today: date) -> bool:
    """The same for a batch in which something went wrong: down to the rows that cannot be written.

    Raises what so many of them meet with one after the other: that is no fault of theirs, and none is recorded as failed.
    """
    failed: dict[int, Exception] = {}
    in_a_row = 0
    for _time in range(pacing.batch_size()):
        row = BulkRow.objects.ready().filter(act=key).exclude(pk__in=failed).first()
        if row is None:
            break
        try:
            work(key, today, 1, without=failed)
            in_a_row = 0
        except OperationalError:
            raise
        except Exception as error:
            if not connection.is_usable():
                raise
            failed[row.pk], in_a_row = error, in_a_row + 1
            if in_a_row == TOO_MANY:
                raise
    return _record_failed(key, failed)


@transaction.atomic
def _record_failed(key: int, failed: Mapping[int, Exception]) -> bool:
    """Those that nobody else has done meanwhile."""
    act = _held(key)
    if act is None or not act.is_running:
        return False
    rows = list(act.rows.ready().filter(pk__in=failed))
    for row in rows:
        log.error("row of a bulk act not done", act=key, subscription=row.subscription_id, exc_info=failed[row.pk])
    _record(act, rows, {row.subscription_id: Outcome(State.FAILED, WENT_WRONG) for row in rows})
    return act.is_running


@override("en")
@transaction.atomic
def work(key: int, today: date, size: int, without: Collection[int] = ()) -> bool:
    """Do so many of the rows that are still to do, and say whether it goes on."""
    act = _held(key)
    if act is None or not act.is_running:
        return False
    rows = list(act.rows.ready().exclude(pk__in=without)[:size])
    if not rows and not without:
        # Rows go with their subscriptions, which only a database's own hand deletes.
        act.ready = 0
    _record(act, rows, _done({row.subscription_id: row for row in rows}, act, today))
    return act.is_running


def _held(key: int) -> BulkAct | None:
    """Locked; None where it has been discarded."""
    acts = BulkAct.objects.select_for_update(of=("self",)).select_related("confirmed_by")
    return acts.filter(pk=key).first()


def _done(rows: Mapping[int, BulkRow], act: BulkAct, today: date) -> dict[int, Outcome]:
    """By the primary keys of their subscriptions, what became of them."""
    outcomes = {}

    def broken(subscription: Subscription, error: Exception) -> None:
        log.error("row of a bulk act not done", number=subscription.number, exc_info=error)
        outcomes[subscription.pk] = Outcome(State.FAILED, counting.BROKEN)

    by = act.confirmed_by
    assert by
    found = Subscription.objects.filter(pk__among=list(rows))
    with catching_up(found, today=today, by=by, channel=Channel.BULK, on_failure=broken) as subscriptions:
        form_class = KINDS[act.kind].form_class
        shared = form_class.shared(subscriptions, today)
        for subscription in subscriptions:
            outcome = attempt(act.kind, act.values, subscription, by=by, today=today, shared=shared)
            outcomes[subscription.pk] = _as_counted(outcome, rows[subscription.pk])
        # Whatever was tried on the others is not written.
        subscriptions[:] = [each for each in subscriptions if outcomes[each.pk].state == State.DONE]
        if forms := [form for each in subscriptions if (form := outcomes[each.pk].form)]:
            form_class.conclude_all(forms, Channel.BULK)
    return outcomes


def _as_counted(outcome: Outcome, row: BulkRow) -> Outcome:
    """Done where it comes to what was counted."""
    if outcome.form is None:
        return outcome
    if outcome.effect != row.effect:
        return Outcome(State.CHANGED, CHANGED)
    return Outcome(State.DONE, form=outcome.form)


def _record(act: BulkAct, rows: list[BulkRow], outcomes: Mapping[int, Outcome]) -> None:
    """Write the rows' results, and count them; without a row left to do, the act is finished."""
    for row in rows:
        outcome = outcomes[row.subscription_id]
        row.state, row.reason = outcome.state, outcome.reason
        setattr(act, row.state, getattr(act, row.state) + 1)
    bulk.update(rows, ["state", "reason"])
    act.ready -= len(rows)
    act.error = ""
    if not act.ready:
        act.finished_at = timezone.now()
    act.save()
