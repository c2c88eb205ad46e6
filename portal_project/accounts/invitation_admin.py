"""How superusers invite staff, and send an invitation again."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from unfold.decorators import action

from portal_project.accounts import invitations
from portal_project.accounts.invitations import Role
from portal_project.accounts.models import User
from portal_project.common.admin import ModelAdmin
from portal_project.common.forms import AddressField, LineField

TAKEN = "There is already an account with this address. Its page is where a superuser makes it staff."


class InvitationForm(forms.Form):
    email = AddressField(label="E-mail address", max_length=254)
    name = LineField(label="Name", max_length=150)
    role = forms.ChoiceField(label="Role", choices=Role, widget=forms.RadioSelect, initial=Role.SUPPORT)

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if User.objects.filter(email=email).exists():
            raise forms.ValidationError(TAKEN)
        return email


class InvitationAdmin(ModelAdmin):
    """Mixed into the pages of people."""

    actions_list = ("invite",)
    actions_detail: tuple[str, ...] = ("invite_again",)

    def has_invite_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        buttons: list[Any] = super().get_actions_detail(request, object_id)
        person = User.objects.filter(pk=object_id).first()
        if person and invitations.is_waiting(person):
            return buttons
        return [each for each in buttons if not each.action_name.endswith("invite_again")]

    @action(description="Invite staff", url_path="invite", permissions=["invite"])
    def invite(self, request: HttpRequest) -> HttpResponse:
        form = InvitationForm(request.POST or None)
        if request.method == "POST" and form.is_valid() and (person := _invited(form)):
            self.log_addition(request, person, f"Invited as {form.cleaned_data['role']}.")
            messages.success(request, f"An invitation is on its way to {person.email}.")
            return redirect("admin:accounts_user_changelist")
        context = self.admin_site.each_context(request) | {"title": "Invite staff", "opts": self.opts, "form": form}
        return TemplateResponse(request, "admin/accounts/user/invite.html", context)

    @action(description="Invite again", url_path="invite-again", permissions=["invite"])
    def invite_again(self, request: HttpRequest, object_id: int) -> HttpResponse:
        person = get_object_or_404(User, pk=object_id)
        if request.method == "POST":
            if invitations.invite_again(person):
                self.log_change(request, person, "Invited again.")
                messages.success(request, f"Another invitation is on its way to {person.email}.")
            else:
                messages.error(request, f"{person} has signed in or chosen a password already, so nothing was sent.")
            return redirect("admin:accounts_user_change", person.pk)
        context = self.admin_site.each_context(request) | {"title": "Invite again", "opts": self.opts, "person": person}
        return TemplateResponse(request, "admin/accounts/user/invite_again.html", context)


def _invited(form: InvitationForm) -> User | None:
    """None where somebody else took the address after the form had looked, which it then says."""
    typed = form.cleaned_data
    try:
        return invitations.invite(typed["email"], typed["name"], Role(typed["role"]))
    except invitations.AddressTaken:
        form.add_error("email", TAKEN)
        return None
