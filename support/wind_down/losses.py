"""What a withdrawal does not bring back, and what becomes of each linked service, in sentences for the customer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal_project.common.facts import Fact, sentences, told
from subscriptions.models import LinkedService, Subscription
from subscriptions.rules.dates_in_words import day
from support.models import WindDownStep

sentences(
    lapsed=gettext_lazy("%(name)s lapsed on %(day)s and does not come back."),
    done_for_good=gettext_lazy("%(name)s: “%(what)s” was done on %(day)s and cannot be undone."),
)


def losses(subscription: Subscription, today: date) -> tuple[Fact, ...]:
    """What was done for the end that is scheduled and cannot be undone, one sentence each."""
    return tuple(sentence for service in with_steps(subscription) for sentence in _lost(service, today))


def to_do(subscription: Subscription) -> list[str]:
    """What is not done yet about its services, in the words for staff."""
    steps = WindDownStep.objects.filter(service__subscription=subscription.pk, done_at=None, undoes=None)
    return [f"{step.service.name}: {step.what}" for step in steps.select_related("service").order_by("due_on", "pk")]


@dataclass(frozen=True)
class Fate:
    """A linked service as its customer sees it, with what becomes of it in a sentence or more."""

    name: str
    kind: str
    fate: tuple[str, ...]


def fates(subscription: Subscription, today: date) -> list[Fate]:
    """Of each linked service of a subscription that is caught up to `today`."""
    return [
        Fate(service.name, str(service.get_kind_display()), tuple(_fate(service, today)))
        for service in with_steps(subscription)
    ]


def with_steps(subscription: Subscription) -> QuerySet[LinkedService]:
    """The linked services, each with all its steps read at once."""
    return subscription.linked_services.prefetch_related("wind_down_steps")


def lapsed_on(service: LinkedService, today: date) -> date | None:
    """The day on which it did not renew because it was wound down; None while it lives. It comes from `with_steps`."""
    steps = (step for step in _steps(service) if step.has_lapsed(today))
    return next((step.point_of_no_return for step in steps), None)


def _lost(service: LinkedService, today: date) -> Iterator[Fact]:
    if lapsed := lapsed_on(service, today):
        yield told("lapsed", name=service.name, day=lapsed)
    for step in _steps(service):
        if step.done_at and not step.can_be_undone:
            yield told("done_for_good", name=service.name, what=step.shown_what, day=step.done_on)


def _fate(service: LinkedService, today: date) -> Iterator[str]:
    lapsed = lapsed_on(service, today)
    yield _("Lapsed on %(day)s") % {"day": day(lapsed)} if lapsed else _renewal(service)
    for step in _steps(service):
        if step.done_at and not step.can_be_undone:
            yield _("%(what)s: done on %(day)s, for good") % {"what": step.shown_what, "day": day(step.done_on)}


def _renewal(service: LinkedService) -> str:
    if service.renews_on is None:
        if service.auto_renew_before:
            return _("No longer renews by itself, because the subscription ends")
        return _("Renews by itself") if service.auto_renew else _("Does not renew by itself")
    if service.auto_renew_before:
        text = _("No longer renews on %(day)s, because the subscription ends")
    else:
        text = _("Renews on %(day)s") if service.auto_renew else _("Does not renew on %(day)s")
    return text % {"day": day(service.renews_on)}


def _steps(service: LinkedService) -> list[WindDownStep]:
    """Those that stand."""
    steps = [step for step in service.wind_down_steps.all() if not step.is_over and not step.undoes_id]
    for step in steps:
        step.service = service
    return steps
