"""The admin's long lists: tabs with counts, and pages by key, newest first; nothing costs more for being at the end of a list."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from portal_project.common.change_list import SafeChangeList
from portal_project.common.keys import key
from portal_project.common.paging import Page, page_after
from portal_project.common.search_admin import SearchAdmin
from portal_project.common.tabs import Tab, counted
from portal_project.common.unreadable import Unread

TAB, AFTER = "tab", "after"
ALL = "all"


class Pages:
    """In the place of a paginator, which would count: the links to the next page, and back to the first."""

    template_name = "admin/_pages_by_key.html"


class KeysetChangeList(SafeChangeList):
    """Its `queryset` is all that tab, filters and search leave, whichever page is shown; nothing is read before it is shown."""

    paginator = Pages()
    multi_page = can_show_all = show_full_result_count = False
    show_admin_actions = True
    keeps_views = True

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        sent = request.GET.get(AFTER, "")
        self.after = key(sent)
        self.names_no_page = bool(sent) and self.after is None
        # Forms and links of the page keep what the address says: it says no page, so whatever narrows a list shows its first.
        request.GET = _without(request.GET, AFTER)  # type: ignore[assignment]
        super().__init__(request, *args, **kwargs)

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        tabs = self.model_admin.list_tabs
        self.tab = self._tab(request.GET)
        self.root_queryset = self.model_admin.get_queryset(request)
        if self.tab in tabs:
            _label, keep = tabs[self.tab]
            self.root_queryset = keep(self.root_queryset)
        return super().get_queryset(request, *args, **kwargs)

    def _tab(self, sent: QueryDict) -> str:
        """The tab that is shown; empty where a filter says what tabs say, or nothing can be made of what is sent."""
        if tab := sent.get(TAB, ""):
            return tab if tab in self.model_admin.list_tabs else ""
        return "" if any(sent.get(name) for name in self.model_admin.filters_like_tabs) else ALL

    def _unread_before_filters(self, request: HttpRequest) -> Unread:
        unread = super()._unread_before_filters(request)
        if request.GET.get(TAB) and not self.tab:
            unread.note("tab", [TAB])
        return unread

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        found: dict[str, Any] = super().get_filters_params(params)
        found.pop(TAB, None)
        return found

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[str]:
        return ["-pk"]

    def get_results(self, request: HttpRequest) -> None:
        """Nothing is counted."""

    @cached_property
    def page(self) -> Page[Any]:
        return page_after(self.queryset, self.after, self.list_per_page)

    @cached_property
    def result_list(self) -> list[Any]:
        return self.page.rows

    @property
    def result_count(self) -> int:
        """Of this page: as nobody counts the list, nobody is offered to choose so many."""
        return len(self.result_list)

    full_result_count = result_count

    @cached_property
    def tabs(self) -> list[Tab]:
        """With what is on each, filters aside."""
        rows = self.model_admin.get_queryset(self.request)
        return counted((name, label, keep(rows)) for name, (label, keep) in self.model_admin.list_tabs.items())

    @property
    def older(self) -> str:
        """The address of the next page, or empty on the last one."""
        return self.get_query_string({AFTER: self.page.older}) if self.page.older else ""


class ListAdmin(SearchAdmin):
    """A list that may have a million rows, newest first. Sorted by nothing else, and never counted to its end."""

    list_tabs: dict[str, tuple[str, Callable[[Any], QuerySet[Any]]]] = {}
    """What each tab is called, and which rows it keeps; `ALL` is shown where the address names none. Empty: no tabs."""
    filters_like_tabs: tuple[str, ...] = ()
    """Names in the address that narrow the list by what its tabs are about: with one of them, the list is no longer `ALL`."""
    list_per_page = 50
    show_full_result_count = False
    sortable_by = ()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:
        return KeysetChangeList


def _without(sent: QueryDict, name: str) -> QueryDict:
    kept = sent.copy()
    kept.pop(name, None)
    return kept
