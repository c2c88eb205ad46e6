"""What a superuser does for somebody who has lost their phone or passkey and their recovery codes."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, gettext_lazy
from unfold.decorators import action

from portal_project.accounts import second_step
from portal_project.accounts.models import User
from portal_project.common.admin import ModelAdmin

KINDS = {
    Authenticator.Type.TOTP: gettext_lazy("authenticator app"),
    Authenticator.Type.WEBAUTHN: gettext_lazy("passkey"),
    Authenticator.Type.RECOVERY_CODES: gettext_lazy("recovery codes"),
}


class SecondStepAdmin(ModelAdmin):
    """Mixed into the pages of people."""

    actions_detail: tuple[str, ...] = ("remove_second_step",)

    @admin.display(description=gettext_lazy("second step"))
    def second_step(self, person: User) -> str:
        """What the person has, and since when."""
        found = Authenticator.objects.filter(user=person).order_by("pk")
        since = gettext("%(what)s since %(day)s")
        rows = [
            {"what": KINDS[each.type], "day": date_format(localtime(each.created_at), "SHORT_DATE_FORMAT")}
            for each in found
        ]
        return ", ".join(since % row for row in rows) or gettext("none")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        buttons: list[Any] = super().get_actions_detail(request, object_id)
        if Authenticator.objects.filter(user=object_id).exists():
            return buttons
        return [each for each in buttons if not each.action_name.endswith("remove_second_step")]

    def has_remove_second_step_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.is_superuser)

    @action(
        description=gettext_lazy("Remove the second step"),
        url_path="remove-second-step",
        permissions=["remove_second_step"],
    )
    def remove_second_step(self, request: HttpRequest, object_id: int) -> HttpResponse:
        person = get_object_or_404(User, pk=object_id)
        if request.method == "POST":
            if second_step.remove_all(person):
                self.log_change(request, person, gettext("Removed the second step of signing in."))
            messages.success(request, gettext("%(person)s signs in without a second step.") % {"person": person})
            return redirect("admin:accounts_user_change", person.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Remove the second step"),
            "person": person,
            "has": self.second_step(person),
        }
        return TemplateResponse(request, "admin/accounts/user/remove_second_step.html", context)
