"""Saying what a bulk act would come to, before anybody confirms it; nothing is done to a subscription."""

from datetime import date

import structlog
from django.db import transaction
from django.utils.translation import override

from portal_project.common import bulk, pacing
from subscriptions.bulk import groups, selection
from subscriptions.bulk.kinds import KINDS
from subscriptions.bulk.trying import Outcome, State, attempt
from subscriptions.lifecycle.unit_of_work import caught_up
from subscriptions.models import BulkAct, BulkRow, Subscription

log = structlog.get_logger(__name__)
BROKEN = "This subscription cannot be brought up to date; see the page “System”."


def count(key: int, today: date) -> None:
    """Count all of the act, a batch at a time."""
    while not count_batch(key, today):
        pacing.let_others_in()


@override("en")
@transaction.atomic
def count_batch(key: int, today: date) -> bool:
    """Count what follows, and say whether that was all. Safe to repeat and in parallel; in the admin's language, whoever asks."""
    act = BulkAct.objects.select_for_update(of=("self",)).select_related("began_by").filter(pk=key).first()
    if act is None or act.is_counted:
        return True
    if act.counting_on != today:
        _begin(act, today)
    size = pacing.batch_size()
    keys = selection.keys(act, act.counted_to, size)
    bulk.insert(_rows(act, keys, today))
    act.error = ""
    if keys:
        act.counted_to = keys[-1]
    if len(keys) < size:
        act.counted_on, act.to_do = today, act.ready
    act.save()
    return act.is_counted


def _begin(act: BulkAct, today: date) -> None:
    """Count from the first one on: effects of two days are not those of either."""
    act.rows.all()._raw_delete(act.rows.db)
    act.counting_on, act.counted_to, act.groups = today, 0, {}
    for state in State:
        setattr(act, state, 0)


def _rows(act: BulkAct, keys: list[int], today: date) -> list[BulkRow]:
    """What became of these, counted in the act's groups."""
    outcomes: dict[int, Outcome] = {}

    def broken(subscription: Subscription, error: Exception) -> None:
        log.error("subscription not counted", number=subscription.number, exc_info=error)
        outcomes[subscription.pk] = outcome = Outcome(State.FAILED, BROKEN)
        groups.add(act.groups, outcome, groups.standing(subscription), groups.value_now(subscription), subscription)

    subscriptions = caught_up(Subscription.objects.filter(pk__among=keys).order_by("pk"), today, broken)
    shared = KINDS[act.kind].form_class.shared(subscriptions, today)
    for subscription in subscriptions:
        stood, was = groups.standing(subscription), groups.value_now(subscription)
        outcome = attempt(act.kind, act.values, subscription, by=act.began_by, today=today, shared=shared)
        groups.add(act.groups, outcome, stood, was, subscription)
        outcomes[subscription.pk] = outcome
    for outcome in outcomes.values():
        setattr(act, outcome.state, getattr(act, outcome.state) + 1)
    return [
        BulkRow(act=act, subscription_id=key, state=outcome.state, reason=outcome.reason, effect=outcome.effect)
        for key, outcome in sorted(outcomes.items())
    ]
