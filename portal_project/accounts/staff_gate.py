"""Where `ADMIN_REQUIRES_MFA` is set, the admin opens to staff with a second step alone (`docs/design.md`, The second step)."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from portal_project.accounts import second_step
from portal_project.accounts.models import User


class StaffGateMiddleware:
    """Whoever of the staff has none is led to the page on which it is set up, and may use the portal meanwhile."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not settings.ADMIN_REQUIRES_MFA or not request.path.startswith("/admin/"):
            return self.get_response(request)
        if not isinstance(request.user, User) or not request.user.is_staff or second_step.is_on(request.user):
            return self.get_response(request)
        messages.warning(request, _("The admin opens to people with a second step alone. Set yours up here."))
        return redirect("mfa_index")
