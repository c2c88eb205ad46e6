from datetime import datetime, timedelta
from email.utils import parseaddr
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.utils import timezone
from django.utils.encoding import force_str

from portal_project.mail.models import OutgoingMail
from portal_project.mail.rendering import render

log = structlog.get_logger(__name__)

# After each attempt the next one waits longer. After as many attempts as waits, within a day, the mail is marked as failed.
WAITS = [timedelta(minutes=minutes) for minutes in (5, 10, 30, 60, 120, 360, 720, 720)]
# In seconds, and well below the first wait: a server that hangs must not hold a mail until another worker takes it.
TIMEOUT = 30


def send_pending() -> int:
    """Send what is in the outbox, one mail at a time, and return how many went out. Safe to run in parallel."""
    sent = 0
    while mail := _claim(timezone.now()):
        sent += _send(mail)
    return sent


def _claim(now: datetime) -> OutgoingMail | None:
    with transaction.atomic():
        pending = OutgoingMail.objects.filter(state=OutgoingMail.State.PENDING, next_attempt_at__lte=now)
        mail = pending.order_by("next_attempt_at", "id").select_for_update(skip_locked=True).first()
        if mail:
            mail.next_attempt_at = now + WAITS[min(mail.attempts, len(WAITS) - 1)]
            mail.attempts += 1
            mail.save(update_fields=["next_attempt_at", "attempts"])
    return mail


def _send(mail: OutgoingMail) -> bool:
    try:
        message(mail).send()
    except Exception as error:  # whatever goes wrong with one mail must not stop the others
        log.warning("mail not sent", key=mail.key, attempts=mail.attempts, error=str(error))
        gave_up = mail.attempts >= len(WAITS) or _is_refused_for_good(error)
        mail.state = OutgoingMail.State.FAILED if gave_up else OutgoingMail.State.PENDING
        mail.error = _in_words(error)
    else:
        mail.state, mail.sent_at, mail.error = OutgoingMail.State.SENT, timezone.now(), ""
    mail.save(update_fields=["state", "sent_at", "error"])
    return mail.state == OutgoingMail.State.SENT


def _is_refused_for_good(error: Exception) -> bool:
    """Whether the server will never take this mail (SMTP 5xx); whatever else went wrong may come right by itself."""
    is_about_this_mail = isinstance(error, SMTPRecipientsRefused | SMTPDataError)
    return is_about_this_mail and all(code >= 500 for code, _reason in _answers(error))


def _in_words(error: Exception) -> str:
    """What went wrong, for whoever reads the outbox: the server's answer, such as "550 No such user", where it gave one."""
    answers = [f"{code} {force_str(reason, errors='replace')}" for code, reason in _answers(error)]
    return "; ".join(answers) or f"{type(error).__name__}: {error}"


def _answers(error: Exception) -> list[tuple[int, bytes | str]]:
    if isinstance(error, SMTPRecipientsRefused):
        return list(error.recipients.values())
    return [(error.smtp_code, error.smtp_error)] if isinstance(error, SMTPResponseException) else []


def message(mail: OutgoingMail) -> EmailMultiAlternatives:
    """The mail as it is handed to the server. Raises as `render`."""
    rendered = render(mail)
    message = EmailMultiAlternatives(
        rendered.subject,
        rendered.text,
        to=[mail.recipient],
        headers=_headers(mail),
        connection=get_connection(timeout=TIMEOUT),
    )
    message.attach_alternative(rendered.html, "text/html")
    return message


def _headers(mail: OutgoingMail) -> dict[str, str]:
    # Made from the key, so that a repeated attempt is recognised as the same mail.
    headers = {"Message-ID": _message_id(mail.key.replace(":", ".")), "Auto-Submitted": "auto-generated"}
    if not mail.thread:
        return headers
    # No mail has this name itself: all mails of the thread answer to it, whoever of several readers got which of them.
    root = _message_id(f"thread.{mail.thread}")
    return headers | {"In-Reply-To": root, "References": root}


def _message_id(name: str) -> str:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2] or "localhost"
    return f"<{name}@{domain}>"
