"""The admin's search."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from portal_project.common import numbers, search
from portal_project.common.admin import ModelAdmin
from portal_project.common.numbers import Numbers


class SearchAdmin(ModelAdmin):
    """Searches as the queue does: `search_fields` name a `SearchTextField` each."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """The rows that fit every word of the term in any of the fields; a number finds what has it alone."""
        if not search_term.strip() or not self.search_fields:
            return queryset, False
        numbered = self.with_numbers(queryset, numbers.read(search_term))
        if numbered.exists():
            return numbered, False
        goes_through_all = getattr(request, "goes_through_all", False)
        return (self.all_matching if goes_through_all else self.matching)(queryset, search_term), False

    def all_matching(self, queryset: QuerySet[Any], term: str) -> QuerySet[Any]:
        """As `matching`, for who goes through all rows (`lists.rows_of`), where a page looks no further than some."""
        return self.matching(queryset, term)

    def matching(self, queryset: QuerySet[Any], term: str) -> QuerySet[Any]:
        return queryset.filter(search.each_word(term, self.search_fields))

    def with_numbers(self, queryset: QuerySet[Any], typed: Numbers) -> QuerySet[Any]:
        """Those of the rows that have one of the numbers."""
        return queryset.none()
