"""Invoices in the admin: read them, record payments, void."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import action, display

from portal_project.accounts.customer_admin import of_customer
from portal_project.accounts.people import person
from portal_project.common.admin import ReadOnly
from portal_project.common.forms import LineField
from portal_project.common.list_admin import ALL, ListAdmin
from portal_project.common.numbers import Numbers
from products import money
from subscriptions.admin.payment_files import ReceivedForm, may_settle_invoices
from subscriptions.billing import payments
from subscriptions.billing.payments import may_settle
from subscriptions.models import Invoice
from subscriptions.rules.dates_in_words import days, short_day

CUSTOMER = of_customer("subscription__customer")


class PaymentForm(ReceivedForm):
    reference = LineField(label=gettext_lazy("Reference (optional)"), required=False, max_length=100)

    def __init__(self, *args: Any, invoice: Invoice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invoice = invoice

    def clean_received_on(self) -> date:
        received_on = super().clean_received_on()
        verdict = payments.may_pay(self.invoice, received_on)
        if not verdict:
            raise forms.ValidationError(verdict.reason)
        return received_on


class OverdueFilter(admin.SimpleListFilter):
    title = gettext_lazy("overdue")
    parameter_name = "overdue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Overdue"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Invoice]:
        return queryset.overdue(localdate()) if self.value() == "yes" else queryset


@admin.register(Invoice)
class InvoiceAdmin(ReadOnly, ListAdmin):
    list_display = ("label", "subscription", "customer", "covers", "total", "state", "state_date", "reference")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        OverdueFilter,
        ("issued_on", RangeDateFilter),
        ("paid_on", RangeDateFilter),
        CUSTOMER,
    )
    list_filter_submit = True
    list_tabs = {
        ALL: ("All", lambda rows: rows),
        "open": ("Open", lambda rows: rows.filter(status=Invoice.Status.OPEN)),
        "overdue": ("Overdue", lambda rows: rows.overdue(localdate())),
        "paid": ("Paid", lambda rows: rows.filter(status=Invoice.Status.PAID)),
        "void": ("Void", lambda rows: rows.filter(status=Invoice.Status.VOID)),
    }
    filters_like_tabs = ("status__exact", "overdue")
    list_select_related = ("subscription__plan__product", "subscription__customer")
    search_fields = ("subscription__search_text", "subscription__customer__search_text")
    actions = None
    csv_columns = (
        ("invoice", "label"),
        ("subscription", "subscription.number"),
        ("customer_number", "subscription.customer.number"),
        ("customer", "subscription.customer.name"),
        ("customer_email", "subscription.customer.email"),
        ("covers_from", "covers_from"),
        ("covers_to", "covers_to"),
        ("amount", lambda row: money.rounded(row.amount, row.currency)),
        ("tax", "tax"),
        ("tax_rate", "tax_rate"),
        ("currency", "currency"),
        ("status", "status"),
        ("issued_on", "issued_on"),
        ("due_on", "due_on"),
        ("paid_on", "paid_on"),
        ("payment_reference", "payment_reference"),
    )
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
        return may_settle_invoices(request)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        invoice = Invoice.objects.filter(pk=object_id).first()
        return super().get_actions_detail(request, object_id) if invoice and may_settle(invoice) else []

    @action(description=gettext_lazy("Record payment"), url_path="record-payment", permissions=["settle"])
    def record_payment(self, request: HttpRequest, object_id: int) -> HttpResponse:
        invoice = self._open(object_id)
        form = PaymentForm(request.POST or None, invoice=invoice, initial={"received_on": localdate()})
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
        return redirect("admin:subscriptions_paymentfile_add")

    def _open(self, object_id: int) -> Invoice:
        invoice = get_object_or_404(Invoice.objects.select_related("subscription__customer"), pk=object_id)
        may_settle(invoice).enforce()
        return invoice

    def _page(self, request: HttpRequest, title: str, template: str, **context: Any) -> HttpResponse:
        context |= self.admin_site.each_context(request) | {"title": title, "opts": self.opts}
        context["back"] = reverse("admin:subscriptions_invoice_changelist")
        return TemplateResponse(request, template, context)

    @display(description=gettext_lazy("number"))
    def label(self, invoice: Invoice) -> str:
        return invoice.label

    @display(description=gettext_lazy("customer"))
    def customer(self, invoice: Invoice) -> str:
        return invoice.subscription.customer.get_full_name()

    @display(description="for")
    def covers(self, invoice: Invoice) -> str:
        return days(invoice)

    @display(description="date")
    def state_date(self, invoice: Invoice) -> str:
        """What comes of its status, or came, such as "Paid 5 May 2026"."""
        if invoice.paid_on:
            return f"Paid {short_day(invoice.paid_on)}"
        return f"Due {short_day(invoice.due_on)}" if invoice.status == Invoice.Status.OPEN else "–"

    @display(description="reference")
    def reference(self, invoice: Invoice) -> str:
        """Of its payment."""
        return invoice.payment_reference or "–"

    @display(description=gettext_lazy("amount"))
    def total(self, invoice: Invoice) -> str:
        return invoice.total

    @display(description=gettext_lazy("tax included"))
    def tax_included(self, invoice: Invoice) -> str:
        return invoice.tax_total

    @display(
        description=gettext_lazy("status"),
        label={"Paid": "success", "Open": "info", "Overdue": "danger", "Void": "warning"},
    )
    def state(self, invoice: Invoice) -> str:
        if invoice.is_overdue(localdate()):
            return _("Overdue")
        return str(Invoice.Status(invoice.status).label)
