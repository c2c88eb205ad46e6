from typing import Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Signing in, as this portal wants it: strangers sign up only if invited to, and all mail goes through the outbox."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.ALLOW_SIGNUP

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        # Imported here because allauth loads its adapter while the apps are still loading.
        from portal_project.accounts.models import Merchant
        from portal_project.mail import outbox
        from portal_project.mail.models import OutgoingMail

        defaults = {"email": email, "merchant_name": Merchant.load().name}
        message = self.render_mail(template_prefix, email, defaults | context)
        outbox.add(
            OutgoingMail(
                key=f"account:{uuid4()}",
                recipient=email,
                template=OutgoingMail.READY_MADE,
                context={"subject": message.subject, "text": message.body},
            )
        )
