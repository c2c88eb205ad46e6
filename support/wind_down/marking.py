"""Marking steps as done, or as not done after all: one or several, decided under the lock, safe to repeat."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal_project.common import bulk
from subscriptions.models import Subscription
from support.models import WindDownStep
from support.models.wind_down import CURRENT
from support.wind_down import wishes
from support.wind_down.planning import refresh_tickets

if TYPE_CHECKING:
    from portal_project.accounts.models import User


@dataclass
class Marked:
    """How many are now as was asked for, and why others are not."""

    count: int = 0
    changed: list[WindDownStep] = field(default_factory=list)
    """Those that were not so before."""
    refusals: list[str] = field(default_factory=list)


def mark(keys: Collection[int], *, is_done: bool, by: "User | None", today: date) -> Marked:
    """Mark the steps with these primary keys. Those that are so already stay as they are, with who did them."""
    marked = Marked()
    with transaction.atomic():
        steps = _locked(keys)
        if len(steps) < len(set(keys)):
            marked.refusals.append(_("What is no longer to be done was dropped meanwhile."))
        changed = marked.changed
        for step in steps:
            if refusal := "" if is_done else _why_not_undone(step):
                marked.refusals.append(refusal)
                continue
            marked.count += 1
            if (step.done_at is not None) != is_done:
                _set(step, is_done=is_done, by=by, today=today)
                changed.append(step)
        _write(changed, today)
        if by is not None:
            _tell_providers(changed)
    return marked


def _locked(keys: Collection[int]) -> list[WindDownStep]:
    """Whoever ends a subscription or withdraws holds its lock too."""
    chosen = WindDownStep.objects.filter(pk__among=keys)
    subscriptions = Subscription.objects.filter(pk__in=chosen.values("service__subscription"))
    list(subscriptions.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    return list(chosen.select_related("service__subscription", "undoes").order_by("pk"))


def _set(step: WindDownStep, *, is_done: bool, by: "User | None", today: date) -> None:
    step.done_at, step.done_by = (timezone.now(), by) if is_done else (None, None)
    if is_done and step.point_of_no_return and step.point_of_no_return < today:
        # Too late for that renewal, which has come; the next one is not known here.
        step.point_of_no_return = None
    if step.undoes:
        step.undoes.is_over = is_done


def _write(steps: list[WindDownStep], today: date) -> None:
    bulk.update(steps, ["done_at", "done_by", "point_of_no_return"])
    bulk.update([step.undoes for step in steps if step.undoes], ["is_over"])
    if steps:
        refresh_tickets({step.service.subscription_id for step in steps}, today)


def _tell_providers(steps: list[WindDownStep]) -> None:
    """Who did it by hand, or did not after all."""
    switches = [step for step in steps if step.task == WindDownStep.Task.AUTO_RENEW]
    wishes.tell_by_hand({step.service_id: step.undoes_id is not None for step in switches if step.done_at})
    wishes.call_again([step.service_id for step in switches if not step.done_at])


def _why_not_undone(step: WindDownStep) -> str:
    """Why a step cannot be marked as not done; empty where it can."""
    if step.done_at is None:
        return ""
    values = {"service": step.service.name, "what": step.what}
    subscription = step.service.subscription
    ends = subscription.cancels_on is not None or subscription.canceled_on is not None
    if ends == (step.undoes_id is not None) or step.is_over or _is_replaced(step):
        return _("%(service)s: “%(what)s” belongs to an end that was decided about meanwhile.") % values
    return ""


def _is_replaced(step: WindDownStep) -> bool:
    """Whether what an undone step had undone was planned anew meanwhile."""
    first = step.undoes
    if first is None:
        return False
    return WindDownStep.objects.filter(
        CURRENT, service=step.service, task=first.task, default=first.default_id
    ).exists()
