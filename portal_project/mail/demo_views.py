"""The demo's mailbox: what would have been sent, for whoever tries the portal. Only routed where DEBUG is on."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal_project.mail.models import OutgoingMail
from portal_project.mail.rendering import render as rendered

SHOWN = 50


@require_safe
@login_not_required
def mails(request: HttpRequest) -> HttpResponse:
    newest = OutgoingMail.objects.order_by("-id")[:SHOWN]
    return render(request, "portal/demo_mails.html", {"mails": [(mail, rendered(mail)) for mail in newest]})
