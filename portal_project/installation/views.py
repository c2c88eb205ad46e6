"""The page "System" of the admin, and the test mail."""

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.core import checks
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from portal_project.accounts.people import person
from portal_project.installation import checklist
from portal_project.installation.state import Installation
from portal_project.mail import trying

SEE = "accounts.change_merchant"
"""Whoever answers for the business answers for its installation."""


def installation(request: HttpRequest) -> Installation:
    """As whoever sends the request reaches it."""
    return Installation(timezone.now(), opened_at=f"{request.scheme}://{request.get_host()}")


@require_safe
@permission_required(SEE, raise_exception=True)
def system(request: HttpRequest) -> HttpResponse:
    here = installation(request)
    steps = checklist.first_steps(here)
    context = admin.site.each_context(request) | {
        "title": "System",
        "steps": steps,
        "steps_are_done": checklist.is_well(steps),
        "checks": checklist.looked(here),
        "others": _said_by_django(),
    }
    return TemplateResponse(request, "admin/system/page.html", context)


@require_POST
@permission_required(SEE, raise_exception=True)
def test_mail(request: HttpRequest) -> HttpResponse:
    """To whoever asks, and nobody else."""
    recipient = person(request).email
    if error := trying.send_test(recipient):
        messages.error(request, f"The test mail was not sent. {error}")
    else:
        messages.success(request, f"A test mail for {recipient} went to {trying.place()}. See whether it arrives.")
    return redirect("admin:index" if "from_home" in request.POST else "admin:system")


def _said_by_django() -> list[checks.CheckMessage]:
    """What `manage.py check --deploy` says besides ours."""
    said = checks.run_checks(include_deployment_checks=True)
    return [each for each in said if not each.is_silenced() and not str(each.id).startswith("portal.")]
