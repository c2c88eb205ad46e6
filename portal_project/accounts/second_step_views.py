"""The pages of the second step of signing in, around allauth's own."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from allauth.mfa.base import views as base
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from portal_project.accounts import passkeys, second_step
from portal_project.accounts.forgetting import hold
from portal_project.accounts.people import person
from portal_project.accounts.sign_in import Limited


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What is asked besides the password, and how many recovery codes are left."""
    found = list(Authenticator.objects.filter(user=person(request)).order_by("pk"))
    asked_for = [each for each in found if each.type in second_step.ASKED_FOR]
    codes = next((each for each in found if each.type == Authenticator.Type.RECOVERY_CODES), None)
    context = _kinds(asked_for) | {
        "since": asked_for[0].created_at if asked_for else None,
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
    }
    return TemplateResponse(request, "mfa/index.html", context)


def _kinds(found: Iterable[Authenticator]) -> dict[str, Any]:
    kinds = {each.type for each in found}
    return {
        "has_app": Authenticator.Type.TOTP in kinds,
        "has_passkeys": Authenticator.Type.WEBAUTHN in kinds,
    }


class AuthenticateView(Limited, base.AuthenticateView):
    form_class = second_step.AuthenticateForm
    webauthn_form_class = passkeys.AuthenticateForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Who has no passkey is asked for none, and no challenge is kept for them."""
        kinds = _kinds(Authenticator.objects.filter(user=self.stage.login.user))
        if not kinds["has_passkeys"]:
            self.webauthn_form = None
        context: dict[str, Any] = super().get_context_data(**kwargs) | kinds
        if kinds["has_passkeys"]:
            context |= {
                "options": context["js_data"]["request_options"],
                "passkey_obstacle": passkeys.obstacle(self.request),
            }
        return context


class ReauthenticateView(Limited, base.ReauthenticateView):
    form_class = second_step.ReauthenticateForm


class ActivateView(Limited, totp.ActivateTOTPView):
    form_class = second_step.ActivateForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Clicks one after the other, because the same may be sent twice at once."""
        if request.method != "POST":
            return self._dispatch_if_off(request, *args, **kwargs)
        with transaction.atomic():
            hold(person(request))
            return self._dispatch_if_off(request, *args, **kwargs)

    def _dispatch_if_off(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Where it is on already, the page says so; allauth would ask to switch it off."""
        if second_step.has_app(person(request)):
            return redirect("mfa_index")
        return super().dispatch(request, *args, **kwargs)


class DeactivateView(totp.DeactivateTOTPView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Where it is off already, the page says so."""
        if not second_step.has_app(person(request)):
            return redirect("mfa_index")
        return super().dispatch(request, *args, **kwargs)

    @transaction.atomic
    def form_valid(self, form: Form) -> HttpResponse:
        """One after the other, so that recovery codes go with the last way that they stand in for."""
        hold(person(self.request))
        if not second_step.has_app(person(self.request)):
            return redirect("mfa_index")
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"has_passkeys": passkeys.of(person(self.request)).exists()}


class RecoveryCodesView(recovery_codes.ViewRecoveryCodesView):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not second_step.is_on(person(request)):
            return redirect("mfa_index")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the codes as a file, inside the page, because they are told once."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        lines = "\r\n".join([*context["unused_codes"], ""])
        return context | {"file": f"data:text/plain;charset=utf-8,{quote(lines)}"}


class GenerateCodesView(recovery_codes.GenerateRecoveryCodesView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not second_step.is_on(person(request)):
            return redirect("mfa_index")
        return super().dispatch(request, *args, **kwargs)
