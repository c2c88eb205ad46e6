"""Bulk acts in the admin: choose what to do to which subscriptions, see what it would come to, confirm it, and follow it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from unfold.decorators import display

from portal_project.accounts.people import person
from portal_project.common import csv_files, worker
from portal_project.common.admin import ModelAdmin, ReadOnly
from portal_project.common.keys import key
from products.models import Plan
from subscriptions.bulk import groups, running
from subscriptions.bulk.kinds import KINDS, Values
from subscriptions.bulk.trying import RIGHT
from subscriptions.models import BulkAct, BulkRow
from subscriptions.rules.states import NotAllowed

ROWS_SHOWN = 50
# So many keys an address holds; more are chosen by a filter.
MOST_CHOSEN = 500
STATES = {
    "Being counted": "info",
    "Waiting for confirmation": "warning",
    "Nothing to do": "info",
    "Being done": "info",
    "Stopped": "warning",
    "Done": "success",
}


class BeginForm(forms.Form):
    """What is to be done, and to which; what is chosen about it stands in a form of its own kind beside it."""

    kind = forms.ChoiceField(label="What to do", widget=forms.RadioSelect, error_messages={"required": "Choose one."})
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(name, kind.label) for name, kind in KINDS.items()]  # type: ignore[attr-defined]


@admin.register(BulkAct)
class BulkActAdmin(ReadOnly, ModelAdmin):
    list_display = ("act", "state", "rows", "done", "began_by_name", "began_at")
    list_select_related = ("began_by",)
    list_per_page = 50
    show_full_result_count = False
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(RIGHT)

    def get_urls(self) -> list[URLPattern]:
        views: dict[str, Callable[..., HttpResponseBase]] = {
            "confirm": require_POST(self.confirm),
            "stop": require_POST(self.stop),
            "resume": require_POST(self.resume),
            "discard": require_POST(self.discard),
            "rows": require_GET(self.rows_view),
            "csv": require_GET(self.rows_file),
        }
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"subscriptions_bulkact_{name}")
            for name, view in views.items()
        ]
        return [*own, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Choose what to do. The address says to which: `keys=1,2`, or `all` with the query of the list."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        chosen, query = _selection(request)
        if chosen == []:
            messages.info(
                request, "Choose the subscriptions in their list first, up to 500, or act on all that it finds."
            )
            return redirect("admin:subscriptions_subscription_changelist")
        begin = BeginForm(request.POST or None)
        kinds = {
            name: kind.choices(request.POST if request.POST.get("kind") == name else None, prefix=name)
            for name, kind in KINDS.items()
        }
        if request.method == "POST" and begin.is_valid():
            choices = kinds[begin.cleaned_data["kind"]]
            if choices.is_valid():
                return redirect(self._begun(begin.cleaned_data, _sent(choices), chosen, query, request))
        context = {"begin": begin, "kinds": [(name, KINDS[name].label, form) for name, form in kinds.items()]}
        context |= {"chosen": chosen, "back": f"{reverse('admin:subscriptions_subscription_changelist')}?{query}"}
        return self._page(request, "Act on many subscriptions", "admin/subscriptions/bulkact/add.html", **context)

    def _begun(
        self, typed: dict[str, Any], values: Values, chosen: list[int] | None, query: str, request: HttpRequest
    ) -> BulkAct:
        token: UUID = typed["token"]
        return running.begin(
            typed["kind"], values, chosen=chosen, query=query, token=token, by=person(request), today=localdate()
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        act = self._act(request, object_id)
        context = {
            "act": act,
            "groups": groups.shown(act.groups),
            "results": [(state, getattr(act, state)) for state in BulkRow.State if getattr(act, state)],
            "kind": KINDS[act.kind],
            "may_act": self.has_add_permission(request),
            "may_confirm": running.may_confirm(act, localdate()),
            "is_worker_away": (act.is_running or not act.is_counted) and not worker.is_running(),
            "chosen_values": _chosen_values(act),
            "list": f"{reverse('admin:subscriptions_subscription_changelist')}?{act.query}",
            "back": reverse("admin:subscriptions_bulkact_changelist"),
        }
        return self._page(request, self.act(act), "admin/subscriptions/bulkact/page.html", **context)

    def rows_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The rows, page by page, or those with one result."""
        act = self._act(request, pk)
        state, after = _state(request), key(request.GET.get("after", ""))
        found = self._rows(act, state).filter(pk__gt=after or 0).select_related("subscription__customer")
        rows = list(found[: ROWS_SHOWN + 1])
        context = {
            "act": act,
            "rows": rows[:ROWS_SHOWN],
            "state": state,
            "states": BulkRow.State,
            "after": rows[ROWS_SHOWN - 1].pk if len(rows) > ROWS_SHOWN else None,
            "is_first": not after,
            "back": act.get_absolute_url(),
        }
        return self._page(request, self.act(act), "admin/subscriptions/bulkact/rows.html", **context)

    def rows_file(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        act, state = self._act(request, pk), _state(request)
        rows = self._rows(act, state).values_list("subscription__number", "state", "reason")
        return csv_files.download(f"bulk-act-{act.pk}.csv", ("subscription", "result", "reason"), rows.iterator())

    def confirm(self, request: HttpRequest, pk: int) -> HttpResponse:
        act = self._act_to_change(request, pk)
        try:
            running.confirm(act, by=person(request), today=localdate())
        except NotAllowed as refusal:
            messages.error(request, refusal.verdict.reason)
        return redirect(act)

    def stop(self, request: HttpRequest, pk: int) -> HttpResponse:
        act = self._act_to_change(request, pk)
        if not running.stop(act, by=person(request)):
            messages.warning(request, "It is not being done, so there is nothing to stop.")
        else:
            self.log_change(request, act, "Stopped.")
        return redirect(act)

    def resume(self, request: HttpRequest, pk: int) -> HttpResponse:
        act = self._act_to_change(request, pk)
        if running.resume(act):
            self.log_change(request, act, "Went on.")
        return redirect(act)

    def discard(self, request: HttpRequest, pk: int) -> HttpResponse:
        act = BulkAct.objects.filter(pk=pk).first()
        if not self.has_add_permission(request):
            raise PermissionDenied
        if act is None:
            messages.info(request, "That bulk act is discarded already.")
            return redirect("admin:subscriptions_bulkact_changelist")
        if not running.discard(act):
            messages.warning(request, "This bulk act is confirmed already, so it stays.")
            return redirect(act)
        messages.success(request, "The bulk act is discarded. Nothing was done.")
        return redirect("admin:subscriptions_bulkact_changelist")

    def _act(self, request: HttpRequest, pk: int | str) -> BulkAct:
        if not self.has_view_permission(request):
            raise PermissionDenied
        people = ("began_by", "confirmed_by", "stopped_by")
        return get_object_or_404(BulkAct.objects.select_related(*people), pk=pk)

    def _act_to_change(self, request: HttpRequest, pk: int) -> BulkAct:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return get_object_or_404(BulkAct, pk=pk)

    def _rows(self, act: BulkAct, state: str) -> Any:
        return act.rows.filter(state=state) if state else act.rows.all()

    def _page(self, request: HttpRequest, title: Any, template: str, **context: Any) -> HttpResponse:
        context |= self.admin_site.each_context(request) | {"title": title, "opts": self.opts}
        return TemplateResponse(request, template, context)

    @display(description=gettext_lazy("what"))
    def act(self, act: BulkAct) -> str:
        return str(KINDS[act.kind].label)

    @display(description=gettext_lazy("status"), label=STATES)
    def state(self, act: BulkAct) -> str:
        return state_of(act)

    @display(description=gettext_lazy("subscriptions"))
    def rows(self, act: BulkAct) -> int:
        return act.ready + act.done + act.already + act.refused + act.changed + act.failed

    @display(description=gettext_lazy("begun by"))
    def began_by_name(self, act: BulkAct) -> str:
        return act.began_by.get_full_name()


def state_of(act: BulkAct) -> str:
    if act.finished_at:
        return "Done"
    if act.stopped_at:
        return "Stopped"
    if act.confirmed_at:
        return "Being done"
    if not act.is_counted:
        return "Being counted"
    return "Waiting for confirmation" if act.ready else "Nothing to do"


def _chosen_values(act: BulkAct) -> list[tuple[Any, Any]]:
    """What was chosen for all, in words: labels and texts."""
    choices = KINDS[act.kind].choices(act.values)
    choices.is_valid()
    found = [(choices[name].label, value, choices.fields[name]) for name, value in act.values.items()]
    return [(label, _in_words(field, value)) for label, value, field in found if value]


def _in_words(field: forms.Field, value: str) -> str:
    """As its choice is called, where it was chosen among some, whether it can still be chosen or not."""
    if isinstance(field, forms.ModelChoiceField):
        return str(Plan.objects.filter(pk=value).select_related("product").first() or value)
    called = {str(each): label for each, label in getattr(field, "choices", ())}
    return str(called.get(value, value))


def _state(request: HttpRequest) -> str:
    state = request.GET.get("state", "")
    return state if state in BulkRow.State else ""


def _selection(request: HttpRequest) -> tuple[list[int] | None, str]:
    """The chosen keys, or None and the query of the list; empty where nothing can be meant.

    An address that the list could not read, and says so of, shows all there is: nobody means that.
    """
    query = request.GET.copy()
    query.pop("all", None)
    if "all" in request.GET and ERROR_FLAG not in request.GET:
        return None, query.urlencode()
    keys = {number for each in request.GET.get("keys", "").split(",") if (number := key(each)) is not None}
    return sorted(keys) if len(keys) <= MOST_CHOSEN else [], ""


def _sent(choices: forms.Form) -> Values:
    """What a valid form was sent, by field, as the form of one subscription is sent it."""
    return {name: "" if choices[name].value() is None else str(choices[name].value()) for name in choices.fields}
