"""What the address of a list says, and its filters cannot read: such a list says so, and holds nothing instead of everything."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.admin import ListFilter, SimpleListFilter
from django.contrib.admin.filters import BooleanFieldListFilter, ChoicesFieldListFilter, RelatedFieldListFilter
from django.http import QueryDict
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.utils import parse_date_str


class Unread:
    """The filters that could not be read, as they are called to people, and the names that they have in the address."""

    def __init__(self) -> None:
        self.titles: list[str] = []
        self.names: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self.titles)

    @classmethod
    def of(cls, form: forms.Form) -> "Unread":
        """What a form of filters could make nothing of."""
        unread = cls()
        for name in form.errors:
            unread.note(form.fields[name].label, [name])
        return unread

    def note(self, title: object, names: Iterable[str]) -> None:
        self.titles.append(str(title)[:60])
        self.names.update(names)

    def without(self, sent: QueryDict) -> str:
        """What the address asks for without them, such as "?tab=paused"."""
        kept = sent.copy()
        for name in self.names:
            kept.pop(name, None)
        return f"?{kept.urlencode()}"


def names_of(list_filter: ListFilter, sent: QueryDict) -> list[str]:
    """Those of the filter's names that the address gives a value."""
    return [name for name in list_filter.expected_parameters() if name and any(sent.getlist(name))]


def reads(list_filter: Any, sent: QueryDict) -> bool:
    """Whether the filter can make something of all that the address says for it. A choice that it does not offer is none."""
    values = [value for name in names_of(list_filter, sent) for value in sent.getlist(name) if value]
    match list_filter:
        case RangeDateFilter():
            return all(value.isascii() and parse_date_str(value) for value in values)
        case ChoicesFieldListFilter():
            return _are_among(values, [code for code, _label in list_filter.field.flatchoices])
        case RelatedFieldListFilter():
            return all(_is_asked_for(list_filter, name, sent) for name in names_of(list_filter, sent))
        case BooleanFieldListFilter():
            return _are_among(values, ("0", "1", "True", "False"))
        case SimpleListFilter():
            return _are_among(values, [code for code, _label in list_filter.lookup_choices])
    return True


def _are_among(values: Iterable[str], choices: Iterable[object]) -> bool:
    return set(values) <= {str(each) for each in choices}


def _is_asked_for(list_filter: RelatedFieldListFilter, name: str, sent: QueryDict) -> bool:
    values = [value for value in sent.getlist(name) if value]
    if name == list_filter.lookup_kwarg_isnull:
        return _are_among(values, ("0", "1", "True", "False"))
    return _are_among(values, [code for code, _label in list_filter.lookup_choices])
