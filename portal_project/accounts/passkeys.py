"""Passkeys (`docs/design.md`, Passkeys): a key on somebody's device, which opens with their fingerprint, face or PIN.

`allauth.mfa` makes the challenges and checks the answers. What is ours: every passkey is one that signs in alone, what is
malformed is refused in words, and only what is needed of an answer is kept.
"""

import struct
from ipaddress import ip_address
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as webauthn
from allauth.mfa.webauthn.internal import auth
from django import forms
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.request import split_domain_port
from django.utils.translation import gettext, gettext_lazy
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

from portal_project.accounts.forgetting import hold
from portal_project.accounts.models import User
from portal_project.common.forms import LineField

LONGEST_NAME = 100
LONGEST_ANSWER = 20_000
"""Of a browser, in characters; real ones have some hundred, with a certificate a few thousand."""
MALFORMED = (
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)
"""What allauth and fido2 raise of an answer that no browser gives."""


def of(person: User) -> QuerySet[Authenticator]:
    """Oldest first."""
    return Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN).order_by("pk")


@transaction.atomic
def rename(passkey: Authenticator, name: str) -> None:
    """Nothing happens where it was removed meanwhile."""
    hold(passkey.user)
    if found := of(passkey.user).filter(pk=passkey.pk).first():
        found.data["name"] = name
        found.save(update_fields=["data"])


def obstacle(request: HttpRequest) -> str:
    """Why browsers use no passkeys at the address by which the page was opened, in a sentence; or nothing."""
    host, _port = split_domain_port(request.get_host())
    if _is_ip_address(host):
        return gettext("Passkeys cannot be used here, because this page was opened by an IP address instead of a name.")
    if not request.is_secure() and host != "localhost" and not host.endswith(".localhost"):
        return gettext("Passkeys cannot be used here, because this page was opened without HTTPS.")
    return ""


def _is_ip_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


class AnswerField(forms.JSONField):
    """What the browser says once somebody has opened their passkey, as `kind`. The script of the page fills it in."""

    widget = forms.HiddenInput

    def __init__(self, kind: type[RegistrationResponse | AuthenticationResponse]) -> None:
        super().__init__(error_messages={"required": gettext_lazy("Passkeys need JavaScript, so nothing was done.")})
        self.kind = kind

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        if len(value) > LONGEST_ANSWER:
            raise refusal()
        try:
            return self.kind.from_dict(super().to_python(value))
        except MALFORMED:
            raise refusal() from None


def refusal() -> forms.ValidationError:
    error: forms.ValidationError = get_adapter().validation_error("passkey_refused")
    return error


def name_field(**options: Any) -> LineField:
    return LineField(label=gettext_lazy("Name"), max_length=LONGEST_NAME, **options)


class AddForm(webauthn.AddWebAuthnForm):
    passwordless = None  # Every passkey is one that signs in alone, so there is nothing to choose.
    name = name_field(
        required=False, help_text=gettext_lazy("By which you tell it from others, such as the device that it is on.")
    )
    credential = AnswerField(RegistrationResponse)

    def clean(self) -> dict[str, Any]:
        """With what is kept of the answer. One that was sent twice is kept once, as `is_repeated`."""
        answer = self.cleaned_data.get("credential")
        if answer is None or self.errors:
            # An answer counts once, so that it is not even looked at while something else is wrong.
            return self.cleaned_data
        self.is_repeated = auth.get_authenticator_by_credential_id(self.user, answer.raw_id) is not None
        if not self.is_repeated:
            try:
                auth.complete_registration(answer)
            except (forms.ValidationError, *MALFORMED):
                self.add_error("credential", refusal())
        return self.cleaned_data | {"credential": _kept(answer)}


def _kept(answer: RegistrationResponse) -> dict[str, Any]:
    """What allauth reads again, and nothing else that a browser may have sent."""
    response = {name: answer.response[name] for name in ("clientDataJSON", "attestationObject")}
    return {"id": answer.id, "rawId": answer.id, "type": "public-key", "response": response}


class RenameForm(forms.Form):
    name = name_field()


class _Answered:
    """A form with an answer to a challenge."""

    def clean_credential(self) -> Authenticator:
        try:
            return super().clean_credential()  # type: ignore[misc]
        except (forms.ValidationError, *MALFORMED):
            raise refusal() from None


class SignInForm(_Answered, webauthn.LoginWebAuthnForm):
    credential = AnswerField(AuthenticationResponse)


class AuthenticateForm(_Answered, webauthn.AuthenticateWebAuthnForm):
    credential = AnswerField(AuthenticationResponse)


class ReauthenticateForm(_Answered, webauthn.ReauthenticateWebAuthnForm):
    credential = AnswerField(AuthenticationResponse)
