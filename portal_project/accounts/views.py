from allauth.account import views as allauth
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal_project.accounts.forms import MailSettingsForm
from portal_project.accounts.people import person


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
