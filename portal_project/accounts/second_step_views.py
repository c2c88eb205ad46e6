"""The pages of the second step of signing in, around allauth's own."""

from typing import Any
from urllib.parse import quote

from allauth.mfa.base import views as base
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from portal_project.accounts import second_step
from portal_project.accounts.people import person
from portal_project.accounts.sign_in import Limited


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What is asked besides the password, and how many recovery codes are left."""
    found = {each.type: each for each in Authenticator.objects.filter(user=person(request))}
    codes = found.get(Authenticator.Type.RECOVERY_CODES)
    context = {
        "app": found.get(Authenticator.Type.TOTP),
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
    }
    return TemplateResponse(request, "mfa/index.html", context)


class AuthenticateView(Limited, base.AuthenticateView):
    form_class = second_step.AuthenticateForm


class ReauthenticateView(Limited, base.ReauthenticateView):
    form_class = second_step.ReauthenticateForm


class ActivateView(Limited, totp.ActivateTOTPView):
    form_class = second_step.ActivateForm

    def form_valid(self, form: second_step.ActivateForm) -> HttpResponse:
        try:
            return super().form_valid(form)
        except IntegrityError:
            # The same was sent twice at once, and the other was first.
            return redirect("mfa_index")


class DeactivateView(totp.DeactivateTOTPView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Where it is off already, the page says so."""
        if not second_step.is_on(person(request)):
            return redirect("mfa_index")
        return super().dispatch(request, *args, **kwargs)


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
