import logging
from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.utils.translation import gettext_lazy

from portal_project.accounts import clients, encryption
from portal_project.accounts.models import Merchant, User

logger = logging.getLogger(__name__)


class MFAAdapter(DefaultMFAAdapter):
    """The second step of signing in, as this portal wants it: secrets encrypted, in the merchant's name."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy(
            "This code is not right, or was used before. The app shows a new one every half minute."
        ),
        "passkey_refused": gettext_lazy("That did not work, so nothing was done. Please try again."),
    }

    def _get_site_name(self) -> str:
        """How an app calls the account."""
        return Merchant.recent().name

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002, allauth names it so
        """By where it is made, because there it mostly stays."""
        return clients.browser(get_account_adapter().get_http_user_agent(context.request))

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """How the device tells the account from others."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return entity | {"display_name": user.get_full_name()}

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """A secret by which no code is right, where none of the keys fits any more."""
        try:
            return encryption.decrypt(encrypted_text)
        except encryption.Unreadable:
            logger.error(
                "A second step was encrypted with another SECRET_KEY, which SECRET_KEY_FALLBACKS does not have."
            )
            return generate_totp_secret()
