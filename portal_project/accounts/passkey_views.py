"""The pages of passkeys, around allauth's own."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.decorators import reauthentication_required
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal import auth, flows
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from django.views.generic import FormView

from portal_project.accounts import limits, passkeys, second_step
from portal_project.accounts.forgetting import hold
from portal_project.accounts.people import person
from portal_project.accounts.sign_in import too_many_requests


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Which ones somebody has."""
    context = {
        "passkeys": [each.wrap() for each in passkeys.of(person(request))],
        "passkey_obstacle": passkeys.obstacle(request),
    }
    return TemplateResponse(request, "mfa/webauthn/index.html", context)


class AddView(webauthn.AddWebAuthnView):
    form_class = passkeys.AddForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """allauth lets people choose whether it signs in alone; here it always does."""
        user = person(self.request)
        return FormView.get_context_data(self, **kwargs) | {
            "options": auth.begin_registration(user, passwordless=True),
            "is_first": not second_step.is_on(user),
            "passkey_obstacle": passkeys.obstacle(self.request),
        }

    @transaction.atomic
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """One after the other, so that recovery codes are made once, and the same is kept once."""
        hold(person(request))
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: passkeys.AddForm) -> HttpResponse:
        return redirect("mfa_list_webauthn") if form.is_repeated else super().form_valid(form)

    def get_success_url(self) -> str:
        return super().get_success_url() if self.did_generate_recovery_codes else reverse("mfa_list_webauthn")


@require_http_methods(["GET", "POST"])
@reauthentication_required(app="allauth.mfa")
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    passkey = passkeys.of(person(request)).filter(pk=pk).first()
    if passkey is None:
        return redirect("mfa_list_webauthn")
    form = passkeys.RenameForm(request.POST or None, initial={"name": passkey.wrap().name})
    if form.is_valid():
        passkeys.rename(passkey, form.cleaned_data["name"])
        return redirect("mfa_list_webauthn")
    return TemplateResponse(request, "mfa/webauthn/rename.html", {"form": form, "passkey": passkey.wrap()})


@require_http_methods(["GET", "POST"])
@reauthentication_required(app="allauth.mfa")
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Where it is gone already, the list says so."""
    user = person(request)
    if request.method == "POST":
        with transaction.atomic():
            hold(user)
            if passkey := passkeys.of(user).filter(pk=pk).first():
                flows.remove_authenticator(request, passkey)
        return redirect("mfa_list_webauthn")
    mine = list(passkeys.of(user))
    passkey = next((each for each in mine if each.pk == pk), None)
    if passkey is None:
        return redirect("mfa_list_webauthn")
    context = {"passkey": passkey.wrap(), "has_app": second_step.has_app(user), "is_last": len(mine) == 1}
    return TemplateResponse(request, "mfa/webauthn/remove.html", context)


class SignInView(webauthn.LoginWebAuthnView):
    """What the button of the sign-in page asks and sends."""

    form_class = passkeys.SignInForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Counted here too, because each challenge begins a session."""
        try:
            limits.consume(request, "sign-in", "")
        except limits.TooManyAttempts:
            return too_many_requests(request)
        return super().get(request, *args, **kwargs)

    def form_invalid(self, form: passkeys.SignInForm) -> HttpResponse:
        for error in form.errors["credential"]:
            messages.error(self.request, error)
        kept = urlencode({"next": self.request.POST["next"]}) if self.request.POST.get("next") else ""
        return redirect(f"{reverse('account_login')}?{kept}")


class ReauthenticateView(webauthn.ReauthenticateWebAuthnView):
    form_class = passkeys.ReauthenticateForm
    template_name = "mfa/webauthn/reauthenticate.html"

    def form_invalid(self, form: passkeys.ReauthenticateForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data() | {"form": form})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "options": context["js_data"]["request_options"],
            "passkey_obstacle": passkeys.obstacle(self.request),
        }
