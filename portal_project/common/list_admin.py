"""The admin's long lists: tabs with counts, and pages by key, newest first; nothing costs more for being at the end of a list."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from portal_project.common.admin import SafeChangeList
from portal_project.common.counting import capped, counts
from portal_project.common.keys import key
from portal_project.common.paging import Page, page_after
from portal_project.common.search_admin import SearchAdmin

TAB, AFTER = "tab", "after"
ALL = "all"


@dataclass(frozen=True)
class Tab:
    """One of the tabs of a list, as it is shown."""

    name: str
    label: str
    count: str
    """Such as "17", or "1,000+"."""


class Pages:
    """In the place of a paginator, which would count: the links to the next page, and back to the first."""

    template_name = "admin/_pages_by_key.html"


class KeysetChangeList(SafeChangeList):
    """Its `queryset` is all that tab, filters and search leave, whichever page is shown; nothing is read before it is shown."""

    paginator = Pages()
    multi_page = can_show_all = show_full_result_count = False
    show_admin_actions = True

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.after = key(request.GET.get(AFTER, ""))
        # Forms and links of the page keep what the address says: it says no page, so whatever narrows a list shows its first.
        request.GET = _without(request.GET, AFTER)  # type: ignore[assignment]
        super().__init__(request, *args, **kwargs)

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        tabs = self.model_admin.list_tabs
        sent = request.GET.get(TAB, "")
        self.tab = sent if sent in tabs else ALL
        self.root_queryset = self.model_admin.get_queryset(request)
        if tabs:
            _label, keep = tabs[self.tab]
            self.root_queryset = keep(self.root_queryset)
        return super().get_queryset(request, *args, **kwargs)

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        found: dict[str, Any] = super().get_filters_params(params)
        found.pop(TAB, None)
        return found

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[str]:
        return ["-pk"]

    def get_results(self, request: HttpRequest) -> None:
        self.request = request

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
        """With what is on each, filters aside, counted in one statement."""
        found = self.model_admin.list_tabs
        numbers = counts(keep(self.model_admin.get_queryset(self.request)) for _label, keep in found.values())
        return [Tab(name, found[name][0], capped(number)) for name, number in zip(found, numbers, strict=True)]

    @property
    def older(self) -> str:
        """The address of the next page, or empty on the last one."""
        return self.get_query_string({AFTER: self.page.older}) if self.page.older else ""


class ListAdmin(SearchAdmin):
    """A list that may have a million rows, newest first. Sorted by nothing else, and never counted to its end."""

    list_tabs: dict[str, tuple[str, Callable[[Any], QuerySet[Any]]]] = {}
    """What each tab is called, and which rows it keeps; `ALL` is shown where the address names none. Empty: no tabs."""
    list_per_page = 50
    show_full_result_count = False
    sortable_by = ()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:
        return KeysetChangeList


def _without(sent: QueryDict, name: str) -> QueryDict:
    kept = sent.copy()
    kept.pop(name, None)
    return kept
