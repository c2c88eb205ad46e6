"""Starting a subscription in the admin: what it leads to is shown first (`docs/design.md`, Announced = happened)."""

from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from portal_project.accounts.forgetting import hold
from portal_project.accounts.models import User
from portal_project.accounts.people import person
from portal_project.common.list_admin import ListAdmin
from subscriptions.lifecycle import unit_of_work
from subscriptions.models import Channel, Subscription
from subscriptions.preview import reasons
from subscriptions.preview.trial_run import Trial, carry_out
from subscriptions.rules import policies
from subscriptions.rules.states import Action


class StartForm(forms.ModelForm):
    """A new subscription: everything else follows from the plan and today."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    class Meta:
        model = Subscription
        fields = ("customer", "plan")

    def clean_customer(self) -> User:
        customer = self.cleaned_data["customer"]
        if customer.is_staff:
            raise forms.ValidationError(_("Staff cannot be customers. Choose somebody else."))
        if customer.forgotten_at:
            raise forms.ValidationError(_("This customer is forgotten. Choose somebody else."))
        return customer

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if (plan := cleaned.get("plan")) and not (verdict := policies.may_start(plan)):
            self.add_error("plan", verdict.reason)
        if self._started_another(cleaned):
            self.data = {**self.data, "token": str(uuid4())}
            self.add_error(None, _("This page had been sent before, for another start. Send it once more."))
        return cleaned

    def _started_another(self, typed: dict[str, Any]) -> bool:
        """Whether this page's token has started something else, as after going back in the browser."""
        first = Subscription.objects.filter(start_token=typed.get("token")).first()
        return first is not None and (first.customer, first.plan) != (typed.get("customer"), typed.get("plan"))

    def begin(self, today: date) -> Subscription:
        """In memory, as the valid form asks for it."""
        begun = Subscription.begin(self.cleaned_data["customer"], self.cleaned_data["plan"], today)
        begun.start_token = self.cleaned_data["token"]
        return begun


class StartAdmin(ListAdmin):
    """The page of a new subscription, its confirmation, and the start; the same form sent twice starts one."""

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        form = StartForm(request.POST or None)
        if request.method == "POST" and self.has_add_permission(request) and form.is_valid():
            planned, announced = form.begin(localdate()), request.POST.get("announced", "")
            # The number is drawn anew each time; the token is that of this form.
            planned.number = str(planned.start_token)
            trial = carry_out(Action.START, lambda new: None, planned.draft(), planned.started_on)
            if not trial.effect.was_announced(announced, planned):
                return self.confirm_start(request, form, planned, trial)
        return super().add_view(request, form_url, extra_context)

    def confirm_start(self, request: HttpRequest, form: StartForm, planned: Subscription, trial: Trial) -> HttpResponse:
        started, effect = trial.subscription, trial.effect
        context = {
            "title": _("Start subscription"),
            "opts": self.opts,
            "form": form,
            "subscription": started,
            "effect": effect,
            "announcement": effect.signed(planned),
            "changed": effect.differences(request.POST.get("announced", ""), planned),
            "because": reasons.why_dates(started, reasons.History([], person(request)).followed_by(started.new_events)),
        }
        return render(
            request, "admin/subscriptions/subscription/start.html", self.admin_site.each_context(request) | context
        )

    def save_model(self, request: HttpRequest, obj: Subscription, form: Any, change: bool) -> None:
        begun = form.begin(localdate())
        hold(begun.customer)
        try:
            unit_of_work.add([begun], today=begun.started_on, by=person(request), channel=Channel.ADMIN)
        except IntegrityError:
            # The same page sent twice, perhaps at the same moment: the first one counts.
            begun = Subscription.objects.get(start_token=begun.start_token)
        # The admin goes on with the object that its form made.
        obj.__dict__.update(begun.__dict__)

    def response_add(
        self, request: HttpRequest, obj: Subscription, post_url_continue: str | None = None
    ) -> HttpResponse:
        self.message_user(request, _("%(subscription)s has started.") % {"subscription": obj}, messages.SUCCESS)
        return redirect("admin:subscriptions_subscription_change", obj.pk)
