from dataclasses import dataclass

from django.conf import settings
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string

from portal_project.accounts.models import Merchant
from portal_project.mail.models import OutgoingMail


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str


def render(mail: OutgoingMail) -> Rendered:
    """The mail as its reader gets it; `html` is empty where a template has none.

    Raises `TemplateDoesNotExist` when the subject or the text has no template.
    """
    context = {"merchant": Merchant.load(), "portal_url": settings.PORTAL_URL} | mail.context
    subject = render_to_string(f"emails/{mail.template}.subject.txt", context)
    text = render_to_string(f"emails/{mail.template}.txt", context)
    return Rendered(" ".join(subject.split()), text.strip() + "\n", _html(mail, context))


def _html(mail: OutgoingMail, context: dict[str, object]) -> str:
    try:
        return render_to_string(f"emails/{mail.template}.html", context)
    except TemplateDoesNotExist:
        return ""
