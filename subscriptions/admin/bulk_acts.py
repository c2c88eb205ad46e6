"""Bulk acts in the admin: choose what to do to which subscriptions, see what it would come to, confirm it, and follow it."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from unfold.decorators import display

from portal_project.accounts.people import person
from portal_project.common import worker
from portal_project.common.admin import ModelAdmin, ReadOnly
from portal_project.common.keys import key
from portal_project.common.unreadable import Unread
from subscriptions.admin.bulk_begin import BeginForm, Selection, about, address
from subscriptions.admin.bulk_rows import state_in
from subscriptions.bulk import groups, selection, steering, wording
from subscriptions.bulk.kinds import KINDS
from subscriptions.bulk.trying import RIGHT
from subscriptions.models import BulkAct, BulkRow
from subscriptions.rules.states import NotAllowed

ROWS_SHOWN = 50
STATES = {
    wording.COUNTING: "info",
    wording.WAITING: "warning",
    wording.NOTHING: "info",
    wording.DOING: "info",
    wording.STOPPED: "warning",
    wording.DONE: "success",
}
# What the worker does, or would be given by confirming.
AT_WORK = (wording.COUNTING, wording.WAITING, wording.DOING)


def may_begin(request: HttpRequest) -> bool:
    """From the list of subscriptions: there is no button for it here."""
    return request.user.has_perm(RIGHT)


@admin.register(BulkAct)
class BulkActAdmin(ReadOnly, ModelAdmin):
    list_display = ("act", "state", "rows", "done", "began_by_name", "began_at")
    list_select_related = ("began_by", "confirmed_by", "stopped_by")
    csv_columns = (
        ("act", "kind"),
        ("status", wording.state_of),
        ("begun_by", "began_by.email"),
        ("begun_at", "began_at"),
        ("confirmed_by", "confirmed_by.email"),
        ("confirmed_at", "confirmed_at"),
        ("stopped_by", "stopped_by.email"),
        ("stopped_at", "stopped_at"),
        ("finished_at", "finished_at"),
        ("to_do", "to_do"),
        ("done", "done"),
        ("already", "already"),
        ("refused", "refused"),
        ("changed", "changed"),
        ("failed", "failed"),
    )
    list_per_page = 50
    show_full_result_count = False
    actions = None

    list_before_template = "admin/subscriptions/bulkact/_list_above.html"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Bulk acts"} | (extra_context or {}))

    def get_urls(self) -> list[URLPattern]:
        views: dict[str, Callable[..., HttpResponseBase]] = {
            "confirm": require_POST(self.confirm),
            "stop": require_POST(self.stop),
            "resume": require_POST(self.resume),
            "discard": require_POST(self.discard),
            "rows": require_GET(self.rows_view),
        }
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"subscriptions_bulkact_{name}")
            for name, view in views.items()
        ]
        return [*own, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Choose what to do to those that the address names (`bulk_begin.Selection`)."""
        if not may_begin(request):
            raise PermissionDenied
        chosen, by, today = Selection.read(request.GET), person(request), localdate()
        if chosen is None:
            messages.info(
                request, "Choose the subscriptions in their list first, up to 500, or act on all that it finds."
            )
            return redirect("admin:subscriptions_subscription_changelist")
        try:
            count = chosen.count(by)
        except selection.Unreadable:
            # The list says which of its filters it is.
            return redirect(chosen.back)
        form = BeginForm(request.POST or None, today=today)
        if request.method == "POST" and form.is_valid():
            query = chosen.query if chosen.chosen is None else ""
            asked = {"chosen": chosen.chosen, "query": query, "token": form.cleaned_data["token"]}
            return redirect(steering.begin(form.cleaned_data["kind"], form.values, **asked, by=by, today=today))
        context = {
            "form": form,
            "choices": [(name, wording.label(name), choices) for name, choices in form.choices.items()],
            "selection": chosen,
            "about": about(chosen.query, by) if chosen.chosen is None else "",
        }
        title = f"Act on {count} subscription{'' if count == '1' else 's'}"
        return self._page(request, title, "admin/subscriptions/bulkact/add.html", **context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        act = self._act(request, object_id)
        if act is None:
            return self._discarded(request)
        state = wording.state_of(act)
        is_worker_away = state in AT_WORK and not worker.is_running()
        context = {
            "act": act,
            "state": state,
            "heading": wording.heading(act),
            "button": wording.asked(act, act.ready),
            "groups": groups.shown(act.groups),
            "results": [each for each in results(act) if each[1]],
            "consequence": KINDS[act.kind].consequence if act.kind in KINDS else "",
            "is_final": act.kind in KINDS and KINDS[act.kind].is_final,
            "may_act": may_begin(request),
            "may_confirm": steering.may_confirm(act, localdate()),
            "is_moving": state in (wording.COUNTING, wording.DOING),
            "is_worker_away": is_worker_away,
            "worker_seen": worker.last_seen() if is_worker_away else None,
            "chosen_values": wording.chosen_values(act, localdate()),
            "about": about(act.query, person(request)) if act.chosen is None else "",
            "list": address(act.query),
            "back": reverse("admin:subscriptions_bulkact_changelist"),
        }
        return self._page(request, self.act(act), "admin/subscriptions/bulkact/page.html", **context)

    def rows_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The rows, page by page, or those with one result."""
        act = self._act(request, pk)
        if act is None:
            return self._discarded(request)
        unread, sent = Unread(), request.GET.get("after", "")
        try:
            state = state_in(request.GET)
        except IncorrectLookupParameters:
            state = ""
            unread.note("Result", ["state"])
        after = key(sent)
        found = self._rows(act, state).filter(pk__gt=after or 0).select_related("subscription__customer")
        rows = [] if unread else list(found[: ROWS_SHOWN + 1])
        context = {
            "act": act,
            "rows": rows[:ROWS_SHOWN],
            "state": state,
            "results": [each for each in results(act) if each[1] or each[0] == state],
            "after": rows[ROWS_SHOWN - 1].pk if len(rows) > ROWS_SHOWN else None,
            "is_first": not after,
            "unread": unread,
            "without": unread.without(request.GET),
            "names_no_page": bool(sent) and after is None,
            "back": act.get_absolute_url(),
        }
        return self._page(request, wording.heading(act), "admin/subscriptions/bulkact/rows.html", **context)

    def confirm(self, request: HttpRequest, pk: int) -> HttpResponse:
        act = self._act_to_change(request, pk)
        if act is None:
            return self._discarded(request)
        try:
            steering.confirm(act, by=person(request), today=localdate())
        except NotAllowed as refusal:
            messages.error(request, refusal.verdict.reason)
        return redirect(act)

    def stop(self, request: HttpRequest, pk: int) -> HttpResponse:
        act = self._act_to_change(request, pk)
        if act is None:
            return self._discarded(request)
        with transaction.atomic():
            is_stopped = steering.stop(act, by=person(request))
            if is_stopped:
                self.log_change(request, act, "Stopped.")
        if not is_stopped:
            messages.warning(request, "It is not being done, so there is nothing to stop.")
        return redirect(act)

    def resume(self, request: HttpRequest, pk: int) -> HttpResponse:
        act = self._act_to_change(request, pk)
        if act is None:
            return self._discarded(request)
        with transaction.atomic():
            if steering.resume(act):
                self.log_change(request, act, "Went on.")
        return redirect(act)

    def discard(self, request: HttpRequest, pk: int) -> HttpResponse:
        act = self._act_to_change(request, pk)
        if act is None:
            return self._discarded(request)
        with transaction.atomic():
            is_gone = steering.discard(act)
            if is_gone:
                self.log_discarded(request, act, f"Discarded: “{wording.asked(act, act.ready)}”.")
        if not is_gone:
            # Or somebody else was quicker, which its page says.
            if BulkAct.objects.filter(pk=pk).exists():
                messages.warning(request, "This bulk act is confirmed already, so it stays.")
            return redirect(act)
        messages.success(request, "The bulk act is discarded. Nothing was done.")
        return redirect("admin:subscriptions_bulkact_changelist")

    def _act(self, request: HttpRequest, pk: int | str) -> BulkAct | None:
        """To be read; None where there is none, or none any more."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return BulkAct.objects.select_related("began_by", "confirmed_by", "stopped_by").filter(pk=pk).first()

    def _act_to_change(self, request: HttpRequest, pk: int) -> BulkAct | None:
        if not may_begin(request):
            raise PermissionDenied
        return BulkAct.objects.filter(pk=pk).first()

    def _discarded(self, request: HttpRequest) -> HttpResponse:
        """For whoever comes to one that is not there, as after somebody else has discarded it."""
        messages.info(request, "There is no such bulk act. It may have been discarded.")
        return redirect("admin:subscriptions_bulkact_changelist")

    def _rows(self, act: BulkAct, state: str) -> Any:
        return act.rows.filter(state=state) if state else act.rows.all()

    def _page(self, request: HttpRequest, title: Any, template: str, **context: Any) -> HttpResponse:
        context |= self.admin_site.each_context(request) | {"title": title, "opts": self.opts}
        return TemplateResponse(request, template, context)

    @display(description=gettext_lazy("what"))
    def act(self, act: BulkAct) -> str:
        return wording.label(act.kind)

    @display(description=gettext_lazy("status"), label=STATES)
    def state(self, act: BulkAct) -> str:
        return wording.state_of(act)

    @display(description=gettext_lazy("subscriptions"))
    def rows(self, act: BulkAct) -> int:
        return act.ready + act.done + act.already + act.refused + act.changed + act.failed

    @display(description=gettext_lazy("begun by"))
    def began_by_name(self, act: BulkAct) -> str:
        return act.began_by.get_full_name()


def results(act: BulkAct) -> list[tuple[BulkRow.State, int]]:
    """How many rows have each."""
    return [(state, getattr(act, state)) for state in BulkRow.State]
