from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
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
    return render(request, "account/mail_settings.html", {"form": form})
