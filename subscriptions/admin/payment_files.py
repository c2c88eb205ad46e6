"""Files of payments in the admin: send one in, see what its check says, confirm it, and come back to what became of it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display

from portal_project.accounts.people import person
from portal_project.common import csv_files, worker
from portal_project.common.csv_files import FileError
from portal_project.common.list_admin import ALL, ListAdmin
from portal_project.exports import files
from portal_project.exports.views import LEAVE_FIRST, looks_as_customer
from subscriptions.billing import payment_files, payments
from subscriptions.models import PaymentFile

# More of what was refused is read in a spreadsheet.
SHOWN = 100
WAITING, RECORDING, RECORDED = "waiting", "recording", "recorded"


def may_settle_invoices(request: HttpRequest) -> bool:
    """To record payments and to void: for Merchants, not for Support."""
    return request.user.has_perm("subscriptions.change_invoice")


class ReceivedForm(forms.Form):
    received_on = forms.DateField(
        label=gettext_lazy("Received on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def clean_received_on(self) -> date:
        received_on: date = self.cleaned_data["received_on"]
        verdict = payments.may_be_received(received_on, today=localdate())
        if not verdict:
            raise forms.ValidationError(verdict.reason)
        return received_on


class PaymentFileForm(ReceivedForm):
    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        help_text=gettext_lazy(
            "With the columns reference (holding the invoice number) and amount, such as 12.50. Others are passed over. "
            "Up to 100,000 lines and 10 MB."
        ),
    )


@admin.register(PaymentFile)
class PaymentFileAdmin(ListAdmin):
    list_display = ("name", "state", "lines", "recorded", "refused", "received_on", "sender", "sent_at")
    list_filter = (("received_on", RangeDateFilter),)
    list_filter_submit = True
    list_tabs = {
        ALL: ("All", lambda rows: rows),
        "waiting": ("Waiting for confirmation", lambda rows: rows.filter(confirmed_at=None, lines__gt=F("refused"))),
        "recording": ("Being recorded", lambda rows: rows.filter(confirmed_at__isnull=False, finished_at=None)),
        "recorded": ("Recorded", lambda rows: rows.filter(finished_at__isnull=False)),
    }
    list_select_related = ("sent_by",)
    actions = None
    csv_columns = (
        ("file", "name"),
        ("received_on", "received_on"),
        ("lines", "lines"),
        ("recorded", "recorded"),
        ("refused", "refused"),
        ("sent_by", "sent_by.email"),
        ("sent_at", "sent_at"),
        ("confirmed_at", "confirmed_at"),
        ("finished_at", "finished_at"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[PaymentFile]:
        return super().get_queryset(request).defer("content")

    def has_view_permission(self, request: HttpRequest, obj: PaymentFile | None = None) -> bool:
        return may_settle_invoices(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_settle_invoices(request)

    def has_change_permission(self, request: HttpRequest, obj: PaymentFile | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PaymentFile | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        views: dict[str, Callable[..., HttpResponseBase]] = {
            "confirm": require_POST(self.confirm),
            "discard": require_POST(self.discard),
            "refused": require_GET(self.refused_lines),
        }
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"subscriptions_paymentfile_{name}")
            for name, view in views.items()
        ]
        return [*own, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Check a file and lead to what the check says. Not in one transaction, in which everybody would wait for the check."""
        _enforce(request)
        form = PaymentFileForm(request.POST or None, request.FILES or None, initial={"received_on": localdate()})
        if request.method == "POST" and form.is_valid():
            try:
                return redirect(_checked(form, request))
            except FileError as error:
                form.add_error("file", str(error))
        return self._page(request, _("Import payments"), "admin/subscriptions/paymentfile/add.html", form=form)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        _enforce(request)
        file = self.get_object(request, object_id)
        if file is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        is_worker_away = bool(file.left) and not worker.is_running()
        context = {
            "file": file,
            "state": self.state(file)[1],
            "is_moving": file.is_confirmed and not file.is_finished,
            "may_confirm": payment_files.may_confirm(file),
            "refused": file.refused_payments.all()[:SHOWN],
            "shown": SHOWN,
            "recording_of": file.recorded + file.left,
            "is_worker_away": is_worker_away,
            "worker_seen": worker.last_seen() if is_worker_away else None,
        }
        return self._page(request, file.name, "admin/subscriptions/paymentfile/page.html", **context)

    def confirm(self, request: HttpRequest, pk: int) -> HttpResponse:
        file = self._file(request, pk)
        payment_files.confirm(file, by=person(request))
        return redirect(file)

    def discard(self, request: HttpRequest, pk: int) -> HttpResponse:
        file = self._file(request, pk)
        with transaction.atomic():
            is_gone = payment_files.discard(file)
            if is_gone:
                self.log_discarded(request, file, "Discarded.")
        if not is_gone:
            messages.warning(request, _("“%(file)s” is confirmed already, so it stays.") % {"file": file.name})
            return redirect(file)
        messages.success(request, _("“%(file)s” is discarded.") % {"file": file.name})
        return redirect("admin:subscriptions_paymentfile_changelist")

    def refused_lines(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """What was refused, to be mended in a spreadsheet and sent in again."""
        file = self._file(request, pk)
        if looks_as_customer(request):
            messages.error(request, LEAVE_FIRST)
            return redirect(file)
        columns = ("line", "reference", "amount", "reason")
        rows = list(file.refused_payments.values_list(*columns))
        text = csv_files.written(columns, rows)
        files.note("refused payments", f"Payment file: {file.name}", len(rows), by=person(request))
        return csv_files.response(f"refused-{file.pk}.csv", text)

    def _file(self, request: HttpRequest, pk: int) -> PaymentFile:
        _enforce(request)
        return get_object_or_404(PaymentFile.objects.defer("content"), pk=pk)

    def _page(self, request: HttpRequest, title: str, template: str, **context: Any) -> HttpResponse:
        context |= self.admin_site.each_context(request) | {"title": title, "opts": self.opts}
        context["back"] = reverse("admin:subscriptions_paymentfile_changelist")
        return TemplateResponse(request, template, context)

    @display(description=gettext_lazy("sent by"))
    def sender(self, file: PaymentFile) -> str:
        return file.sent_by.get_full_name()

    @display(
        description=gettext_lazy("status"),
        label={WAITING: "warning", RECORDING: "info", RECORDED: "success"},
    )
    def state(self, file: PaymentFile) -> tuple[str, str]:
        if file.is_finished:
            return RECORDED, _("Recorded")
        if file.is_confirmed:
            return RECORDING, _("Being recorded")
        return WAITING, _("Waiting for confirmation") if file.left else _("Nothing to record")


def _enforce(request: HttpRequest) -> None:
    if not may_settle_invoices(request):
        raise PermissionDenied


def _checked(form: PaymentFileForm, request: HttpRequest) -> PaymentFile:
    """Raises `FileError`."""
    file = form.cleaned_data["file"]
    # What is larger is refused for its size, whatever follows.
    content = file.read(csv_files.LARGEST + 1)
    return payment_files.check(
        content, name=file.name, received_on=form.cleaned_data["received_on"], by=person(request)
    )
