"""The lists of the admin that can be had as a file: those whose `ModelAdmin` says its `csv_columns`."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import translation

from portal_project.accounts.models import User
from portal_project.common import csv_files
from portal_project.common.admin import ModelAdmin
from portal_project.common.lists import NOT_FILTERS

CHUNK = 2000
"""How many rows are held in memory."""


def find(name: str) -> ModelAdmin | None:
    """The list of a model, such as "subscriptions.invoice"; None where there is none, or it is not to be had as a file."""
    try:
        page: Any = admin.site.get_model_admin(apps.get_model(name))
    except (LookupError, ValueError, NotRegistered):
        return None
    return page if getattr(page, "csv_columns", ()) else None


def may_take(page: ModelAdmin, reader: User) -> bool:
    """Whoever may see the list may have it as a file."""
    request = HttpRequest()
    request.user = reader
    return admin.site.has_permission(request) and page.has_view_permission(request)


def filters(sent: QueryDict) -> str:
    """What the address of a list narrows it to."""
    kept = sent.copy()
    for name in NOT_FILTERS:
        kept.pop(name, None)
    return kept.urlencode()


def in_words(page: ModelAdmin, query: str, reader: User) -> str:
    """What the list is narrowed to, such as "Status: Active; search: “acme”"; empty for all of it."""
    with translation.override("en"):
        words = "; ".join(page.csv_filters(query, reader))
    return words[:1].upper() + words[1:]


def address(page: ModelAdmin, query: str) -> str:
    """Of the list, narrowed so."""
    url = reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_changelist")
    return f"{url}?{query}" if query else url


def chunk(rows: QuerySet[Any], before: int | None) -> list[Any]:
    """The newest of the rows, or those that follow a key. By key, so that no statement and no transaction lasts as long as the
    file, and a connection that is shared holds no cursor open.
    """
    rows = rows.order_by("-pk")
    return list((rows if before is None else rows.filter(pk__lt=before))[:CHUNK])


def written(page: ModelAdmin, rows: Sequence[Any]) -> str:
    """Their lines. In English, whoever asks and wherever it is made."""
    readers = [_reader(column) for _name, column in page.csv_columns]
    with translation.override("en"):
        return csv_files.lines([read(row) for read in readers] for row in rows)


def header(page: ModelAdmin) -> str:
    return csv_files.header([name for name, _column in page.csv_columns])


def _reader(column: str | Callable[[Any], object]) -> Callable[[Any], object]:
    return _path(column) if isinstance(column, str) else column


def _path(path: str) -> Callable[[Any], object]:
    """The value at the end of a path such as "subscription.customer.email", or None where it leads nowhere."""
    names = path.split(".")
    read = attrgetter(names[0])

    def value(row: Any) -> object:
        found = read(row)
        for name in names[1:]:
            if found is None:
                return None
            found = getattr(found, name)
        return found

    return value
