"""What customers fill in about a ticket."""

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal_project.common.forms import LineField, ParagraphsField
from portal_project.common.keys import key
from subscriptions.billing.catch_up import as_of
from subscriptions.models import Invoice, Subscription, SubscriptionQuerySet
from subscriptions.rules.dates_in_words import short_day
from subscriptions.rules.states import Status
from support.models import Ticket
from support.tickets import opening
from support.tickets.attachments import WithFiles

if TYPE_CHECKING:
    from portal_project.accounts.models import User

INVOICES_OFFERED = 24


class SubscriptionChoice(forms.ModelChoiceField):
    today: date

    def label_from_instance(self, obj: Subscription) -> str:
        status = Status(as_of(obj, self.today).status).label
        return f"{obj.product.shown_name} · {obj.price} · {status} · {obj.number}"


class InvoiceChoice(forms.ModelChoiceField):
    """Any of the customer's invoices is taken; offered are the latest, and the one that the form is about."""

    def offer(self, invoices: QuerySet[Invoice], chosen: str) -> None:
        self.queryset = offered = invoices.select_related("subscription")
        # Read when they are shown: a form that is valid never shows them.
        self.choices = partial(self._offered, offered, chosen)

    def _offered(self, invoices: QuerySet[Invoice], chosen: str) -> list[tuple[Any, Any]]:
        latest = list(invoices[:INVOICES_OFFERED])
        if key(chosen) is not None and chosen not in {str(invoice.number) for invoice in latest}:
            latest += invoices.filter(number=chosen)
        return [("", self.empty_label), *((invoice.number, self.label_from_instance(invoice)) for invoice in latest)]

    def label_from_instance(self, obj: Invoice) -> str:
        return f"{obj.label} · {short_day(obj.issued_on)} · {obj.total}"


class TicketForm(WithFiles):
    """A customer's new support request."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    type = forms.ChoiceField(choices=Ticket.Type.choices, label=gettext_lazy("What is it about?"))
    subscription = SubscriptionChoice(
        Subscription.objects.none(),
        required=False,
        to_field_name="number",
        label=gettext_lazy("Subscription"),
        empty_label=gettext_lazy("None in particular"),
        error_messages={"invalid_choice": gettext_lazy("Choose one of your subscriptions.")},
    )
    invoice = InvoiceChoice(
        Invoice.objects.none(),
        required=False,
        to_field_name="number",
        label=gettext_lazy("Invoice"),
        empty_label=gettext_lazy("None in particular"),
        error_messages={"invalid_choice": gettext_lazy("Choose one of your invoices.")},
    )
    subject = LineField(max_length=150, label=gettext_lazy("Subject"))
    body = ParagraphsField(max_length=10000, widget=forms.Textarea(attrs={"rows": 7}), label=gettext_lazy("Message"))

    def __init__(
        self,
        *args: Any,
        customer: "User",
        subscriptions: SubscriptionQuerySet,
        invoices: QuerySet[Invoice],
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.customer = customer
        self.fields["subscription"].today = today  # type: ignore[attr-defined]
        self.fields["subscription"].queryset = subscriptions.select_related("plan__product")  # type: ignore[attr-defined]
        chosen = self["invoice"].value()
        self.fields["invoice"].offer(invoices, str(chosen or ""))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        subscription, invoice = cleaned.get("subscription"), cleaned.get("invoice")
        if invoice and "subscription" not in self.errors:
            if subscription and subscription != invoice.subscription:
                self.add_error("invoice", _("This invoice is for another subscription."))
            cleaned["subscription"] = subscription = invoice.subscription
        missing = not subscription and "subscription" not in self.errors
        if missing and cleaned.get("type") in Ticket.ABOUT_ONE_SUBSCRIPTION:
            self.add_error("subscription", _("Choose the subscription that this is about."))
        token = cleaned.get("token")
        if token and cleaned.get("type") != Ticket.Type.CANCEL and opening.opened_enough(self.customer, token):
            self.add_error(None, _("You have sent many requests within an hour. Send this one a little later."))
        return cleaned

    def ticket(self) -> dict[str, Any]:
        """The arguments for `opening.open_ticket`."""
        return {"kind" if name == "type" else name: value for name, value in self.cleaned_data.items()}

    @property
    def typed(self) -> dict[str, Any]:
        """To fill in another form with: all but the token and the files."""
        return {name: self[name].value() for name in ("type", "subscription", "invoice", "subject", "body")}

    @property
    def text(self) -> str:
        """Subject and message, where there is one field for both."""
        return "{subject}\n\n{body}".format_map(self.cleaned_data)


class ReplyForm(WithFiles):
    """A customer's reply."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    body = ParagraphsField(max_length=10000, widget=forms.Textarea(attrs={"rows": 5}), label=gettext_lazy("Your reply"))

    def __init__(self, *args: Any, author: "User", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.author = author

    def clean(self) -> dict[str, Any]:
        token = self.cleaned_data.get("token")
        if token and opening.wrote_enough(self.author, token):
            self.add_error(None, _("You have sent many messages within an hour. Send this one a little later."))
        return self.cleaned_data
