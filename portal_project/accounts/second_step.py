"""The second step of signing in (`docs/design.md`, The second step): a code from an app, a passkey, or a recovery code.

`allauth.mfa` keeps and checks them. What is ours are the limits on wrong codes, and that none is taken twice.
"""

from collections import Counter
from datetime import datetime

from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base import forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from django.core.cache import cache
from django.db import transaction
from django.forms import TextInput
from django.utils.translation import gettext_lazy

from portal_project.accounts import limits
from portal_project.accounts.models import User
from portal_project.common.forms import NumberField

# What switches it on; recovery codes only stand in for them.
ASKED_FOR = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def ways(person: User) -> Counter[str]:
    """How many there are of each of `ASKED_FOR`."""
    mine = Authenticator.objects.filter(user=person, type__in=ASKED_FOR)
    return Counter(mine.values_list("type", flat=True))


def is_on(person: User) -> bool:
    return bool(ways(person))


def has_app(person: User) -> bool:
    return Authenticator.Type.TOTP in ways(person)


@transaction.atomic
def remove_all(person: User) -> bool:
    """For somebody who can no longer get in: forget all of it and write to them. Whether there was anything."""
    # One after the other, so that there is one mail.
    User.objects.select_for_update().get(pk=person.pk)
    forgotten, _ = Authenticator.objects.filter(user=person).delete()
    if forgotten:
        get_adapter().send_mail("account/email/second_step_removed", person.email, {})
    return bool(forgotten)


def forget_since(person: User, moment: datetime) -> None:
    """What a thief has set up would keep the owner out. What is older stays: it keeps out whoever reads an old mailbox."""
    mine = Authenticator.objects.filter(user=person)
    mine.filter(created_at__gte=moment).delete()
    if not is_on(person):
        mine.delete()


def code_field() -> NumberField:
    return NumberField(
        label=gettext_lazy("Code"), widget=TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"})
    )


class _Limited:
    """A form with a `code`: wrong ones are counted first, so that many at once do not pass the limits together."""

    user: User

    def clean_code(self) -> str:
        attempt = limits.consume(context.request, "second-step", self.user.email)
        code: str = super().clean_code()  # type: ignore[misc]
        self.take(code)
        attempt.rollback()
        return code

    def take(self, code: str) -> None:
        """Take the app's code once: allauth forgets a used one before the last instant at which it is right."""
        seconds = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
        if not cache.add(f"portal-second-step:{self.user.pk}:{normalize_user_code(code)}", True, seconds):
            raise get_mfa_adapter().validation_error("incorrect_code")


class AuthenticateForm(_Limited, forms.AuthenticateForm):
    code = code_field()


class ReauthenticateForm(_Limited, forms.ReauthenticateForm):
    code = code_field()


class ActivateForm(_Limited, totp.ActivateTOTPForm):
    code = code_field()

    @property
    def secret_in_groups(self) -> str:
        """As people type it over."""
        return " ".join(self.secret[start : start + 4] for start in range(0, len(self.secret), 4))
