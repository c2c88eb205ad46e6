from allauth.account import views as allauth
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal_project.accounts.forms import AppearanceForm, InvoicedPartyForm, MailSettingsForm, PersonForm
from portal_project.accounts.models import InvoicedParty, buyer
from portal_project.accounts.people import person


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Who one is, who is invoiced, and where to change it."""
    user = person(request)
    party = None if user.is_staff else InvoicedParty.of(user)
    context = {"party": party, "invoiced": buyer(user, party)}
    return TemplateResponse(request, "account/overview.html", context)


@require_http_methods(["GET", "POST"])
def edit_person(request: HttpRequest) -> HttpResponse:
    form = PersonForm(request.POST or None, instance=person(request))
    if form.is_valid():
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


@login_not_required
def confirm_login_code(request: HttpRequest) -> HttpResponse:
    """allauth's page, and a word more: with a code that has expired it leads back to where one asks for it, but not why."""
    response = allauth.confirm_login_code(request)
    leads_back = response.status_code == 302 and response.url == reverse("account_request_login_code")
    is_told = getattr(messages.get_messages(request), "added_new", False)
    if leads_back and request.method == "POST" and not is_told:
        messages.error(request, _("This code has expired. Ask for a new one."))
    return response
