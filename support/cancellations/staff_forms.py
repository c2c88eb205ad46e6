"""Forms by which staff make, find and drop requests to cancel for a customer."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal_project.common.forms import LineField
from subscriptions.models import Channel, Invoice
from subscriptions.rules.dates_in_words import day
from subscriptions.rules.states import Verdict
from support.cancellations import from_ticket, requests
from support.cancellations.decisions import explained, undecided
from support.cancellations.forms import RequestForm, WithdrawForm
from support.models import Ticket


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

    field_order = ["asked_on", "worded", "reason", "message"]

    asked_on = PastDayField(
        label=gettext_lazy("The customer asked on"),
        help_text=gettext_lazy("The notice runs from this day, as if it had been a request then."),
    )

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ticket = self.watched = ticket
        self.first_day = from_ticket.first_day(ticket, self.subscription)
        self.fields["asked_on"].set_range(self.first_day, self.today)  # type: ignore[attr-defined]
        self.fields["asked_on"].initial = self.first_day
        self.fields["message"].help_text = _("The customer sees this on the ticket, and in the mail about the request.")

    @property
    def day_asked(self) -> date:
        return self.chosen("asked_on") or self.first_day

    @property
    def made_since(self) -> list[Invoice]:
        """The invoices that begin after the customer asked; those not saved yet have no number."""
        live = self.subscription.invoices.exclude(status=Invoice.Status.VOID).order_by("covers_from")
        return [each for each in (*live, *self.subscription.new_invoices) if each.covers_from > self.day_asked]

    def conclude(self, channel: Channel) -> None:
        requests.turn(self.ticket.pk, self.trial, self.asked, by=self.by, today=self.today, channel=channel)


class UndecidedForm(WithdrawForm):
    """For a subscription whose request to cancel is undecided."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = undecided(self.subscription)
        self.watched = self.request.ticket if self.request else None

    def verdict(self) -> Verdict:
        verdict = super().verdict()
        if self.request or not verdict:
            return verdict
        return explained(requests.nothing_undecided(self.subscription), self.subscription, self.by)


class KeepForm(UndecidedForm):
    """Staff drop the request because the customer agreed to stay; how and when is told to the customer."""

    done = gettext_lazy("The subscription goes on. The customer is told by mail what they agreed to.")

    agreement = LineField(
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
        first = self.request.requested_on if self.request else self.today
        self.fields["agreed_on"].set_range(first, self.today)  # type: ignore[attr-defined]
        self.fields["agreed_on"].initial = self.today

    def conclude(self, channel: Channel) -> None:
        agreed = {name: self.cleaned_data[name] for name in ("agreement", "agreed_on")}
        requests.kept(self.trial, by=self.by, **agreed)
