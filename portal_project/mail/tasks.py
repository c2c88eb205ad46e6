from contextlib import closing
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException
from time import monotonic
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.encoding import force_str

from portal_project.mail import outbox, server
from portal_project.mail.models import OutgoingMail
from portal_project.mail.rendering import message
from portal_project.mail.server import Connection

log = structlog.get_logger(__name__)

State = OutgoingMail.State
# After each attempt the next one waits longer. After as many attempts as waits, within a day, the mail is marked as failed.
# Each wait is longer than a mail takes at most, so that no other worker takes it meanwhile.
WAITS = [timedelta(minutes=minutes) for minutes in (5, 10, 30, 60, 120, 360, 720, 720)]


def send_pending() -> int:
    """Send what is in the outbox, one mail at a time, and return how many went out. Safe to run in parallel.

    Ends within seconds, whatever the server does, so that what is due gets its turn; what is left comes with the next run.
    """
    _give_up_expired(timezone.now())
    sent, end = 0, monotonic() + settings.MAIL_RUN_SECONDS
    with closing(Connection()) as connection:
        while _connect(connection) and (mail := _claim(timezone.now())):
            sent += _send(mail, connection)
            if monotonic() > end:
                outbox.wake()
                break
    return sent


def _give_up_expired(now: datetime) -> None:
    OutgoingMail.objects.expired(now).filter(leaves_no_trace=True).delete()
    OutgoingMail.objects.expired(now).update(state=State.EXPIRED, **_without_secret())


def _connect(connection: Connection) -> bool:
    """Whether there is mail to send and a server for it. No mail is touched before, so a server that is away costs none."""
    if connection.is_open:
        return True
    now = timezone.now()
    if server.pause(now) or not OutgoingMail.objects.due(now).exists():
        return False
    try:
        connection.open()
    except Exception as error:
        server.record_failure(in_words(error))
        return False
    return True


def _claim(now: datetime) -> OutgoingMail | None:
    """The next mail, its next attempt moved ahead: first those that expire, then the one that waits longest."""
    with transaction.atomic():
        due = OutgoingMail.objects.due(now).order_by("next_attempt_at", "id").select_for_update(skip_locked=True)
        mail = due.filter(expires_at__gt=now).first() or due.first()
        if mail:
            mail.next_attempt_at = now + WAITS[min(mail.attempts, len(WAITS) - 1)]
            mail.attempts += 1
            mail.save(update_fields=["next_attempt_at", "attempts"])
    return mail


def _send(mail: OutgoingMail, connection: Connection) -> bool:
    try:
        connection.send(message(mail))
    except Exception as error:  # whatever goes wrong with one mail must not stop the others
        _record_failure(mail, error)
        return False
    mail.state, mail.sent_at, mail.error = State.SENT, timezone.now(), ""
    _save_outcome(mail)
    server.record_success()
    return True


def _record_failure(mail: OutgoingMail, error: Exception) -> None:
    mail.error = in_words(error, is_secret=mail.is_secret)
    log.warning("mail not sent", key=mail.key, attempts=mail.attempts, error=mail.error)
    if mail.attempts >= len(WAITS) or _is_refused_for_good(error):
        mail.state = State.FAILED
    _save_outcome(mail)
    if _is_about_this_mail(error):
        server.record_success()
    elif isinstance(error, OSError):
        server.record_failure(mail.error)


def _save_outcome(mail: OutgoingMail) -> None:
    """Of a mail that is done with, nothing stays that signs in; and of some nothing at all."""
    if mail.leaves_no_trace and mail.state != State.PENDING:
        OutgoingMail.objects.filter(pk=mail.pk).delete()
        return
    outcome: dict[str, Any] = {"state": mail.state, "sent_at": mail.sent_at, "error": mail.error}
    if mail.is_secret and mail.state != State.PENDING:
        outcome |= _without_secret()
    OutgoingMail.objects.filter(pk=mail.pk).update(**outcome)


def _without_secret() -> dict[str, Any]:
    """What to write over a secret; where DEBUG is on it stays, for the demo's mailbox to show."""
    return {} if settings.DEBUG else {"context": {}}


def _is_about_this_mail(error: Exception) -> bool:
    """Whether the server answered, and refused this recipient or this text. All else is the server's own trouble."""
    return isinstance(error, SMTPRecipientsRefused | SMTPDataError)


def _is_refused_for_good(error: Exception) -> bool:
    """Whether the server will never take this mail (SMTP 5xx); whatever else went wrong may come right by itself."""
    return _is_about_this_mail(error) and all(code >= 500 for code, _reason in _answers(error))


def in_words(error: Exception, *, is_secret: bool = False) -> str:
    """What went wrong, for whoever reads the outbox: the server's answer, such as "550 No such user", where it gave one."""
    if is_secret and isinstance(error, SMTPDataError):
        # A filter that refuses a text may quote it.
        return str(error.smtp_code)
    answers = [f"{code} {force_str(reason, errors='replace')}" for code, reason in _answers(error)]
    return "; ".join(answers) or f"{type(error).__name__}: {error}"


def _answers(error: Exception) -> list[tuple[int, bytes | str]]:
    """The server's answers: SMTP codes with their reasons, one for each recipient that it refused."""
    if isinstance(error, SMTPRecipientsRefused):
        return list(error.recipients.values())
    return [(error.smtp_code, error.smtp_error)] if isinstance(error, SMTPResponseException) else []
