"""Invoices in the admin: read them, record payments, void. Registered through `subscriptions.admin.subscriptions`."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import action, display

from portal_project.accounts.people import person
from portal_project.common.forms import LineField
from portal_project.common.numbers import Numbers
from portal_project.common.search_admin import SearchAdmin
from subscriptions.billing import payments
from subscriptions.billing.payments import may_settle
from subscriptions.models import Invoice

LARGEST_FILE = 2 * 1024 * 1024


class PaymentForm(forms.Form):
    received_on = forms.DateField(
        label=gettext_lazy("Received on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reference = LineField(label=gettext_lazy("Reference (optional)"), required=False, max_length=100)

    def clean_received_on(self) -> Any:
        if self.cleaned_data["received_on"] > localdate():
            raise forms.ValidationError(_("A payment is recorded once it is received: today at the latest."))
        return self.cleaned_data["received_on"]


class PaymentFileForm(PaymentForm):
    reference = None  # type: ignore[assignment]
    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        help_text=gettext_lazy("With the columns reference (holding the invoice number) and amount, such as 12.50."),
    )

    def clean_file(self) -> Any:
        if self.cleaned_data["file"].size > LARGEST_FILE:
            raise forms.ValidationError(_("The file is larger than 2 MB. Send it in parts."))
        return self.cleaned_data["file"]


class OverdueFilter(admin.SimpleListFilter):
    title = gettext_lazy("overdue")
    parameter_name = "overdue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Overdue"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Invoice]) -> QuerySet[Invoice]:
        if self.value() != "yes":
            return queryset
        return queryset.filter(status=Invoice.Status.OPEN, due_on__lt=localdate())


@admin.register(Invoice)
class InvoiceAdmin(SearchAdmin):
    list_display = ("label", "subscription", "customer", "covers_from", "covers_to", "total", "state", "due_on")
    list_filter = (("status", ChoicesDropdownFilter), OverdueFilter, ("issued_on", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("subscription__plan__product", "subscription__customer")
    search_fields = ("subscription__search_text", "subscription__customer__search_text")
    show_full_result_count = False
    actions = None
    fields = (
        ("label", "state"),
        "subscription",
        ("covers_from", "covers_to"),
        ("total", "tax_included"),
        ("issued_on", "due_on"),
        ("seller", "buyer"),
        "payment_instructions",
        ("paid_on", "payment_reference"),
        ("settled_by", "settled_at"),
    )
    change_form_outer_after_template = "admin/subscriptions/invoice/_lines.html"
    actions_detail = ("record_payment", "void")
    actions_list = ("import_payments",)

    def with_numbers(self, queryset: QuerySet[Invoice], typed: Numbers) -> QuerySet[Invoice]:
        """Its own, or that of its subscription."""
        return queryset.filter(Q(number__in=typed.invoices) | Q(subscription__number__in=typed.subscriptions))

    def has_settle_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """To record payments and to void: for Merchants, not for Support."""
        return request.user.has_perm("subscriptions.change_invoice")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        invoice = Invoice.objects.filter(pk=object_id).first()
        return super().get_actions_detail(request, object_id) if invoice and may_settle(invoice) else []

    @action(description=gettext_lazy("Record payment"), url_path="record-payment", permissions=["settle"])
    def record_payment(self, request: HttpRequest, object_id: int) -> HttpResponse:
        invoice = self._open(object_id)
        form = PaymentForm(request.POST or None, initial={"received_on": localdate()})
        if request.method == "POST" and form.is_valid():
            payments.record(invoice.number, **form.cleaned_data, by=person(request))
            messages.success(request, _("Invoice %(number)s is paid.") % {"number": invoice.label})
            return redirect("admin:subscriptions_invoice_change", invoice.pk)
        return self._page(
            request, _("Record payment"), "admin/subscriptions/invoice/settle.html", invoice=invoice, form=form
        )

    @action(description=gettext_lazy("Void"), url_path="void", permissions=["settle"])
    def void(self, request: HttpRequest, object_id: int) -> HttpResponse:
        invoice = self._open(object_id)
        if request.method == "POST":
            payments.void(invoice.number, by=person(request))
            messages.success(request, _("Invoice %(number)s is void.") % {"number": invoice.label})
            return redirect("admin:subscriptions_invoice_change", invoice.pk)
        return self._page(
            request,
            _("Void"),
            "admin/subscriptions/invoice/settle.html",
            invoice=invoice,
            form=forms.Form(),
            voids=True,
        )

    @action(description=gettext_lazy("Import payments"), url_path="import-payments", permissions=["settle"])
    def import_payments(self, request: HttpRequest) -> HttpResponse:
        form = PaymentFileForm(request.POST or None, request.FILES or None, initial={"received_on": localdate()})
        outcomes = None
        if request.method == "POST" and form.is_valid():
            received_on, content = form.cleaned_data["received_on"], form.cleaned_data["file"].read()
            try:
                outcomes = payments.record_file(content, received_on=received_on, by=person(request))
            except payments.FileProblem as problem:
                form.add_error("file", str(problem))
        return self._page(
            request,
            _("Import payments"),
            "admin/subscriptions/invoice/import_payments.html",
            form=form,
            **_report(outcomes),
        )

    def _open(self, object_id: int) -> Invoice:
        invoice = get_object_or_404(Invoice.objects.select_related("subscription__customer"), pk=object_id)
        may_settle(invoice).enforce()
        return invoice

    def _page(self, request: HttpRequest, title: str, template: str, **context: Any) -> HttpResponse:
        context |= self.admin_site.each_context(request) | {"title": title, "opts": self.opts}
        context["back"] = reverse("admin:subscriptions_invoice_changelist")
        return TemplateResponse(request, template, context)

    @display(description=gettext_lazy("number"), ordering="number")
    def label(self, invoice: Invoice) -> str:
        return invoice.label

    @display(description=gettext_lazy("customer"))
    def customer(self, invoice: Invoice) -> str:
        return invoice.subscription.customer.get_full_name()

    @display(description=gettext_lazy("amount"), ordering="amount")
    def total(self, invoice: Invoice) -> str:
        return invoice.total

    @display(description=gettext_lazy("tax included"))
    def tax_included(self, invoice: Invoice) -> str:
        return invoice.tax_total

    @display(
        description=gettext_lazy("status"),
        ordering=F("status"),
        label={"Paid": "success", "Open": "info", "Overdue": "danger", "Void": "warning"},
    )
    def state(self, invoice: Invoice) -> str:
        if invoice.is_overdue(localdate()):
            return _("Overdue")
        return str(Invoice.Status(invoice.status).label)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Invoice | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Invoice | None = None) -> bool:
        return False


def _report(outcomes: list[payments.Outcome] | None) -> dict[str, Any]:
    """What the page says of a file: how many were recorded, and the lines that were not."""
    if outcomes is None:
        return {}
    problems = [outcome for outcome in outcomes if outcome.problem]
    return {"reported": True, "recorded": len(outcomes) - len(problems), "problems": problems}
