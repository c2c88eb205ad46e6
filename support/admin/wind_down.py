"""The queue's tab of wind-down steps, and marking them, from there, from a ticket or from a subscription."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal_project.accounts.models import User
from portal_project.accounts.people import person
from portal_project.common.keys import key
from portal_project.common.unreadable import Unread
from subscriptions.models import Subscription
from support.admin import step_rows
from support.models import WindDownStep
from support.queue import steps
from support.wind_down.marking import mark

MARK = "support.change_winddownstep"
MOST = 1000
DONE = "done"
# What the tab can show: by its name in the address, what it is called, and which steps.
SHOWS: dict[str, tuple[str, Callable[[date], QuerySet[WindDownStep]]]] = {
    "": ("To do", lambda today: steps.to_do()),
    "due": ("Due", steps.due),
    "failed": ("Provider not told", lambda today: steps.failed()),
    DONE: ("Done", lambda today: steps.done()),
}


def urls(wrap: Any) -> list[URLPattern]:
    return [path("wind-down/", wrap(marked), name="support_wind_down_mark")]


def tab(request: HttpRequest, today: date) -> dict[str, Any]:
    """One page of the tab: what is to be done, or of that and of what has been, what `?show=` names."""
    shown, after, unread = _shown(request.GET), request.GET.get("after", ""), Unread()
    if not shows_something(request.GET):
        unread.note("show", ["show"])
    is_done = shown == DONE
    found = steps.page(after, step_rows.COLUMNS, chosen(request.GET, today), is_done=is_done)
    return {
        "shows": [(name, label) for name, (label, _steps) in SHOWS.items()],
        "shown": shown,
        "unread": unread,
        "without_unread": unread.without(request.GET),
        "rows": step_rows.written(found.rows, today),
        "next": found.next,
        "is_first": "after" not in request.GET,
        "names_no_page": bool(after) and not steps.names_a_page(after, is_done=is_done),
        "shows_done": is_done,
        "may_mark": may_mark(request),
    }


def chosen(sent: QueryDict, today: date) -> QuerySet[WindDownStep]:
    """All that the tab at that address lists, which is nothing where it names what there is not."""
    shown = _shown(sent)
    return SHOWS[shown][1](today) if shown in SHOWS else WindDownStep.objects.none()


def shows_something(sent: QueryDict) -> bool:
    """Whether the address says what there is to be shown."""
    return _shown(sent) in SHOWS


def called(sent: QueryDict) -> str:
    """What the tab at that address shows, such as "Done"."""
    return SHOWS[_shown(sent)][0] if shows_something(sent) else ""


def _shown(sent: QueryDict) -> str:
    return sent.get("show", "")


def may_mark(request: HttpRequest) -> bool:
    return request.user.has_perm(MARK)


def marked(request: HttpRequest) -> HttpResponse:
    """Mark the steps of the pressed button: `done` or `undone` of one row, or `do` with all that are chosen."""
    if not may_mark(request):
        raise PermissionDenied
    if request.method != "POST":
        return redirect(_back(request))
    is_done = "done" in request.POST or request.POST.get("do") == "done"
    one = request.POST.get("done") or request.POST.get("undone")
    sent = [one] if one else request.POST.getlist("steps")
    keys = [number for each in sent[:MOST] if (number := key(each)) is not None]
    if not keys:
        messages.error(request, _("Choose at least one step."))
    elif is_done or "undone" in (request.POST.get("do"), *request.POST):
        _mark(request, keys, is_done=is_done)
    return redirect(_back(request))


def _mark(request: HttpRequest, keys: list[int], *, is_done: bool) -> None:
    by = person(request)
    with transaction.atomic():
        result = mark(keys, is_done=is_done, by=by, today=localdate())
        _log(result.changed, "done" if is_done else "not done", by)
    for refusal in result.refusals:
        messages.error(request, refusal)
    if result.count:
        if is_done:
            text = ngettext("%(count)d step is done.", "%(count)d steps are done.", result.count)
        else:
            text = ngettext("%(count)d step is to be done.", "%(count)d steps are to be done.", result.count)
        messages.success(request, text % {"count": result.count})


def _log(steps: list[WindDownStep], what: str, by: User) -> None:
    """In the history of their subscriptions, which also keeps that a step was done that is to do again by now."""
    kind = ContentType.objects.get_for_model(Subscription)
    LogEntry.objects.bulk_create(
        LogEntry(
            user_id=by.pk,
            content_type=kind,
            object_id=str(step.service.subscription_id),
            object_repr=step.service.subscription.number,
            action_flag=CHANGE,
            change_message=f"“{step.what}” of {step.service.name} marked as {what}.",
        )
        for step in steps
    )


def _back(request: HttpRequest) -> str:
    """To the page that the button stood on."""
    back = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return back
    return f"{reverse('admin:support_ticket_changelist')}?tab=wind_down"
