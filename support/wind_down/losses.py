"""What a withdrawal does not bring back, and what becomes of each linked service, in sentences for the customer."""

from collections.abc import Iterator
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from subscriptions.models import LinkedService, Subscription
from subscriptions.rules.dates_in_words import day
from support.models import WindDownStep


def losses(subscription: Subscription, today: date) -> tuple[str, ...]:
    """What was done for the end that is scheduled and cannot be undone, one sentence each."""
    return tuple(sentence for service in with_steps(subscription) for sentence in _lost(service, today))


def with_steps(subscription: Subscription) -> QuerySet[LinkedService]:
    """The linked services, each with all its steps read at once."""
    return subscription.linked_services.prefetch_related("wind_down_steps")


def lapsed_on(service: LinkedService, today: date) -> date | None:
    """The day on which it did not renew because it was wound down; None while it lives. It comes from `with_steps`."""
    steps = (step for step in _steps(service) if step.has_lapsed(today))
    return next((step.point_of_no_return for step in steps), None)


def _lost(service: LinkedService, today: date) -> Iterator[str]:
    if lapsed := lapsed_on(service, today):
        yield _("%(name)s lapsed on %(day)s and does not come back.") % {"name": service.name, "day": day(lapsed)}
    for step in _steps(service):
        if step.done_at and not step.can_be_undone:
            values = {"name": service.name, "what": step.what, "day": day(step.done_on)}
            yield _("%(name)s: “%(what)s” was done on %(day)s and cannot be undone.") % values


def _steps(service: LinkedService) -> list[WindDownStep]:
    """Those that stand."""
    steps = [step for step in service.wind_down_steps.all() if not step.is_over and not step.undoes_id]
    for step in steps:
        step.service = service
    return steps
