from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import TemplateDoesNotExist
from django.template.defaultfilters import linebreaksbr
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from portal_project.accounts.models import User
from portal_project.accounts.people import person
from portal_project.common import normalize
from portal_project.common.admin import ReadOnly
from portal_project.common.numbers import Numbers
from portal_project.common.search_admin import SearchAdmin
from portal_project.mail import outbox, rendering, server
from portal_project.mail.models import OutgoingMail, OutgoingMailQuerySet

State = OutgoingMail.State
COLOURS = {State.PENDING: "info", State.SENT: "success", State.FAILED: "danger", State.EXPIRED: "warning"}


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnly, SearchAdmin):
    """What the portal wrote to whom, and what became of it. Nobody changes a mail; most that failed can be sent again."""

    list_display = ("recipient", "subject", "delivery", "created_at", "sent_at", "attempts", "what_failed")
    list_filter = (("state", ChoicesDropdownFilter),)
    list_filter_submit = True
    search_fields = ("recipient", "thread")
    search_help_text = gettext_lazy("Recipient, or the number of a ticket or subscription")
    show_full_result_count = False
    list_per_page = 50
    csv_columns = (
        ("recipient", "recipient"),
        ("template", "template"),
        ("about", "thread"),
        ("language", "language"),
        ("state", "state"),
        ("attempts", "attempts"),
        ("created_at", "created_at"),
        ("sent_at", "sent_at"),
        ("error", "error"),
    )
    actions = ("send_again",)
    fields = (
        "recipient",
        ("state", "attempts"),
        ("created_at", "sent_at"),
        ("next_attempt_at", "expires_at"),
        "error",
        "mails_of_thread",
        "subject",
        "text",
    )
    # Shown although they are no fields; the rest is read-only because nobody has the right to change a mail.
    readonly_fields = ("mails_of_thread", "subject", "text")
    list_before_template = "admin/mail/outgoingmail/_paused.html"
    change_form_outer_before_template = "admin/mail/outgoingmail/_send_again.html"

    def with_numbers(self, queryset: QuerySet[OutgoingMail], typed: Numbers) -> QuerySet[OutgoingMail]:
        return queryset.filter(thread__in=typed.tickets | typed.subscriptions)

    def matching(self, queryset: QuerySet[OutgoingMail], term: str) -> QuerySet[OutgoingMail]:
        return queryset.filter(recipient__contains=normalize.address(term))

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("mail.change_outgoingmail")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.send_one_again))
        return [path("<int:pk>/send-again/", view, name="mail_outgoingmail_send_again"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {"pause": server.pause(timezone.now())} | (extra_context or {})
        return super().changelist_view(request, context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"may_send": self.has_send_permission(request)} | (extra_context or {})
        return super().change_view(request, object_id, form_url, context)

    @action(description=gettext_lazy("Send again"), permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: OutgoingMailQuerySet) -> None:
        """Those of the chosen mails that were not delivered, and held no code or link that signs in."""
        with transaction.atomic():
            # There may be a million: two are enough to know whether it is one, which the log names.
            first = list(queryset.to_send_again().select_for_update(of=("self",)).only("thread")[:2])
            count = outbox.send_again(queryset)
            if count:
                _log(first[0] if count == len(first) == 1 else None, count, person(request))
        text = ngettext("%(count)d mail is sent again.", "%(count)d mails are sent again.", count)
        messages.success(request, text % {"count": count})

    def send_one_again(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_send_permission(request):
            raise PermissionDenied
        self.send_again(request, OutgoingMail.objects.filter(pk=pk))
        return redirect("admin:mail_outgoingmail_change", pk)

    @display(description=gettext_lazy("subject"))
    def subject(self, mail: OutgoingMail) -> str:
        return subject_of(mail)

    @display(description=gettext_lazy("text"))
    def text(self, mail: OutgoingMail) -> str:
        """Never the HTML part: what somebody wrote must not run here."""
        return linebreaksbr(_shown(mail, lambda mail: rendering.render(mail).text), autoescape=True)

    @display(description=gettext_lazy("thread"))
    def mails_of_thread(self, mail: OutgoingMail) -> str:
        if not mail.thread:
            return "-"
        address = f"{reverse('admin:mail_outgoingmail_changelist')}?{urlencode({'thread__exact': mail.thread})}"
        return format_html('<a href="{}">{}</a>', address, mail.thread)

    @display(description=gettext_lazy("state"), ordering="state", label=COLOURS)
    def delivery(self, mail: OutgoingMail) -> tuple[str, str]:
        return mail.state, mail.get_state_display()

    @display(description=gettext_lazy("error"))
    def what_failed(self, mail: OutgoingMail) -> str:
        return Truncator(mail.error).chars(80)


def _log(one: OutgoingMail | None, count: int, by: User) -> None:
    """One line, however many they are. Without an address, which would be left where somebody is forgotten."""
    about = f"Mail about {one.thread}" if one and one.thread else "A mail"
    LogEntry.objects.create(
        user_id=by.pk,
        content_type=ContentType.objects.get_for_model(OutgoingMail),
        object_id=str(one.pk) if one else None,
        object_repr=about if one else f"{count:,} mails",
        action_flag=CHANGE,
        change_message="Sent again.",
    )


def subject_of(mail: OutgoingMail) -> str:
    """As staff may read it. Asks the database nothing."""
    return _shown(mail, rendering.subject)


def _shown(mail: OutgoingMail, read: Callable[[OutgoingMail], str]) -> str:
    """What `read` finds in the mail, unless it is nobody's but the recipient's, or nothing can be made of it."""
    if mail.is_secret:
        return _("Hidden, because it holds, or held, a code or a link to sign in with.")
    try:
        return read(mail)
    except TemplateDoesNotExist as missing:
        return _("The template “%(name)s” is missing.") % {"name": missing}
