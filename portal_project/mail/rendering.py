"""What a mail says, as its reader gets it."""

import re
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from portal_project.accounts.models import Merchant
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
    context = shared | mail.context
    text = render_to_string(f"emails/{mail.template}.txt", context)
    return Rendered(subject(mail), _tidy(text), render_to_string(f"emails/{mail.template}.html", context))


def subject(mail: OutgoingMail) -> str:
    """The subject alone, from the mail's own context, so that a list of mails asks for nothing else."""
    return " ".join(render_to_string(f"emails/{mail.template}.subject.txt", mail.context).split())


def _tidy(text: str) -> str:
    """With one blank line wherever the template's conditions left several."""
    return re.sub(r"\n{3,}", "\n\n", text.strip()) + "\n"
