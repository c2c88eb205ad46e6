from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products.models import ResumeRule
from subscriptions.forms import ActionForm
from subscriptions.models import Channel, Subscription, SubscriptionQuerySet
from subscriptions.reasons import why_it_ends
from subscriptions.states import Action, Status
from subscriptions.steps import as_of, catch_up
from support import cancellations
from support.models import CancellationRequest, Ticket


class CancelNowForm(ActionForm):
    action = Action.CANCEL
    done = gettext_lazy("The subscription has ended.")

    def act(self, subscription: Subscription) -> None:
        cancellations.canceling(self.today)(subscription)

    def perform(self, subscriptions: SubscriptionQuerySet, channel: Channel) -> None:
        cancellations.cancel_now(subscriptions, self.confirmation(channel))


class RequestForm(ActionForm):
    """The request to cancel: why, and whatever the customer wants to add."""

    action = Action.SCHEDULE_CANCELLATION

    reason = forms.ChoiceField(
        choices=CancellationRequest.Reason.choices,
        widget=forms.RadioSelect,
        label=gettext_lazy("Why are you leaving?"),
        error_messages={"required": gettext_lazy("Choose a reason; “I’d rather not say” is one too.")},
    )
    message = forms.CharField(
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=gettext_lazy("Message (optional)"),
        help_text=gettext_lazy("If you chose “Other”, a few words help us understand."),
    )

    @property
    def done(self) -> str:  # type: ignore[override]
        if self.ends_on <= self.today:
            return _("The subscription has ended.")
        return _("We have received your cancellation request. You can withdraw it until the subscription ends.")

    @property
    def ends_on(self) -> Any:
        return self.effect.dates["cancels_on"] or self.effect.dates["canceled_on"]

    @property
    def why(self) -> str:
        notice_days = self.subscription.product.notice_days
        return why_it_ends(self.subscription, self.today, notice_days, self.ends_on)

    @property
    def ends_on_if_resumed(self) -> date | None:
        """The end for whoever resumes first, where that gives unused days back and so makes the end a later one."""
        if self.subscription.pause_resume_rule != ResumeRule.GIVE_BACK or not self.subscription.paused_on:
            return None
        resumed = self.subscription.draft()
        resumed.resume(self.today)
        catch_up(resumed, self.today)
        if resumed.new_invoices:
            # Nothing was left to give back: resuming would bill a new period.
            return None
        ends_on = resumed.earliest_end(self.today, self.subscription.product.notice_days)
        return ends_on if ends_on > self.ends_on else None

    def act(self, subscription: Subscription) -> None:
        cancellations.scheduling(self.today)(subscription)

    def perform(self, subscriptions: SubscriptionQuerySet, channel: Channel) -> None:
        typed = {name: self.cleaned_data[name] for name in ("reason", "message")}
        cancellations.submit(subscriptions, self.confirmation(channel), **typed)


class StaffRequestForm(RequestForm):
    """The same request, made by staff for a customer who asked in another way."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("Why is the customer leaving?")
        self.fields["message"].help_text = _("The customer sees this on the ticket: how and when they asked.")

    @property
    def done(self) -> str:  # type: ignore[override]
        return _("The cancellation is requested, and the customer is told by mail.")


class WithdrawForm(ActionForm):
    action = Action.WITHDRAW_CANCELLATION
    done = gettext_lazy("The cancellation is withdrawn. The subscription goes on.")

    def act(self, subscription: Subscription) -> None:
        cancellations.withdrawing(self.today)(subscription)

    def perform(self, subscriptions: SubscriptionQuerySet, channel: Channel) -> None:
        cancellations.withdraw(subscriptions, self.confirmation(channel))


class SubscriptionChoice(forms.ModelChoiceField):
    today: date

    def label_from_instance(self, obj: Subscription) -> str:
        status = Status(as_of(obj, self.today).status).label
        return f"{obj.product} · {obj.price} · {status} · {obj.number}"


class TicketForm(forms.Form):
    """A customer's new support request."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    type = forms.ChoiceField(choices=Ticket.Type.choices, label=gettext_lazy("What is it about?"))
    subscription = SubscriptionChoice(
        Subscription.objects.none(),
        required=False,
        to_field_name="number",
        label=gettext_lazy("Subscription"),
        empty_label=gettext_lazy("None in particular"),
        error_messages={"invalid_choice": gettext_lazy("Choose one of your subscriptions.")},
    )
    subject = forms.CharField(max_length=150, label=gettext_lazy("Subject"))
    body = forms.CharField(max_length=10000, widget=forms.Textarea(attrs={"rows": 7}), label=gettext_lazy("Message"))

    def __init__(self, *args: Any, subscriptions: SubscriptionQuerySet, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subscription"].today = today  # type: ignore[attr-defined]
        self.fields["subscription"].queryset = subscriptions.select_related("plan__product")  # type: ignore[attr-defined]
        self.fields["token"].initial = uuid4

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        missing = not cleaned.get("subscription") and "subscription" not in self.errors
        if missing and cleaned.get("type") in Ticket.ABOUT_ONE_SUBSCRIPTION:
            self.add_error("subscription", _("Choose the subscription that this is about."))
        return cleaned

    def ticket(self) -> dict[str, Any]:
        """The arguments for `tickets.open_ticket`."""
        return {"kind" if name == "type" else name: value for name, value in self.cleaned_data.items()}


class ReplyForm(forms.Form):
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    body = forms.CharField(max_length=10000, widget=forms.Textarea(attrs={"rows": 5}), label=gettext_lazy("Your reply"))
