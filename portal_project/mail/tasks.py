from datetime import datetime, timedelta
from email.utils import parseaddr

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone

from portal_project.mail.models import OutgoingMail
from portal_project.mail.rendering import render

log = structlog.get_logger(__name__)

# After each attempt the next one waits longer. After as many attempts as waits, within a day, the mail is marked as failed.
WAITS = [timedelta(minutes=minutes) for minutes in (5, 10, 30, 60, 120, 360, 720, 720)]


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
        gave_up = mail.attempts >= len(WAITS)
        mail.state = OutgoingMail.State.FAILED if gave_up else OutgoingMail.State.PENDING
        mail.error = f"{type(error).__name__}: {error}"
    else:
        mail.state, mail.sent_at, mail.error = OutgoingMail.State.SENT, timezone.now(), ""
    mail.save(update_fields=["state", "sent_at", "error"])
    return mail.state == OutgoingMail.State.SENT


def message(mail: OutgoingMail) -> EmailMultiAlternatives:
    rendered = render(mail)
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2] or "localhost"
    headers = {
        # Made from the key, so that a repeated attempt is recognised as the same mail.
        "Message-ID": f"<{mail.key.replace(':', '.')}@{domain}>",
        "Auto-Submitted": "auto-generated",
    }
    message = EmailMultiAlternatives(rendered.subject, rendered.text, to=[mail.recipient], headers=headers)
    if rendered.html:
        message.attach_alternative(rendered.html, "text/html")
    return message
