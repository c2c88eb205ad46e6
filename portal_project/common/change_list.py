"""A list of the admin at an address: what of it can be read narrows it, and what cannot leaves nothing of it."""

from typing import Any

from django.contrib.admin import ListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import build_q_object_from_lookup_parameters, prepare_lookup_value
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import EmptyResultSet, ImproperlyConfigured, SuspiciousOperation
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.views import ChangeList

from portal_project.common.keys import LARGEST
from portal_project.common.unreadable import Unread, names_of, reads


class SafeChangeList(ChangeList):
    """Empty where its address says what a filter cannot read, or asks for a number that no row can have."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.unread, self.request = Unread(), request
        super().__init__(request, *args, **kwargs)
        # What could not be read says nothing about which rows are meant.
        self.list_links = [] if self.unread else self.model_admin.list_links(request)

    def get_filters(self, request: HttpRequest) -> Any:
        """Those that cannot be read are noted, and filter nothing."""
        specs, has_filters, rest, *more = super().get_filters(request)
        self.unread = self._unread_before_filters(request)
        names = {name for spec in specs for name in spec.expected_parameters()}
        for name, values in self.get_filters_params().items():
            if name not in names and name not in rest and any(values):
                # Its filter has nothing to choose from, and is not shown, but a filter it is all the same.
                rest[name] = prepare_lookup_value(name, values)
        for spec in specs:
            if (sent := names_of(spec, request.GET)) and not (reads(spec, request.GET) and self._filters(spec)):
                self.unread.note(spec.title, sent)
                spec.used_parameters = {}
        for name in [name for name, value in rest.items() if not self._takes(name, value)]:
            self.unread.note(name, [name])
            del rest[name]
        return specs, has_filters, rest, *more

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        queryset = super().get_queryset(request, *args, **kwargs)
        return queryset if not self.unread and _fits(queryset) else queryset.none()

    def without_unread(self) -> str:
        """The address that leads back to the list by what could be read."""
        return self.unread.without(self.request.GET)

    def _unread_before_filters(self, request: HttpRequest) -> Unread:
        unread = Unread()
        if not self.search_form_class(request.GET).is_valid():
            unread.note("search", [SEARCH_VAR])
        return unread

    def _filters(self, spec: ListFilter) -> bool:
        try:
            spec.queryset(self.request, self.root_queryset)
        except IncorrectLookupParameters:
            return False
        return True

    def _takes(self, name: str, value: Any) -> bool:
        """Whether rows can be looked up so."""
        try:
            self.root_queryset.filter(build_q_object_from_lookup_parameters({name: value}))
        except (SuspiciousOperation, ImproperlyConfigured):
            raise
        except Exception:  # as the admin does: each kind of lookup has errors of its own
            return False
        return True


def _fits(queryset: QuerySet[Any]) -> bool:
    """Whether the database can compare with every number in the query."""
    try:
        _sql, values = queryset.query.sql_with_params()
    except EmptyResultSet:
        return True
    return all(abs(value) <= LARGEST for value in values if isinstance(value, int))
