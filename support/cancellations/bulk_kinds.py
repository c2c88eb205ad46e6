"""What can be done to many that also touches requests to cancel."""

from typing import Any

from django import forms

from portal_project.common.forms import ParagraphsField
from products.models import CancellationReason
from subscriptions.bulk.kinds import Choices, Kind, Words
from support.cancellations.forms import CancelNowForm
from support.cancellations.staff_forms import StaffRequestForm


class RequestChoices(Choices):
    reason = forms.ChoiceField(label="Why are they leaving?")
    message = ParagraphsField(
        required=False,
        max_length=10000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="Message (optional)",
        help_text="Each customer sees this on the ticket.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = CancellationReason.objects.filter(is_active=True)
        choices = [("", "Choose"), *((reason.code, reason.label) for reason in reasons)]
        self.fields["reason"].choices = choices  # type: ignore[attr-defined]


KINDS = {
    "request_cancellation": Kind(
        StaffRequestForm,
        Words(
            ("Request the cancellation of {} subscription", "Request the cancellation of {} subscriptions"),
            "Requesting the cancellation",
            ("Cancellation of {} subscription requested", "Cancellation of {} subscriptions requested"),
        ),
        RequestChoices,
        consequence="Each gets a ticket, and ends after its notice period. Each customer is told by mail.",
    ),
    "cancel_now": Kind(
        CancelNowForm,
        Words(
            ("Cancel {} subscription at once", "Cancel {} subscriptions at once"),
            "Canceling",
            ("{} subscription canceled", "{} subscriptions canceled"),
        ),
        consequence="Each ends at once, and nothing brings it back. Each customer is told by mail.",
        is_final=True,
    ),
}
