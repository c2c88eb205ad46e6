"""The rows of a list in the admin, for those who go through all of them: acts on many, and files of them."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.messages.storage.base import BaseStorage
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

NOT_FILTERS = ("p", "o", "e", "all", "_popup", "_to_field", "after", "before")
"""What an address of a list has besides tab, search and filters: which page, in which order, how it was reached."""


def rows_of(model_admin: "ModelAdmin[Any]", query: str, reader: AbstractBaseUser) -> QuerySet[Any]:
    """All rows that the reader finds in the list at the address with this query, whichever page it names.

    Needs no request, so the worker can ask too. Raises `IncorrectLookupParameters` for what no filter can read.
    """
    rows: QuerySet[Any] = list_at(model_admin, query, reader).queryset
    return rows


def list_at(model_admin: "ModelAdmin[Any]", query: str, reader: AbstractBaseUser) -> ChangeList:
    """The list at that address, as `rows_of`; nothing of it is read yet."""
    request = HttpRequest()
    request.method = "GET"
    request.GET = QueryDict(query)
    request.user = reader  # type: ignore[assignment]
    # Where a page looks no further than anybody reads, whoever goes through all rows does.
    request.goes_through_all = True  # type: ignore[attr-defined]
    # What a search that nobody can type would tell its reader, goes nowhere.
    request._messages = BaseStorage(request)  # type: ignore[attr-defined]
    changelist: Any = model_admin.get_changelist_instance(request)
    if changelist.unread:
        raise IncorrectLookupParameters
    return changelist
