"""The queue: the page that staff work through, in the place of the admin's list of tickets."""

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal_project.accounts.people import person
from portal_project.common.unreadable import Unread
from subscriptions.rules.states import NotAllowed
from support.admin import wind_down
from support.admin.queue_rows import COLUMNS, Writer
from support.models import Ticket, TicketQuerySet
from support.queue.filters import BulkForm, FilterForm
from support.queue.rows import NOWHERE, STEPS, TABS, Desk, page, position, tabs
from support.queue.staff import able
from support.tickets import triage

# The cookie that keeps the queue as it was last seen; a session would be written at every look.
LAST_SEEN = "queue"


def queue(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Show one page of the queue; a POST does one thing with the tickets that were chosen on it."""
    if not request.user.has_perm("support.view_ticket"):
        raise PermissionDenied
    today, colleagues = localdate(), list(able().order_by("name", "email"))
    bulk = BulkForm(request.POST or None, colleagues=colleagues, by=person(request))
    if request.method == "POST":
        _do(request, bulk, today)
        return redirect(request.get_full_path())
    desk = Desk(person(request), today, {colleague.pk for colleague in colleagues})
    context = site.each_context(request) | {"title": _("Tickets"), "tabs": tabs(desk), "tab": _tab(request.GET)}
    context["opts"] = Ticket._meta
    if context["tab"] == STEPS:
        context |= wind_down.tab(request, today)
        response = TemplateResponse(request, "admin/support/steps.html", context)
    else:
        filters = FilterForm(request.GET, colleagues=colleagues)
        unread = _unread(request.GET, filters)
        context |= {"bulk": bulk, "unread": unread, "without_unread": unread.without(request.GET)}
        context |= _rows(request, filters, desk)
        response = TemplateResponse(request, "admin/support/queue.html", context)
    seen = request.GET.urlencode()
    response.set_cookie(LAST_SEEN, seen, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax")
    return response


def listed(chosen: QueryDict, by: Any) -> TicketQuerySet:
    """All tickets that the queue at that address holds, for a file. The tab of steps is a list of something else: none.

    Raises `IncorrectLookupParameters` for what no filter can read.
    """
    colleagues = list(able().order_by("name", "email"))
    desk = Desk(by, localdate(), {colleague.pk for colleague in colleagues})
    if _tab(chosen) == STEPS:
        return Ticket.objects.none()
    filters = FilterForm(chosen, colleagues=colleagues)
    if _unread(chosen, filters):
        raise IncorrectLookupParameters
    return _tickets(chosen, filters, desk, goes_through_all=True).select_related("customer", "assignee", "subscription")


def listed_in_words(chosen: QueryDict) -> list[str]:
    """What the queue at that address is narrowed to, such as `["Mine", "Priority: High"]`."""
    filters, tab = FilterForm(chosen, colleagues=list(able())), _tab(chosen)
    words = [str(TABS[tab][0])] if tab in TABS and chosen.get("tab") else []
    return words + filters.in_words


def _rows(request: HttpRequest, filters: FilterForm, desk: Desk) -> dict[str, Any]:
    may_change = request.user.has_perm("support.change_ticket")
    after = request.GET.get("after", "")
    found = page(_tickets(request.GET, filters, desk), after, COLUMNS)
    writer = Writer(desk.today, able=desk.staff, may_change=may_change)
    return {
        "filters": filters,
        "rows": [writer.row(ticket) for ticket in found.rows],
        "next": found.next,
        "is_first": "after" not in request.GET,
        "names_no_page": bool(after) and position(after) == NOWHERE,
        "may_change": may_change,
    }


def _tickets(chosen: QueryDict, filters: FilterForm, desk: Desk, *, goes_through_all: bool = False) -> TicketQuerySet:
    tab = _tab(chosen)
    if tab not in TABS:
        return Ticket.objects.none()
    _label, keep = TABS[tab]
    return filters.narrowed(keep(Ticket.objects.all(), desk), desk, goes_through_all=goes_through_all)


def _tab(chosen: QueryDict) -> str:
    """Empty where the address names one that is none."""
    tab = chosen.get("tab") or "all"
    return tab if tab in TABS or tab == STEPS else ""


def _unread(chosen: QueryDict, filters: FilterForm) -> Unread:
    unread = Unread.of(filters)
    if not _tab(chosen):
        unread.note("tab", ["tab"])
    return unread


def way_back(request: HttpRequest) -> str:
    """To the queue as this person last saw it: tab, filters, search and page."""
    return f"{reverse('admin:support_ticket_changelist')}?{request.COOKIES.get(LAST_SEEN, '')}"


def _do(request: HttpRequest, bulk: BulkForm, today: date) -> None:
    if not request.user.has_perm("support.change_ticket"):
        raise PermissionDenied
    if not bulk.is_valid():
        messages.error(request, " ".join(str(error) for errors in bulk.errors.values() for error in errors))
        return
    tickets, changes = Ticket.objects.filter(pk__in=bulk.cleaned_data["tickets"]), bulk.changes()
    if "status" in changes:
        # What is finished was finished on purpose; its own page opens it again.
        tickets = tickets.unfinished()
    try:
        count = triage.change(tickets.values_list("pk", flat=True), by=person(request), today=today, **changes)
    except NotAllowed as refusal:
        messages.error(request, refusal.verdict.reason)
        return
    messages.success(
        request, ngettext("%(count)d ticket changed.", "%(count)d tickets changed.", count) % {"count": count}
    )
