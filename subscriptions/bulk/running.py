"""Bulk acts as the worker does them: in batches, each with its rows' results in one transaction.

Whatever stops the worker on the way, the next run goes on with the rows that are still to do.
"""

from collections.abc import Collection, Mapping
from datetime import date
from time import monotonic

import structlog
from django.db import OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import override

from portal_project.common import bulk, pacing, worker
from subscriptions.bulk import counting
from subscriptions.bulk.kinds import KINDS
from subscriptions.bulk.trying import WENT_WRONG, Outcome, State, attempt
from subscriptions.lifecycle.unit_of_work import catching_up
from subscriptions.models import BulkAct, BulkRow, Channel, Subscription

log = structlog.get_logger(__name__)

# How long one run keeps the worker from what else is to do.
RUN_SECONDS = 10
TASK = "subscriptions.bulk.running.go_on"
# So many rows that fail one after the other tell of something larger.
TOO_MANY = 10
RUNNING = Q(confirmed_at__isnull=False, stopped_at=None, finished_at=None)
COUNTING = Q(counted_on=None)
CHANGED = "It would no longer come to what was counted, so nothing was done."


def go_on() -> None:
    """Count and do what is to be, for some seconds, a batch of each in turn. Safe to repeat and in parallel.

    Kinds of a later version wait for its worker.
    """
    end, today, broken = monotonic() + RUN_SECONDS, localdate(), set()
    known = BulkAct.objects.filter(RUNNING | COUNTING, kind__in=KINDS)
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
    act = held(key)
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
    act = held(key)
    if act is None or not act.is_running:
        return False
    rows = list(act.rows.ready().exclude(pk__in=without)[:size])
    if not rows and not without:
        # Rows go with their subscriptions, which only a database's own hand deletes.
        act.ready = 0
    _record(act, rows, _done({row.subscription_id: row for row in rows}, act, today))
    return act.is_running


def held(key: int) -> BulkAct | None:
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
