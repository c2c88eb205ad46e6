"""Forms that confirm an action: each shows its exact effect and carries it, signed (`docs/design.md`, Announced = happened)."""

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subscriptions.confirm.confirmation import Confirmation, confirmed
from subscriptions.models import Channel, Subscription, SubscriptionQuerySet
from subscriptions.models.verbs import resume_date_rule
from subscriptions.preview.effect import Effect
from subscriptions.preview.trial_run import effect_of
from subscriptions.rules import periods, policies
from subscriptions.rules.dates_in_words import day
from subscriptions.rules.policies import may
from subscriptions.rules.states import Action, Status, Verdict

if TYPE_CHECKING:
    from portal_project.accounts.models import User


class ActionForm(forms.Form):
    """Confirms one action on a subscription that is caught up to `today`. Subclasses say what is done, in `act`."""

    action: ClassVar[Action]
    done: ClassVar[str | Promise]
    """What the person reads afterwards."""

    announced = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, subscription: Subscription, by: "User", today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subscription, self.by, self.today = subscription, by, today
        # Somebody only asks what a choice would lead to.
        self.previewing = "preview" in self.data

    def act(self, subscription: Subscription) -> None:
        """Do it, with the form's cleaned data where there is some; also used to try it on a copy."""
        raise NotImplementedError

    def verdict(self, subscription: Subscription) -> Verdict:
        return may(self.action, subscription, by=self.by, today=self.today)

    @cached_property
    def effect(self) -> Effect:
        return effect_of(self.action, self.act, self.subscription, self.today)

    @property
    def announcement(self) -> str:
        """The present effect, signed, for the form to carry."""
        return self.effect.signed(self.subscription)

    def chosen(self, field: str) -> Any:
        """A valid value of the field, sent or filled in beforehand; None while there is none."""
        if self.is_bound:
            return getattr(self, "cleaned_data", {}).get(field)
        try:
            return self.fields[field].clean(self[field].value())
        except forms.ValidationError:
            return None

    def clean(self) -> dict[str, Any]:
        if self.previewing or self.errors:
            return self.cleaned_data
        if not self.effect.was_announced(self.cleaned_data["announced"], self.subscription):
            self.add_error(None, forms.ValidationError(self.changed_message(), code="changed"))
        return self.cleaned_data

    def changed_message(self) -> str:
        announced = self.cleaned_data["announced"]
        differences = self.effect.differences(announced, self.subscription)
        return " ".join(
            [_("Nothing has been done yet: please check what will happen, and confirm again."), *differences]
        )

    def perform(self, subscriptions: SubscriptionQuerySet, channel: Channel) -> None:
        """Do it under the lock. Raises as `confirming.confirmed`."""
        with confirmed(subscriptions, self.action, self.act, self.confirmation(channel)) as subscription:
            self.act(subscription)

    def confirmation(self, channel: Channel) -> Confirmation:
        return Confirmation(self.by, self.today, channel, self.cleaned_data["announced"])


class ResumeDateField(forms.DateField):
    """A day chosen from a native date picker; the bounds are the policy's, on the server and in the picker."""

    widget = forms.DateInput(attrs={"type": "date", "data-live": True}, format="%Y-%m-%d")

    def set_range(self, first: date, last: date | None) -> None:
        self.first, self.last = first, last
        self.widget.attrs["min"] = first.isoformat()
        if last:
            self.widget.attrs["max"] = last.isoformat()

    def clean(self, value: Any) -> date | None:
        chosen = super().clean(value)
        if chosen and not periods.is_resume_date(chosen, self.first, self.last):
            raise forms.ValidationError(resume_date_rule(self.first, self.last))
        return chosen


class PauseForm(ActionForm):
    action = Action.PAUSE

    resumes_on = ResumeDateField(
        required=False,
        label=gettext_lazy("Resume on (optional)"),
        help_text=gettext_lazy("Leave empty for no date: it is then resumed by hand."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        starts_on = self.subscription.pause_would_start(self.today)
        self.own = policies.is_customer(self.by, self.subscription)
        first, last = periods.resume_dates(starts_on, self.subscription.longest_pause(own=self.own), self.today)
        self.fields["resumes_on"].set_range(first, last)  # type: ignore[attr-defined]
        if last:
            self.fields["resumes_on"].help_text = _("Leave empty to resume on %(last)s, the latest day.") % {
                "last": day(last)
            }

    @property
    def done(self) -> str:  # type: ignore[override]
        if self.effect.status == Status.PAUSED:
            return _("The subscription is paused. Nothing is billed for the days of the pause.")
        return _("The pause is planned. The subscription runs on until then.")

    def act(self, subscription: Subscription) -> None:
        subscription.pause(self.today, resumes_on=self.chosen("resumes_on"), own=self.own)


class ResumeForm(ActionForm):
    action = Action.RESUME
    done = gettext_lazy("The subscription is active again.")

    def act(self, subscription: Subscription) -> None:
        subscription.resume(self.today)


class DropPauseForm(ActionForm):
    action = Action.DROP_PAUSE
    done = gettext_lazy("The scheduled pause is dropped. The subscription goes on as before.")

    def act(self, subscription: Subscription) -> None:
        subscription.drop_pause(self.today)


class ResumeDateForm(ActionForm):
    action = Action.CHANGE_RESUME_DATE
    done = gettext_lazy("The resume date is changed.")

    resumes_on = ResumeDateField(
        required=False,
        label=gettext_lazy("Resume on"),
        help_text=gettext_lazy("Leave empty for no date: it is then resumed by hand."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["resumes_on"]
        field.set_range(*self.subscription.possible_resume_dates(self.today))  # type: ignore[attr-defined]
        field.initial = self.subscription.resumes_on

    def act(self, subscription: Subscription) -> None:
        subscription.change_resume_date(self.today, self.chosen("resumes_on"))
