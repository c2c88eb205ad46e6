"""What can be done to many that also touches requests to cancel."""

from typing import Any

from django import forms

from portal_project.common.forms import ParagraphsField
from products.models import CancellationReason
from subscriptions.bulk.kinds import Kind
from support.cancellations.forms import CancelNowForm
from support.cancellations.staff_forms import StaffRequestForm


class RequestChoices(forms.Form):
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
        RequestChoices,
        consequence="Each gets a ticket, and ends after its notice period. Each customer is told by mail.",
    ),
    "cancel_now": Kind(
        CancelNowForm,
        consequence="Each ends at once, and nothing brings it back. Each customer is told by mail.",
        is_final=True,
    ),
}
