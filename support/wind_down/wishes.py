"""Which providers are to be told: rows of `ProviderCall`, written with the wish itself; `calls` then makes the calls."""

from collections.abc import Collection, Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from portal_project.common import bulk, worker
from subscriptions.models import LinkedService
from support.models import ProviderCall

Calls = dict[int, ProviderCall]
"""By service."""


def locked(services: Iterable[LinkedService]) -> Calls:
    """The calls about those of the services whose kind has a provider. Whoever claims one waits, and then reads the new wish."""
    keys = [service.pk for service in services if service.kind in settings.PROVIDERS]
    if not keys:
        return {}
    calls = ProviderCall.objects.filter(service__pk__among=keys).order_by("pk").select_for_update(of=("self",))
    return {call.service_id: call for call in calls}


def is_unanswered(call: ProviderCall | None) -> bool:
    """Whether nobody knows what the provider has."""
    return call is not None and call.asked is not None


def differs(call: ProviderCall | None, wish: bool) -> bool:
    """Whether the provider may have something else than what is wished."""
    return call is not None and (call.asked is not None or call.told != wish)


def ask(services: Iterable[LinkedService], calls: Calls, lapsed: Collection[int]) -> None:
    """Have the providers told what is wished of the services, but for those that have `lapsed`."""
    now, new, changed = timezone.now(), [], []
    for service in services:
        call = calls.get(service.pk)
        if call is None:
            if service.kind in settings.PROVIDERS and service.auto_renew_before:
                new.append(ProviderCall(service=service, told=True, next_attempt_at=now))
        elif differs(call, service.auto_renew) and service.pk not in lapsed:
            # One that is being made, or made again soon, is left its time: it asks for the wish of that moment.
            if call.asked is None or call.next_attempt_at is None:
                call.next_attempt_at, call.attempts, call.error = now, 0, ""
                changed.append(call)
        elif call.next_attempt_at:
            call.next_attempt_at, call.error = None, ""
            changed.append(call)
    bulk.insert(new)
    bulk.update(changed, ["next_attempt_at", "attempts", "error"])
    if new or changed:
        transaction.on_commit(wake, robust=True)


def tell_by_hand(told: dict[int, bool]) -> None:
    """By service, what staff have switched auto-renew to at the provider by themselves, so that nobody is called any more.

    A call that is being made for the opposite is left: its answer leads to another one.
    """
    if not (told and settings.PROVIDERS):
        return
    calls = list(
        ProviderCall.objects.filter(service__pk__among=list(told)).order_by("pk").select_for_update(of=("self",))
    )
    for call in calls:
        call.told = told[call.service_id]
        if call.asked in (None, call.told):
            call.asked, call.next_attempt_at, call.error = None, None, ""
    bulk.update(calls, ["told", "asked", "next_attempt_at", "error"])


def call_again(services: Collection[int]) -> None:
    """For what staff have not switched after all."""
    if services and settings.PROVIDERS:
        calls = ProviderCall.objects.filter(service__pk__among=services, asked=None)
        again = calls.update(told=~F("told"), next_attempt_at=timezone.now(), attempts=0, error="")
        if again:
            transaction.on_commit(wake, robust=True)


def wake() -> None:
    worker.wake("support.wind_down.calls.tell_pending")
