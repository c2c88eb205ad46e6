"""What a mail says, as its reader gets it."""

import re
from contextlib import AbstractContextManager
from dataclasses import dataclass
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from portal_project.accounts.models import Merchant
from portal_project.common.facts import worded
from portal_project.mail.models import OutgoingMail


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str


def render(mail: OutgoingMail) -> Rendered:
    """Subject and both parts. Raises `TemplateDoesNotExist` when one of them has no template."""
    shared = {
        "merchant": Merchant.load(),
        "portal_url": settings.PORTAL_URL,
        "mail_settings_url": settings.PORTAL_URL + reverse("mail_settings"),
    }
    with _in_its_language(mail):
        context = shared | worded(mail.context)
        text = render_to_string(f"emails/{mail.template}.txt", context)
        return Rendered(subject(mail), _tidy(text), render_to_string(f"emails/{mail.template}.html", context))


def subject(mail: OutgoingMail) -> str:
    """The subject alone, from the mail's own context, so that a list of mails asks for nothing else."""
    with _in_its_language(mail):
        context = worded(mail.context)
        return " ".join(render_to_string(f"emails/{mail.template}.subject.txt", context).split())


def _in_its_language(mail: OutgoingMail) -> AbstractContextManager[None]:
    return translation.override(mail.language or settings.LANGUAGE_CODE)


def _tidy(text: str) -> str:
    """With one blank line wherever the template's conditions left several."""
    return re.sub(r"\n{3,}", "\n\n", text.strip()) + "\n"


def message(mail: OutgoingMail) -> EmailMultiAlternatives:
    """The mail as it is handed to the server. Raises as `render`."""
    rendered = render(mail)
    message = EmailMultiAlternatives(
        rendered.subject,
        rendered.text,
        to=[mail.recipient],
        headers=_headers(mail),
    )
    message.attach_alternative(rendered.html, "text/html")
    return message


def _headers(mail: OutgoingMail) -> dict[str, str]:
    # Made from the key, so that a repeated attempt is recognised as the same mail.
    headers = {"Message-ID": _message_id(mail.key.replace(":", ".")), "Auto-Submitted": "auto-generated"}
    if url := mail.context.get("switch_off_url"):
        # Mail programs make a button of it, which switches off at once (RFC 8058).
        headers |= {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    if not mail.thread:
        return headers
    # No mail has this name itself: all mails of the thread answer to it, whoever of several readers got which of them.
    root = _message_id(f"thread.{mail.thread}")
    return headers | {"In-Reply-To": root, "References": root}


def _message_id(name: str) -> str:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2] or "localhost"
    return f"<{name}@{domain}>"
