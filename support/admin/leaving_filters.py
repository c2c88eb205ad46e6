"""What the report on leaving is narrowed to, as its address holds it, and the words for its rows and columns."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from portal_project.common.keys import key
from portal_project.common.lists_in_words import form_in_words
from portal_project.common.unreadable import Unread
from products.models import CancellationReason, Plan, Product
from support.models import CancellationRequest
from support.reports import leaving, tenure
from support.reports.leaving import Chosen

ANY = ("", gettext_lazy("Any"))
BY = [
    ("month", gettext_lazy("Month")),
    ("product", gettext_lazy("Product")),
    ("plan", gettext_lazy("Plan")),
    ("tenure", gettext_lazy("How long it had run")),
]
Decision = CancellationRequest.Decision
OUTCOMES: dict[str, str | Promise] = {
    leaving.IN_NOTICE: gettext_lazy("In notice"),
    Decision.ENDED: gettext_lazy("Ended"),
    Decision.CANCELED_NOW: gettext_lazy("Ended early"),
    Decision.WITHDRAWN: gettext_lazy("Withdrawn"),
    Decision.KEPT: gettext_lazy("Kept"),
    Decision.OFFER_ACCEPTED: gettext_lazy("Offer accepted"),
}
"""What became of a request, in the order of the columns."""
DAY = {"type": "date"}
# Before any business: what lies before has no year before it, for a computer.
EARLIEST = date(1900, 1, 1)


class LeavingForm(forms.Form):
    """A value that is none of the choices narrows nothing, which the page says; without days, it is about twelve months."""

    by = forms.ChoiceField(required=False, choices=BY, label=gettext_lazy("By"))
    first = forms.DateField(required=False, label=gettext_lazy("From"), widget=forms.DateInput(attrs=DAY))
    last = forms.DateField(required=False, label=gettext_lazy("To"), widget=forms.DateInput(attrs=DAY))
    product = forms.ChoiceField(required=False, label=gettext_lazy("Product"))
    plan = forms.ChoiceField(required=False, label=gettext_lazy("Plan"))
    tenure = forms.ChoiceField(
        required=False, choices=[ANY, *tenure.LABELS.items()], label=gettext_lazy("How long it had run")
    )
    reason = forms.ChoiceField(required=False, label=gettext_lazy("Reason"))

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data)
        self.today = today
        self.plans = {plan.pk: plan for plan in Plan.objects.select_related("product")}
        self.products = {product.pk: product for product in Product.objects.order_by("name")}
        self.reasons = {reason.code: reason for reason in CancellationReason.objects.all()}
        for name, known in (("product", self.products), ("plan", self.plans), ("reason", self.reasons)):
            self.fields[name].choices = [ANY, *known.items()]  # type: ignore[attr-defined]
        self.unread = Unread.of(self)
        self.rows_by = self.cleaned_data.get("by") or "month"
        # What the page is about stands in its fields, also where the address says nothing, or nothing that makes sense.
        about = {"by": self.rows_by, "first": self.chosen.first, "last": self.chosen.last}
        self.data = {name: self.cleaned_data.get(name, "") for name in self.fields} | about

    @property
    def chosen(self) -> Chosen:
        given = self.cleaned_data
        last = max(given.get("last") or self.today, EARLIEST)
        first = min(given.get("first") or _year_before(last), last)
        return Chosen(
            first,
            last,
            product=key(given.get("product") or ""),
            plan=key(given.get("plan") or ""),
            tenure=given.get("tenure") or "",
            reason=given.get("reason") or "",
        )

    @property
    def in_words(self) -> str:
        """Such as "By: Month; From: 2025-04-01; To: 2026-04-05; Product: Hosting"."""
        return "; ".join(form_in_words(self, self.data))

    def label(self, row: Any) -> str:
        """What a row of the report stands for."""
        match self.rows_by:
            case "month":
                return date_format(row, "YEAR_MONTH_FORMAT")
            case "product":
                return str(self.products[row])
            case "plan":
                return str(self.plans[row])
        return str(tenure.LABELS[str(row)])

    def narrowed_to(self, reason: str) -> Chosen:
        return replace(self.chosen, reason=reason)

    def only(self, row: Any) -> Chosen:
        """What of the chosen requests stands in the row."""
        chosen = self.chosen
        if self.rows_by == "tenure":
            return replace(chosen, tenure=str(row))
        if self.rows_by != "month":
            return replace(chosen, **{self.rows_by: row})
        end = (row + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        return replace(chosen, first=max(chosen.first, row), last=min(chosen.last, end))


def _year_before(last: date) -> date:
    """The first day of the month that begins the last twelve months."""
    return (last.replace(day=1) - timedelta(days=335)).replace(day=1)
