"""The mail server: handing mails over within seconds, and leaving it alone for a while when it is down."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from threading import Thread

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils import timezone

from portal_project.mail.models import MailServer

log = structlog.get_logger(__name__)

FAILURES_BEFORE_PAUSE = 3
# Each failure after a pause makes the next one longer. Short enough for a sign-in code to survive the longest.
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 2, 5)]


class Connection:
    """A connection for many mails. Its methods raise what the backend raises, or `TimeoutError`."""

    def __init__(self) -> None:
        self.is_open = False

    def open(self) -> None:
        # The timeout is that of a single answer: after it also a call ends that nobody waits for any longer.
        self._backend = get_connection(timeout=settings.MAIL_SEND_SECONDS)
        _within(settings.MAIL_CONNECT_SECONDS, self._backend.open)
        self.is_open = True

    def send(self, message: EmailMessage) -> None:
        """Hand the mail over. A connection on which that failed is not used again, whatever state it is in."""
        self.is_open = False
        _within(settings.MAIL_SEND_SECONDS, partial(self._backend.send_messages, [message]))
        self.is_open = True

    def close(self) -> None:
        if self.is_open:
            with suppress(OSError):
                _within(settings.MAIL_CONNECT_SECONDS, self._backend.close)


def _within(seconds: float, call: Callable[[], object]) -> None:
    """Call it, and wait so long in all; raise what it raises, or `TimeoutError`.

    A socket's timeout begins anew with each byte, and looking up a name has none at all. So a thread does the work, and is
    left behind when the time is over; it keeps no process from ending.
    """
    errors: list[Exception] = []

    def work() -> None:
        try:
            call()
        except Exception as error:
            errors.append(error)

    thread = Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise TimeoutError(f"no answer within {seconds} seconds")
    if errors:
        raise errors[0]


def pause(now: datetime) -> MailServer | None:
    """The server as it is left alone now, or None while mails may be sent."""
    return MailServer.objects.filter(paused_until__gt=now).first()


def record_failure(error: str) -> None:
    """The server did not do its part; after a few times in a row it is left alone for a while."""
    with transaction.atomic():
        server, _created = MailServer.objects.select_for_update().get_or_create(pk=1)
        server.failures += 1
        server.error = error
        beyond = server.failures - FAILURES_BEFORE_PAUSE
        if beyond >= 0:
            server.paused_until = timezone.now() + PAUSES[min(beyond, len(PAUSES) - 1)]
        server.save()
    log.warning("mail server failed", error=error, failures=server.failures, paused_until=str(server.paused_until))


def record_success() -> None:
    """The server took a mail, or answered why not."""
    MailServer.objects.filter(failures__gt=0).update(failures=0, error="", paused_until=None)
