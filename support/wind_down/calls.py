"""Telling providers what is wished, by the worker (`docs/design.md`, Providers).

The wish is read from the row when a call is claimed, under the lock of the row that says who calls; so a late "off" cannot
undo a newer "on", and two workers never call for one service at a time. No answer holds anybody up.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock, Thread
from time import monotonic
from uuid import uuid4

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from subscriptions.models import LinkedService, Subscription
from support.models import ProviderCall, WindDownStep
from support.models.wind_down import CURRENT
from support.wind_down import marking, wishes
from support.wind_down.providers import provider_of

log = structlog.get_logger(__name__)

# After each failed attempt the next one waits longer; after as many attempts as waits, within two days, staff have to do it.
# Each wait is longer than a call takes, so that nobody else calls meanwhile.
WAITS = [timedelta(minutes=minutes) for minutes in (5, 10, 30, 60, 120, 360, 720, 1440)]
# For how long a call that does not come back keeps the service to itself.
HANGS = timedelta(hours=1)
LONGEST_ERROR = 500


def tell_pending() -> int:
    """Call for what is pending, one service at a time, and return how many providers confirmed. Safe to run in parallel.

    Ends within seconds, whatever the providers do; what is left comes with the next run.
    """
    confirmed, end = 0, monotonic() + settings.PROVIDER_RUN_SECONDS
    while call := _claim():
        confirmed += _Attempt(call).made()
        if monotonic() > end:
            wishes.wake()
            break
    return confirmed


def _claim() -> ProviderCall | None:
    """The call that waits longest, kept for this worker. `asked` is the wish as it is now."""
    now = timezone.now()
    with transaction.atomic():
        due = ProviderCall.objects.filter(next_attempt_at__lte=now).order_by("next_attempt_at", "pk")
        call = due.select_for_update(of=("self",), skip_locked=True).first()
        if call:
            # Read only now: whoever changes the wish takes this row's lock before they commit.
            call.service = LinkedService.objects.select_related("subscription").get(pk=call.service_id)
            call.asked, call.holder = call.service.auto_renew, uuid4()
            call.next_attempt_at = now + WAITS[min(call.attempts, len(WAITS) - 1)]
            call.attempts += 1
            call.save()
    return call


class _Attempt:
    """One call, in a thread that is left behind when it takes too long. An answer that comes late is noted all the same."""

    def __init__(self, call: ProviderCall) -> None:
        self.call, self.lock = call, Lock()
        self.answers: list[str] = []
        self.is_given_up = False

    def made(self) -> bool:
        """Whether the provider confirmed within its time."""
        thread = Thread(target=self._call, daemon=True)
        thread.start()
        thread.join(settings.PROVIDER_SECONDS)
        with self.lock:
            self.is_given_up = not self.answers
        if self.is_given_up:
            _note_silence(self.call)
            return False
        _note(self.call, self.answers[0])
        return not self.answers[0]

    def _call(self) -> None:
        try:
            error = _outcome(self.call)
            with self.lock:
                self.answers.append(error)
                is_late = self.is_given_up
            if is_late:
                _note(self.call, error)
        finally:
            # The connection is this thread's own.
            connection.close()


def _outcome(call: ProviderCall) -> str:
    """What went wrong, in words; empty where the provider confirmed."""
    provider = provider_of(call.service.kind)
    if provider is None:
        return _("No provider is set up for this kind any more.")
    try:
        provider.switch_auto_renew(call.service, bool(call.asked))
    except Exception as error:  # whatever goes wrong with one service must not stop the others
        return f"{type(error).__name__}: {error}"[:LONGEST_ERROR].replace("\0", "")
    return ""


def _note_silence(call: ProviderCall) -> None:
    def silent(held: ProviderCall) -> None:
        held.error = _("No answer within %(seconds)s seconds.") % {"seconds": settings.PROVIDER_SECONDS}
        held.next_attempt_at = _after_failure(held, HANGS)

    _with_lock(call, silent)


def _note(call: ProviderCall, error: str) -> None:
    """The answer. Where another wish has come meanwhile, the provider is to be told that one next."""

    def answered(held: ProviderCall) -> None:
        held.error = error
        if error:
            held.next_attempt_at = _after_failure(held, WAITS[min(held.attempts, len(WAITS)) - 1])
            log.warning("provider not told", service=held.service.name, attempts=held.attempts, error=error)
            return
        held.told, held.asked, held.attempts, held.next_attempt_at = bool(held.asked), None, 0, None
        if held.told == held.service.auto_renew:
            _mark_done(held)
        else:
            held.next_attempt_at = timezone.now()

    _with_lock(call, answered)


def _after_failure(call: ProviderCall, wait: timedelta) -> datetime | None:
    """None after the last attempt."""
    return None if call.attempts >= len(WAITS) else timezone.now() + wait


def _with_lock(call: ProviderCall, change: Callable[[ProviderCall], None]) -> None:
    """Change the row of the call, unless it is another one's by now, or gone with its service."""
    with transaction.atomic():
        subscription = Subscription.objects.filter(linked_services=call.service_id)
        list(subscription.select_for_update(of=("self",)).values_list("pk", flat=True))
        held = ProviderCall.objects.filter(pk=call.pk, holder=call.holder).select_for_update(of=("self",)).first()
        if held:
            held.service = LinkedService.objects.get(pk=held.service_id)
            change(held)
            held.save()


def _mark_done(call: ProviderCall) -> None:
    """The step that asked for what the provider has confirmed; nobody of the staff did it."""
    steps = WindDownStep.objects.filter(service=call.service_id, task=WindDownStep.Task.AUTO_RENEW, done_at=None)
    wanted = steps.filter(undoes__isnull=False) if call.told else steps.filter(CURRENT)
    marking.mark(list(wanted.values_list("pk", flat=True)), is_done=True, by=None, today=localdate(timezone.now()))
