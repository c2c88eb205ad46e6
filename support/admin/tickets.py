"""Tickets in the admin: the queue in the place of a list, and the page on which staff answer."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal_project.accounts.people import person
from portal_project.common import drafts
from portal_project.common.admin import ModelAdmin
from portal_project.common.full_disk import NoRoom
from subscriptions.rules.states import NotAllowed
from support.admin import from_ticket, offers, ticket_page, wind_down
from support.admin.queue import listed, listed_in_words, queue, way_back
from support.models import Attachment, Ticket
from support.tickets import presence, saved_replies, triage
from support.tickets.attachments import choose_again, download
from support.tickets.news import News, Overtaken, Seen, since
from support.tickets.opening import SENT_BEFORE, SentBefore, reply
from support.tickets.staff_forms import InsertForm, StaffReplyForm, TriageForm

ANSWER_FIELDS = ("body", "is_internal", "sends_mail", "seen")


@admin.register(Ticket)
class TicketAdmin(ModelAdmin):
    csv_columns = (
        ("ticket", "number"),
        ("type", "type"),
        ("subject", "subject"),
        ("status", "status"),
        ("priority", lambda ticket: ticket.get_priority_display()),
        ("assignee", "assignee.email"),
        ("customer_number", "customer.number"),
        ("customer", "customer.name"),
        ("customer_email", "customer.email"),
        ("subscription", "subscription.number"),
        ("act_by", "act_by"),
        ("created_at", "created_at"),
        ("customer_wrote_at", "wrote_at"),
        ("answered_at", "answered_at"),
        ("changed_at", "updated_at"),
    )

    def csv_rows(self, query: str, reader: AbstractBaseUser) -> QuerySet[Any]:
        return listed(QueryDict(query), reader)

    def csv_filters(self, query: str, reader: AbstractBaseUser) -> list[str]:
        return listed_in_words(QueryDict(query))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Ticket | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/reply/", wrap(self.reply), name="support_ticket_reply"),
            path("<int:pk>/presence/", wrap(require_POST(self.presence)), name="support_ticket_presence"),
            path("<int:pk>/files/<int:attachment>/", wrap(self.attachment), name="support_ticket_attachment"),
        ]
        rest = [*from_ticket.urls(self.admin_site), *offers.urls(self.admin_site), *wind_down.urls(wrap)]
        return [*own, *rest, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return queue(request, self.admin_site)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The ticket's page; a POST takes it, sorts it by the form beside it, or leads to turning it, and keeps what is typed."""
        ticket = self._ticket(request, object_id)
        if request.method != "POST":
            return self._page(request, ticket)
        self._check_may_change(request)
        if "take" in request.POST:
            return self._take(request, ticket)
        form = None if "turn" in request.POST else _triaged(request, ticket)
        if form and form.errors:
            return self._page(request, ticket, triage_form=form, **_again(request))
        _keep(request, ticket)
        if form is None:
            return redirect("admin:support_ticket_turn_into_request", ticket.pk)
        messages.success(request, _("Saved."))
        return redirect("admin:support_ticket_change", ticket.pk)

    def reply(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Add a reply or a note, or put a saved reply into the one that is being written."""
        ticket = self._ticket(request, pk)
        self._check_may_change(request)
        if request.method != "POST":
            return redirect("admin:support_ticket_change", pk)
        if "insert" in request.POST:
            return self._insert(request, ticket)
        form = StaffReplyForm(request.POST, request.FILES, fill=_filling(request, ticket))
        return self._send(request, ticket, form) if form.is_valid() else self._page(request, ticket, answer=form)

    def presence(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Note that the page is still open, and answer with who else has it open and what others have done since."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        ticket, by, now = get_object_or_404(Ticket.objects.only("pk"), pk=pk), person(request), timezone.now()
        presence.note(ticket, by, at=now, is_writing="writing" in request.POST)
        seen = Seen.parsed(request.POST.get("seen", ""))
        context = {
            "colleagues": presence.colleagues(ticket, by, at=now),
            "happened": since(seen, ticket, by, localdate()) if seen else None,
        }
        return TemplateResponse(request, "admin/support/ticket/_presence.html", context)

    def attachment(self, request: HttpRequest, pk: int, attachment: int) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return download(get_object_or_404(Attachment, pk=attachment, message__ticket=pk))

    def _take(self, request: HttpRequest, ticket: Ticket) -> HttpResponse:
        """Make it theirs, unless it has become somebody else's since the page was opened."""
        _keep(request, ticket)
        if triage.take(ticket.pk, by=person(request), today=localdate(), seen=request.POST["take"]):
            messages.success(request, "The ticket is yours.")
        else:
            messages.warning(request, f"Nothing is changed: {ticket_page.taken(self._ticket(request, ticket.pk))}")
        return redirect("admin:support_ticket_change", ticket.pk)

    def _send(self, request: HttpRequest, ticket: Ticket, form: StaffReplyForm) -> HttpResponse:
        try:
            reply(ticket, author=person(request), today=localdate(), **form.cleaned_data)
        except Overtaken as told:
            again = _again(request, _look_first(told.news), saw_all=True)
            return self._page(request, self._ticket(request, ticket.pk), **again, news=told.news.messages)
        except SentBefore:
            return self._page(request, ticket, **_again(request, str(SENT_BEFORE)))
        except NoRoom:
            form.say_no_room()
            return self._page(request, ticket, answer=form)
        messages.success(request, _added(form.cleaned_data))
        return redirect("admin:support_ticket_change", ticket.pk)

    def _insert(self, request: HttpRequest, ticket: Ticket) -> HttpResponse:
        chosen = InsertForm(request.POST)
        if not chosen.is_valid():
            return self._page(request, ticket, **_again(request), insert=chosen)
        saved, by = chosen.cleaned_data["saved"], person(request)
        text = saved_replies.for_customer(saved, ticket, agent=by, today=localdate())
        return self._page(request, ticket, **_again(request, added=text))

    def _ticket(self, request: HttpRequest, key: Any) -> Ticket:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(ticket_page.tickets(), pk=key)

    def _check_may_change(self, request: HttpRequest) -> None:
        if not self.has_change_permission(request):
            raise PermissionDenied

    def _page(self, request: HttpRequest, ticket: Ticket, **more: Any) -> HttpResponse:
        shown = ticket_page.context(ticket, localdate(), request.GET.get("before", ""))
        forms = {"answer": StaffReplyForm(), "insert": InsertForm(), "triage_form": TriageForm(ticket=ticket)} | more
        forms["answer"].fields["seen"].initial = shown["seen"]
        context = self.admin_site.each_context(request) | {"title": str(ticket), "opts": self.opts}
        context |= {"back_to_queue": way_back(request), "may_mark": wind_down.may_mark(request)}
        by, now = person(request), timezone.now()
        presence.opened(ticket, by, at=now)
        context["colleagues"] = presence.colleagues(ticket, by, at=now)
        return TemplateResponse(request, "admin/support/ticket/page.html", context | shown | forms)


def _triaged(request: HttpRequest, ticket: Ticket) -> TriageForm:
    """The form, after its changes are made; with errors, when nothing was changed."""
    with transaction.atomic():
        locked = Ticket.objects.select_for_update(of=("self",)).select_related("assignee").get(pk=ticket.pk)
        form = TriageForm(request.POST, ticket=locked)
        if form.is_valid():
            try:
                triage.change([ticket.pk], by=person(request), today=localdate(), **form.changes())
            except NotAllowed as refusal:
                form.add_error("status", refusal.verdict.reason)
    return form


def _filling(request: HttpRequest, ticket: Ticket) -> Callable[[str], str]:
    return partial(saved_replies.filled, ticket=ticket, agent=person(request), today=localdate())


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What stands in the answer, with how far its page went."""
    return {
        "body": request.POST.get("body", "").rstrip(),
        "is_internal": request.POST.get("is_internal", ""),
        "sends_mail": "sends_mail" in request.POST,
        "seen": request.POST.get("seen"),
    }


def _again(request: HttpRequest, notice: str = "", added: str = "", *, saw_all: bool = False) -> dict[str, Any]:
    """For the page: a new form with what was typed and a text after it, and what to say beside it.

    `saw_all` when the page shows what is new, so that the text may be sent after it.
    """
    answer = _typed(request)
    answer["body"] = "\n\n".join(part for part in (answer["body"], added) if part)
    if saw_all:
        del answer["seen"]
    notices = [notice, choose_again(request.FILES) if request.FILES else ""]
    return {"answer": StaffReplyForm(initial=answer), "notices": [notice for notice in notices if notice]}


def _keep(request: HttpRequest, ticket: Ticket) -> None:
    """Keep the answer until the ticket's page comes again."""
    if request.FILES:
        messages.warning(request, choose_again(request.FILES))
    if request.POST.get("body", "").strip():
        answer = {name: request.POST[name] for name in ANSWER_FIELDS if name in request.POST}
        drafts.keep(request, reverse("admin:support_ticket_change", args=[ticket.pk]), answer)


def _look_first(news: News) -> str:
    return f"{news}, while you were writing. Look first; nothing has been sent yet. Send again to send it anyway."


def _added(typed: dict[str, Any]) -> str:
    if typed["is_internal"]:
        return _("Internal note added.")
    return _("Reply added and sent.") if typed["sends_mail"] else _("Reply added. No e-mail is sent.")
