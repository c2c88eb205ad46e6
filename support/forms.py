"""Forms that confirm what happens to a subscription and its request to cancel."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products.models import ResumeRule
from subscriptions.effects import Beyond
from subscriptions.forms import ActionForm
from subscriptions.models import Channel, Invoice, Subscription, SubscriptionQuerySet
from subscriptions.states import Action, Verdict
from subscriptions.steps import catch_up
from subscriptions.wording import day
from support import cancellations, turning
from support.decisions import explained, undecided
from support.models import CancellationRequest, Ticket
from support.promises import promise


class DecidingForm(ActionForm):
    """Whoever comes second is told what was decided before."""

    def verdict(self, subscription: Subscription) -> Verdict:
        return explained(super().verdict(subscription), Subscription.objects.filter(pk=subscription.pk))


class CancelNowForm(DecidingForm):
    action = Action.CANCEL
    done = gettext_lazy("The subscription has ended.")

    def act(self, subscription: Subscription) -> None:
        cancellations.canceling(self.today)(subscription)

    def perform(self, subscriptions: SubscriptionQuerySet, channel: Channel) -> None:
        cancellations.cancel_now(subscriptions, self.confirmation(channel))


class RequestForm(DecidingForm):
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
    def day_asked(self) -> date:
        return self.today

    @property
    def why(self) -> str:
        return promise(self.subscription, self.today, self.day_asked).why

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
        ends_on = promise(resumed, self.today).ends_on
        return ends_on if ends_on > self.ends_on else None

    def act(self, subscription: Subscription) -> None:
        cancellations.scheduling(self.today, self.day_asked)(subscription)

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


class PastDayField(forms.DateField):
    """A day from `first` to `last`, by the server and in the native date picker."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def set_range(self, first: date, last: date) -> None:
        self.first, self.last = first, last
        self.widget.attrs |= {"min": first.isoformat(), "max": last.isoformat()}

    def clean(self, value: Any) -> date | None:
        chosen = super().clean(value)
        if chosen and not self.first <= chosen <= self.last:
            text = _("Choose a day from %(first)s to %(last)s.")
            raise forms.ValidationError(text % {"first": day(self.first), "last": day(self.last)})
        return chosen


class TurnForm(StaffRequestForm):
    """A plain ticket becomes the request that its customer wrote there on `asked_on`."""

    field_order = ["asked_on", "reason", "message"]

    asked_on = PastDayField(
        label=gettext_lazy("The customer asked on"),
        help_text=gettext_lazy("The notice runs from this day, as if it had been a request then."),
    )

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ticket = ticket
        self.first_day = turning.first_day(ticket, self.subscription)
        self.fields["asked_on"].set_range(self.first_day, self.today)  # type: ignore[attr-defined]
        self.fields["asked_on"].initial = self.first_day
        self.fields["message"].help_text = _("The customer sees this on the ticket, and in the mail about the request.")

    @property
    def day_asked(self) -> date:
        return self.chosen("asked_on") or self.first_day

    @property
    def made_since(self) -> list[tuple[Invoice, Beyond | None]]:
        """The invoices that begin after the customer asked, each with what the end does to it; None where it stays."""
        live = self.subscription.invoices.exclude(status=Invoice.Status.VOID).order_by("covers_from")
        known = [*live.filter(covers_from__gt=self.day_asked), *self.subscription.new_invoices]
        fates = {each.bill.covers_from: each for each in self.effect.beyond}
        return [(each, fates.get(each.covers_from)) for each in known if each.covers_from > self.day_asked]

    def perform(self, subscriptions: SubscriptionQuerySet, channel: Channel) -> None:
        typed = {name: self.cleaned_data[name] for name in ("reason", "message")}
        cancellations.turn(
            self.ticket.pk, subscriptions, self.confirmation(channel), on=self.cleaned_data["asked_on"], **typed
        )


class WithdrawForm(DecidingForm):
    action = Action.WITHDRAW_CANCELLATION
    done = gettext_lazy("The cancellation is withdrawn. The subscription goes on.")

    def act(self, subscription: Subscription) -> None:
        cancellations.withdrawing(self.today)(subscription)

    def perform(self, subscriptions: SubscriptionQuerySet, channel: Channel) -> None:
        cancellations.withdraw(subscriptions, self.confirmation(channel))


class KeepForm(WithdrawForm):
    """Staff drop the request because the customer agreed to stay; how and when is told to the customer."""

    done = gettext_lazy("The subscription goes on. The customer is told by mail what they agreed to.")

    agreement = forms.CharField(
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=gettext_lazy("How the customer agreed"),
        help_text=gettext_lazy(
            "Such as “By phone: stays for the smaller plan”. The customer reads this, also by mail."
        ),
    )
    agreed_on = PastDayField(label=gettext_lazy("When the customer agreed"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = undecided(self.subscription)
        first = self.request.requested_on if self.request else self.today
        self.fields["agreed_on"].set_range(first, self.today)  # type: ignore[attr-defined]
        self.fields["agreed_on"].initial = self.today

    def verdict(self, subscription: Subscription) -> Verdict:
        verdict = super().verdict(subscription)
        return verdict if self.request or not verdict else cancellations.nothing_to_keep()

    def perform(self, subscriptions: SubscriptionQuerySet, channel: Channel) -> None:
        agreed = {name: self.cleaned_data[name] for name in ("agreement", "agreed_on")}
        cancellations.keep_active(subscriptions, self.confirmation(channel), **agreed)
