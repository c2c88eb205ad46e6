"""Switching reminders off by the link in a mail, without signing in (`docs/design.md`, Reminders)."""

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from portal_project.accounts.models import User

SIGNER = Signer(salt="accounts.reminders")


def switch_off_url(user: User) -> str:
    """Works for as long as the user has the present address, so that whoever has an earlier one cannot use it."""
    signature = SIGNER.signature(_signed(user))
    return settings.PORTAL_URL + reverse("switch_off_reminders", args=[user.number, signature])


def whose(number: str, signature: str) -> User | None:
    """Who is meant by an address that `switch_off_url` made; None for one that is not ours, or not any more."""
    user = User.objects.filter(number=number).first()
    try:
        SIGNER.unsign(SIGNER.sep.join([_signed(user), signature]) if user else "")
    except BadSignature:
        return None
    return user


def _signed(user: User) -> str:
    return f"{user.number} {user.email}"
