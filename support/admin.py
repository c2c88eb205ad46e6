from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import action, display

from portal_project.accounts.people import person
from subscriptions.admin import OPERATE, SubscriptionAdmin
from subscriptions.models import Subscription
from subscriptions.states import Action
from support.forms import CancelNowForm, ReplyForm, StaffRequestForm, WithdrawForm
from support.models import CancellationRequest, Message, Ticket
from support.tickets import reply

admin.site.unregister(Subscription)


@admin.register(Subscription)
class SubscriptionDeskAdmin(SubscriptionAdmin):
    """The page of a subscription with the verbs that also touch requests and tickets."""

    verbs = SubscriptionAdmin.verbs | {
        "request_cancellation": Action.SCHEDULE_CANCELLATION,
        "withdraw": Action.WITHDRAW_CANCELLATION,
        "cancel_now": Action.CANCEL,
    }
    actions_detail = tuple(verbs)

    @action(description=gettext_lazy("Request cancellation"), url_path="request-cancellation", permissions=OPERATE)
    def request_cancellation(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.confirm(request, object_id, StaffRequestForm, _("Request cancellation for the customer"))

    @action(description=gettext_lazy("Withdraw cancellation"), url_path="withdraw", permissions=OPERATE)
    def withdraw(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.confirm(request, object_id, WithdrawForm, _("Withdraw cancellation"))

    @action(description=gettext_lazy("Cancel now"), url_path="cancel-now", permissions=OPERATE)
    def cancel_now(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.confirm(request, object_id, CancelNowForm, _("Cancel now"))


class TicketAdminForm(forms.ModelForm):
    seen_status = forms.CharField(required=False, widget=forms.HiddenInput)
    """The status when the page was opened: a decision made meanwhile is not undone by saving something else."""

    class Meta:
        model = Ticket
        fields = ("status", "priority", "assignee")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen_status"].initial = self.instance.status

    def clean_status(self) -> str:
        status = self.cleaned_data["status"]
        seen = self.data.get("seen_status") or self.instance.status
        if self.instance.status not in (seen, status):
            now = Ticket.Status(self.instance.status).label
            raise forms.ValidationError(_("Meanwhile this ticket has become “%(now)s”. Open it again.") % {"now": now})
        undecided = CancellationRequest.objects.undecided().filter(ticket=self.instance)
        if status not in Ticket.UNFINISHED and undecided.exists():
            raise forms.ValidationError(
                _("Decide the cancellation request first: a ticket cannot be finished before its request.")
            )
        return status


@admin.register(Ticket)
class TicketAdmin(ModelAdmin):
    list_display = ("number", "subject", "customer_name", "type", "state", "urgency", "assignee", "updated_at")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("type", ChoicesDropdownFilter),
        ("priority", ChoicesDropdownFilter),
        ("assignee", RelatedDropdownFilter),
    )
    list_filter_submit = True
    list_select_related = ("customer", "assignee")
    search_fields = ("number", "subject", "customer__email", "customer__name")
    show_full_result_count = False
    actions = None
    form = TicketAdminForm
    fields = ("customer", "type", "subscription", "created_at", "status", "priority", "assignee", "seen_status")
    readonly_fields = ("customer", "type", "subscription", "created_at")
    change_form_outer_before_template = "admin/support/ticket/request.html"
    change_form_outer_after_template = "admin/support/ticket/conversation.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Ticket | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Ticket, form: forms.ModelForm, change: bool) -> None:
        changed = [name for name in form.changed_data if name in ("status", "priority", "assignee")]
        if "status" in changed:
            obj.updated_at = timezone.now()
            changed.append("updated_at")
        obj.save(update_fields=changed)

    def get_urls(self) -> list[URLPattern]:
        address = path("<int:pk>/reply/", self.admin_site.admin_view(self.reply), name="support_ticket_reply")
        return [address, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = (extra_context or {}) | {"reply_form": StaffReplyForm()}
        if object_id.isdecimal():
            requests = CancellationRequest.objects.filter(ticket=int(object_id))
            context |= {
                "conversation": _conversation(int(object_id)),
                "cancellation": requests.select_related("subscription__plan__product", "decided_by").first(),
            }
        return super().change_view(request, object_id, form_url, context)

    def reply(self, request: HttpRequest, pk: int) -> HttpResponse:
        ticket = get_object_or_404(Ticket.objects.select_related("customer"), pk=pk)
        if not self.has_change_permission(request, ticket):
            raise PermissionDenied
        form = StaffReplyForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            added = reply(ticket, author=person(request), **form.cleaned_data)
            if added.body == form.cleaned_data["body"]:
                internal = form.cleaned_data["is_internal"]
                messages.success(request, _("Internal note added.") if internal else _("Reply added and sent."))
                return redirect(reverse("admin:support_ticket_change", args=[pk]))
            messages.warning(request, _("This page had been sent before. Send your new text once more."))
            form = StaffReplyForm(initial={name: form.cleaned_data[name] for name in ("body", "is_internal")})
        context = self.admin_site.each_context(request) | {"opts": self.opts, "title": _("Reply to %s") % ticket}
        context |= {"original": ticket, "reply_form": form, "conversation": _conversation(pk)}
        return render(request, "admin/support/ticket/reply.html", context)

    @display(description=gettext_lazy("customer"), ordering="customer__name")
    def customer_name(self, ticket: Ticket) -> str:
        return ticket.customer.get_full_name()

    @display(
        description=gettext_lazy("status"),
        ordering="status",
        label={Ticket.Status.OPEN.label: "warning", Ticket.Status.IN_REVIEW.label: "info"},
    )
    def state(self, ticket: Ticket) -> str:
        return str(Ticket.Status(ticket.status).label)

    @display(
        description=gettext_lazy("priority"),
        ordering="priority",
        label={Ticket.Priority.URGENT.label: "danger", Ticket.Priority.HIGH.label: "warning"},
    )
    def urgency(self, ticket: Ticket) -> str:
        return str(Ticket.Priority(ticket.priority).label)


class StaffReplyForm(ReplyForm):
    is_internal = forms.BooleanField(
        required=False, label=gettext_lazy("Internal note (the customer never sees it, and no mail is sent)")
    )


def _conversation(ticket: int) -> QuerySet[Message]:
    return Message.objects.filter(ticket=ticket).select_related("author", "ticket")


@admin.register(CancellationRequest)
class CancellationRequestAdmin(ModelAdmin):
    list_display = ("subscription", "customer", "reason", "requested_on", "promised_on", "outcome", "decided_by")
    list_filter = (("reason", ChoicesDropdownFilter), ("decision", ChoicesDropdownFilter))
    list_filter_submit = True
    list_select_related = ("subscription__plan__product", "subscription__customer", "decided_by")
    search_fields = ("subscription__number", "subscription__customer__email", "ticket__number")
    show_full_result_count = False
    actions = None

    @display(description=gettext_lazy("customer"))
    def customer(self, request: CancellationRequest) -> str:
        return request.subscription.customer.get_full_name()

    @display(description=gettext_lazy("decision"))
    def outcome(self, request: CancellationRequest) -> str:
        return str(request.get_decision_display()) if request.decision else _("not yet")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: CancellationRequest | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: CancellationRequest | None = None) -> bool:
        return False
