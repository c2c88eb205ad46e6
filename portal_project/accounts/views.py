from allauth.account import views as allauth
from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.i18n import set_language

from portal_project.accounts import languages, limits, reminders, second_step
from portal_project.accounts import sessions as where
from portal_project.accounts.archive import archive
from portal_project.accounts.forgetting import hold
from portal_project.accounts.forms import AppearanceForm, InvoicedPartyForm, LanguageForm, MailSettingsForm, PersonForm
from portal_project.accounts.models import InvoicedParty, User, buyer
from portal_project.accounts.people import person
from portal_project.common.personal_data import TABLES


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Who one is, who is invoiced, and where to change it."""
    user = person(request)
    party = None if user.is_staff else InvoicedParty.of(user)
    ways = second_step.ways(user)
    context = {
        "party": party,
        "invoiced": buyer(user, party),
        "change": user.address_changes.pending().first(),
        "has_second_step": bool(ways),
        "passkeys": ways[Authenticator.Type.WEBAUTHN],
        "now": timezone.now(),
    }
    return TemplateResponse(request, "account/overview.html", context)


@require_http_methods(["GET", "POST"])
def edit_person(request: HttpRequest) -> HttpResponse:
    form = PersonForm(request.POST or None, instance=person(request))
    if form.is_valid():
        with transaction.atomic():
            hold(form.instance)
            form.instance.save(update_fields=form.fields)
        messages.success(request, _("Your details are saved."))
        return redirect("account")
    return TemplateResponse(request, "account/person.html", {"form": form})


@require_http_methods(["GET", "POST"])
def edit_appearance(request: HttpRequest) -> HttpResponse:
    """Light or dark, on every device where one signs in."""
    form = AppearanceForm(request.POST or None, instance=person(request))
    if form.is_valid():
        form.instance.save(update_fields=form.fields)
        messages.success(request, _("Saved. It looks so wherever you sign in."))
        return redirect("account")
    return TemplateResponse(request, "account/appearance.html", {"form": form})


@require_http_methods(["GET", "POST"])
def edit_language(request: HttpRequest) -> HttpResponse:
    """For pages and mails, on every device where one signs in; or as each browser has it."""
    form = LanguageForm(request.POST or None, instance=person(request))
    if form.is_valid():
        form.instance.save(update_fields=form.fields)
        messages.success(request, _("Saved. Pages and mails are in this language from now on."))
        response = redirect("account")
        if not form.instance.language:
            # Or what was chosen in the footer would go on standing for what the browser has.
            response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
        return response
    return TemplateResponse(request, "account/language.html", {"form": form})


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """From the footer: Django's view keeps it in a cookie for this browser, and whoever is signed in has it everywhere."""
    response = set_language(request)
    language = request.POST.get("language", "")
    if request.user.is_authenticated and languages.is_spoken(language):
        User.objects.filter(pk=request.user.pk).update(language=language)
    return response


@require_http_methods(["GET", "POST"])
def edit_invoiced_party(request: HttpRequest) -> HttpResponse:
    user = person(request)
    if user.is_staff:
        raise Http404
    form = InvoicedPartyForm(request.POST or None, instance=InvoicedParty.of(user))
    if form.is_valid():
        form.save_for(user)
        messages.success(request, _("Saved. Your next invoices will say so."))
        return redirect("account")
    return TemplateResponse(request, "account/invoiced_party.html", {"form": form})


@require_http_methods(["GET", "POST"])
def mail_settings(request: HttpRequest) -> HttpResponse:
    """Which mails one gets; for customers and staff alike, because the mails to both lead here."""
    # An empty box sends nothing at all, so ask for the method instead of for what was sent.
    form = MailSettingsForm(request.POST if request.method == "POST" else None, instance=person(request))
    if form.is_valid():
        form.instance.save(update_fields=form.fields)
        messages.success(request, _("Your mail settings are saved."))
        return redirect("mail_settings")
    return TemplateResponse(request, "account/mail_settings.html", {"form": form})


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def switch_off_reminders(request: HttpRequest, number: str, signature: str) -> HttpResponse:
    """Ask, and switch off where the button or a mail program says so, both by the field of RFC 8058.

    The address is the proof, so no token stands in the form: mail programs have none, and whoever knows the address may.
    """
    user = reminders.whose(number, signature)
    if user and request.POST.get("List-Unsubscribe") == "One-Click":
        user.wants_reminders = False
        User.objects.filter(pk=user.pk).update(wants_reminders=False)
    context = {"recipient": user}
    return TemplateResponse(request, "account/switch_off_reminders.html", context, status=200 if user else 403)


@require_http_methods(["GET", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in, and the way to sign out everywhere but here."""
    user = person(request)
    if request.method == "POST":
        where.end_others(request, user)
        messages.success(request, _("You are signed out everywhere but here."))
        return redirect("usersessions_list")
    context = {"sessions": where.signed_in(user), "here": request.session.session_key}
    return TemplateResponse(request, "usersessions/usersession_list.html", context)


@require_http_methods(["GET", "POST"])
@reauthentication_required
def own_data(request: HttpRequest) -> HttpResponseBase:
    """What is kept about one, and all of it as an archive."""
    user, refusal = person(request), ""
    if request.method == "POST":
        try:
            limits.consume(request, "archive", user.email)
        except limits.TooManyAttempts as error:
            refusal = str(error.message)
        else:
            return _download(user)
    context = {"tables": TABLES, "refusal": refusal}
    return TemplateResponse(request, "account/own_data.html", context, status=429 if refusal else 200)


def _download(user: User) -> StreamingHttpResponse:
    name = f"{user.number} {timezone.localdate()}.zip"
    headers = {"Content-Disposition": content_disposition_header(True, name) or ""}
    return StreamingHttpResponse(archive(user), content_type="application/zip", headers=headers)


@login_not_required
def confirm_login_code(request: HttpRequest) -> HttpResponse:
    """allauth's page, and a word more: with a code that has expired it leads back to where one asks for it, but not why."""
    response = allauth.confirm_login_code(request)
    leads_back = response.status_code == 302 and response.url == reverse("account_request_login_code")
    is_told = getattr(messages.get_messages(request), "added_new", False)
    if leads_back and request.method == "POST" and not is_told:
        messages.error(request, _("This code has expired. Ask for a new one."))
    return response
