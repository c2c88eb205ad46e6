"""A test mail, handed to the mail server as any other, and in words what went wrong with it."""

import ssl
from contextlib import closing
from smtplib import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)
from socket import gaierror
from uuid import uuid4

import structlog
from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from portal_project.mail import server
from portal_project.mail.models import MailServer, OutgoingMail
from portal_project.mail.rendering import message
from portal_project.mail.server import Connection
from portal_project.mail.tasks import in_words

log = structlog.get_logger(__name__)

SETTINGS = ("BACKEND", "HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_TLS", "USE_SSL", "FILE_PATH")
# Of the backends that EMAIL_URL can name, this one alone hands mails on.
SMTP = "django.core.mail.backends.smtp.EmailBackend"


def send_test(recipient: str) -> str:
    """Send a mail now, and note how it went. The answer says what went wrong; empty if the server took the mail.

    Takes no longer than the worker waits for a server that does not answer.
    """
    error = _sent(recipient)
    now = timezone.now()
    outcome = {"tested_at": now, "test_error": error}
    if not error:
        outcome |= {"test_passed_at": now, "test_passed_with": fingerprint()}
    MailServer.objects.update_or_create(pk=1, defaults=outcome)
    if not error:
        # Whatever it was left alone for is over.
        server.record_success()
    return error


def fingerprint() -> str:
    """What becomes another one with the settings of mail; it says nothing of them."""
    values = [settings.DEFAULT_FROM_EMAIL, *(getattr(settings, f"EMAIL_{name}", None) for name in SETTINGS)]
    return salted_hmac(__name__, repr(values), algorithm="sha256").hexdigest()


def place() -> str:
    """Where mails go, as somebody reads it."""
    if hands_on():
        return f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    folder = getattr(settings, "EMAIL_FILE_PATH", "")
    return f"files in {folder}" if folder else "the output of the worker"


def hands_on() -> bool:
    """Whether mails leave this machine at all."""
    return settings.EMAIL_BACKEND == SMTP


def _sent(recipient: str) -> str:
    try:
        with closing(Connection()) as connection:
            connection.open()
            connection.send(message(_mail(recipient)))
    except Exception as error:  # whatever goes wrong is what the test is for
        log.warning("test mail not sent", error=in_words(error))
        return _why(error)
    return ""


def _mail(recipient: str) -> OutgoingMail:
    """Never in the outbox: it is sent while somebody waits."""
    text = f"Whoever reads this knows that mail of {settings.PORTAL_URL} arrives. Nothing has to be done."
    context = {"subject": f"Test mail of {settings.PORTAL_URL}", "text": text}
    return OutgoingMail(
        key=f"test:{uuid4().hex}", recipient=recipient, template=OutgoingMail.READY_MADE, context=context
    )


def _why(error: Exception) -> str:
    """For whoever set EMAIL_URL: what failed, and where to look."""
    match error:
        case SMTPAuthenticationError():
            return f"{place()} does not accept the user name and password of EMAIL_URL: {in_words(error)}"
        case SMTPSenderRefused():
            return f"{place()} takes no mail from {settings.DEFAULT_FROM_EMAIL}: {in_words(error)}"
        case SMTPRecipientsRefused():
            return f"{place()} takes no mail to this recipient: {in_words(error)}"
        case SMTPNotSupportedError():
            return f"{place()} cannot do what EMAIL_URL asks for: {error}"
        case SMTPServerDisconnected():
            return f"{place()} broke off the connection: {error}"
        case SMTPException():
            return f"{place()} refuses: {in_words(error)}"
        case ssl.SSLError():
            return f"No encrypted connection to {place()}: smtp+tls is for port 587, smtp+ssl for 465. {error}"
        case gaierror():
            return f"The name {settings.EMAIL_HOST} is not known. Is it right in EMAIL_URL?"
        case ConnectionRefusedError():
            return f"{place()} refuses the connection. Are host and port right in EMAIL_URL?"
        case TimeoutError():
            return f"{place()} hangs: {error}. A wrong port or a firewall can be why."
    return f"It could not be handed to {place()}: {in_words(error)}"
