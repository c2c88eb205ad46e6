from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from portal_project.accounts.models import Merchant


def portal(request: HttpRequest) -> dict[str, object]:
    """For every template: the merchant, the languages if there is a choice, whether strangers may sign up, and where the demo
    shows its mails.
    """
    return {
        "merchant": SimpleLazyObject(Merchant.recent),
        "languages": settings.LANGUAGES if len(settings.LANGUAGES) > 1 else [],
        "allow_signup": settings.ALLOW_SIGNUP,
        "demo_mails_url": reverse("demo_mails") if settings.DEBUG else "",
    }
