"""Signing in as allauth does it, with this portal's limits: whoever is refused is told when to try again.

Addresses and codes are read as the rest of the portal reads them.
"""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from allauth.account import fields, forms, views
from allauth.account.adapter import get_adapter
from allauth.core import context
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from portal_project.accounts import limits, passkeys
from portal_project.accounts.models import AddressChange
from portal_project.common.forms import AddressField, NumberField

AS_SHOWN = ("label", "widget")
"""What the page of a code shows of its field."""


class EmailField(AddressField, fields.EmailField):
    """As allauth shows it."""


class LoginForm(forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # By name, so that it keeps its place before the password.
        self.fields["login"] = EmailField()


class SignupForm(forms.SignupForm):
    email = EmailField()

    def validate_unique_email(self, value: str) -> str:
        """An address that somebody may still get back is theirs, so that no stranger is there before them."""
        email: str = super().validate_unique_email(value)
        self.account_already_exists |= AddressChange.objects.may_bring_back(email, timezone.now())
        return email


class RequestLoginCodeForm(forms.RequestLoginCodeForm):
    email = EmailField()

    def clean_email(self) -> str:
        limits.consume(context.request, "code", self.cleaned_data["email"])
        return super().clean_email()


class ConfirmLoginCodeForm(forms.ConfirmLoginCodeForm):
    code = NumberField(**{name: getattr(forms.ConfirmLoginCodeForm.base_fields["code"], name) for name in AS_SHOWN})


class ResetPasswordForm(forms.ResetPasswordForm):
    email = EmailField(required=True)

    def clean_email(self) -> str:
        limits.consume(context.request, "reset", self.cleaned_data["email"])
        return super().clean_email()


class UserTokenForm(forms.UserTokenForm):
    """The link of a mail by which a password is chosen: it opens to nobody who was switched off meanwhile."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if not self.reset_user.is_active:
            raise get_adapter().validation_error("invalid_password_reset")
        return cleaned


class Limited:
    """The page of a form that came too often: with all that was typed but the password, and 429."""

    def form_invalid(self, form: Form) -> HttpResponse:
        response = super().form_invalid(form)  # type: ignore[misc]
        if limits.refused(form):
            response.status_code = HTTPStatus.TOO_MANY_REQUESTS
        return response


class LoginView(Limited, views.LoginView):
    form_class = LoginForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"passkey_obstacle": passkeys.obstacle(self.request)}


class RequestLoginCodeView(Limited, views.RequestLoginCodeView):
    form_class = RequestLoginCodeForm


class PasswordResetView(Limited, views.PasswordResetView):
    form_class = ResetPasswordForm


class ReauthenticateView(Limited, views.ReauthenticateView):
    pass


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """Where allauth's own limits strike, each of some requests a minute: a page that leads back to the form."""
    sent = request.GET.dict() | request.POST.dict()
    kept = urlencode({name: sent[name] for name in ("next", "email") if sent.get(name)})
    return render(request, "429.html", {"back": f"{request.path}?{kept}"}, status=HTTPStatus.TOO_MANY_REQUESTS)
