"""Which steps there are: made when an end is scheduled or comes, dropped or undone when it is withdrawn.

All of it follows from the rows as they stand, so that doing it again changes nothing, and the follow-up mends what is missing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from portal_project.common import bulk
from subscriptions.lifecycle import linked_services
from subscriptions.models import LinkedService, Subscription
from support.models import ProviderCall, Ticket, WindDownDefault, WindDownStep
from support.models.wind_down import CURRENT
from support.queue import act_by
from support.wind_down import wishes

Task = WindDownStep.Task
AT_ONCE = 500
Defaults = dict[tuple[int, str], list[WindDownDefault]]


@dataclass
class Plan:
    """What is to be written."""

    new: list[WindDownStep] = field(default_factory=list)
    changed: list[WindDownStep] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)

    def write(self) -> bool:
        """Whether there was anything."""
        if self.dropped:
            WindDownStep.objects.filter(pk__among=self.dropped).delete()
        bulk.insert(self.new)
        bulk.update(self.changed, ["due_on", "point_of_no_return", "done_at", "done_by"])
        return bool(self.dropped or self.new or self.changed)


def settle(subscriptions: Collection[int], today: date) -> None:
    """Bring the steps of these subscriptions, which are locked, to what their ends ask for; in a fixed number of statements."""
    services = list(LinkedService.objects.of(subscriptions).select_related("subscription__plan").order_by("pk"))
    steps: dict[int, list[WindDownStep]] = defaultdict(list)
    for step in WindDownStep.objects.filter(service__pk__among=[service.pk for service in services], is_over=False):
        steps[step.service_id].append(step)
    defaults, calls, plan = _defaults(services), wishes.locked(services), Plan()
    for service in services:
        own = steps[service.pk]
        for step in own:
            step.service = service
        end = service.subscription.canceled_on or service.subscription.cancels_on
        if end:
            _wind_down(service, end, own, defaults, calls.get(service.pk), today, plan)
        else:
            _take_back(own, calls.get(service.pk), today, plan)
    if plan.write():
        refresh_tickets(subscriptions, today)
    wishes.ask(services, calls, {key for key, own in steps.items() if any(step.has_lapsed(today) for step in own)})


def mend(today: date) -> None:
    """Make what is missing for subscriptions in notice, such as steps of a product that were planned since."""
    keys = list(_incomplete().order_by().values_list("subscription", flat=True).distinct())
    for first in range(0, len(keys), AT_ONCE):
        with transaction.atomic():
            part = Subscription.objects.filter(pk__among=keys[first : first + AT_ONCE], cancels_on__isnull=False)
            # Whatever somebody else holds comes with the next run.
            locked = part.order_by("pk").select_for_update(of=("self",), skip_locked=True)
            linked_services.heed_ends(set(locked.values_list("pk", flat=True)), today)


def refresh_tickets(subscriptions: Collection[int], today: date) -> None:
    """A step that is to be done counts in the day by which to act on the ticket, where there is one."""
    tickets = Ticket.objects.unfinished().filter(
        cancellation_request__decided_at=None, cancellation_request__subscription__pk__among=subscriptions
    )
    if keys := list(tickets.values_list("pk", flat=True)):
        act_by.refresh(keys, today)


def _defaults(services: Iterable[LinkedService]) -> Defaults:
    """By product and kind."""
    found: Defaults = defaultdict(list)
    products = {service.subscription.plan.product_id for service in services}
    for default in WindDownDefault.objects.filter(product__in=products):
        found[default.product_id, default.kind].append(default)
    return found


def _wind_down(
    service: LinkedService,
    end: date,
    steps: list[WindDownStep],
    defaults: Defaults,
    call: ProviderCall | None,
    today: date,
    plan: Plan,
) -> None:
    """What was to be undone is not, for what it would have undone still stands."""
    plan.dropped += [step.pk for step in steps if step.undoes_id and step.done_at is None]
    current = [step for step in steps if not step.undoes_id]
    plan.new += _missing(service, current, end, defaults, today)
    for step in current:
        is_switch = step.task == Task.AUTO_RENEW
        if is_switch and not service.auto_renew_before:
            # It did not renew by itself before either, as staff have found meanwhile.
            plan.dropped += [step.pk] if step.done_at is None else []
            continue
        before = step.due_on, step.point_of_no_return, step.done_at
        if is_switch and step.done_at and not step.has_lapsed(today) and wishes.differs(call, False):
            # The provider is being told to renew it again.
            step.done_at = step.done_by = None
        if step.done_at is None:
            step.fall_due(end)
        if before != (step.due_on, step.point_of_no_return, step.done_at):
            plan.changed.append(step)


def _missing(
    service: LinkedService, current: list[WindDownStep], end: date, defaults: Defaults, today: date
) -> list[WindDownStep]:
    known = {step.default_id for step in current if step.task == Task.PLANNED}
    new = []
    if service.auto_renew_before and not any(step.task == Task.AUTO_RENEW for step in current):
        new.append(WindDownStep(service=service, task=Task.AUTO_RENEW, what=_("Switch auto-renew off"), made_on=today))
    for default in defaults[service.subscription.plan.product_id, service.kind]:
        if default.pk not in known:
            new.append(_planned(service, default, today))
    for step in new:
        step.fall_due(end)
    return new


def _planned(service: LinkedService, default: WindDownDefault, today: date) -> WindDownStep:
    return WindDownStep(
        service=service,
        task=Task.PLANNED,
        default=default,
        what=default.what,
        others=default.others,
        made_on=today,
        offset=default.offset,
        can_be_undone=default.can_be_undone,
    )


def _take_back(steps: list[WindDownStep], call: ProviderCall | None, today: date, plan: Plan) -> None:
    """Nothing is undone of a service that has lapsed. A provider that was asked and has not answered counts as told."""
    for step in steps:
        if step.done_at is None and not step.undoes_id:
            if step.task == Task.AUTO_RENEW and wishes.is_unanswered(call):
                step.done_at, step.point_of_no_return = timezone.now(), None
                plan.changed.append(step)
            else:
                plan.dropped.append(step.pk)
    if any(step.has_lapsed(today) for step in steps):
        return
    being_undone = {step.undoes_id for step in steps}
    done = [step for step in steps if step.done_at and not step.undoes_id and step.pk not in being_undone]
    plan.new += [_undoing(step, today) for step in done if not step.is_lost(today)]


def _undoing(step: WindDownStep, today: date) -> WindDownStep:
    what = (
        _("Switch auto-renew on again") if step.task == Task.AUTO_RENEW else _("Undo: %(what)s") % {"what": step.what}
    )
    return WindDownStep(
        service=step.service, task=step.task, undoes=step, what=what, made_on=today, due_on=today, can_be_undone=False
    )


def _incomplete() -> QuerySet[LinkedService]:
    steps = WindDownStep.objects.filter(CURRENT)
    switching = steps.filter(service=OuterRef("pk"), task=Task.AUTO_RENEW)
    as_planned = steps.filter(service=OuterRef(OuterRef("pk")), default=OuterRef("pk"))
    planned = WindDownDefault.objects.filter(product=OuterRef("subscription__plan__product"), kind=OuterRef("kind"))
    return LinkedService.objects.filter(
        Q(auto_renew_before=None)
        | Q(~Exists(switching), auto_renew_before=True)
        | Exists(planned.filter(~Exists(as_planned))),
        subscription__cancels_on__isnull=False,
    )
