"""What the address of a list in the admin narrows it to, in words, for whoever reads of the list on another page."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.admin.filters import BooleanFieldListFilter
from django.contrib.admin.utils import NotRelationField, get_fields_from_path
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model
from django.db.models.constants import LOOKUP_SEP
from django.http import QueryDict
from django.utils.text import Truncator

from portal_project.common.keys import key
from portal_project.common.lists import NOT_FILTERS

# Longer texts were never typed.
LONGEST = 60
# These are told in words of their own.
TAB_AND_SEARCH = ("tab", SEARCH_VAR)
ENDINGS = {"_from": "from ", "_to": "to "}


def in_words(found: ChangeList, query: str) -> list[str]:
    """Its tab, each filter with the value as the list calls it, and the search, such as `["Paused", "product: Hosting"]`."""
    sent = QueryDict(query)
    words = _tab(found)
    for name in sent:
        values = [each for each in sent.getlist(name) if each]
        if values and name not in (*NOT_FILTERS, *TAB_AND_SEARCH):
            words.append(_filter(found, name, values))
    if sent.get(SEARCH_VAR, "").strip():
        words.append(f"search: “{_cut(sent[SEARCH_VAR].strip())}”")
    return words


def form_in_words(form: forms.Form, given: Mapping[str, Any]) -> list[str]:
    """The same where a form narrows it: each of what is given that has a value, as in `["Priority: High", "Search: “ahn”"]`."""
    fields = {name: form.fields[name] for name, value in given.items() if value}
    return [f"{field.label}: {_called_by(field, given[name])}" for name, field in fields.items()]


def _called_by(field: forms.Field, value: object) -> str:
    choices = {str(each): str(label) for each, label in getattr(field, "choices", ())}
    return choices.get(str(value)) or (f"“{_cut(value)}”" if isinstance(value, str) else str(value))


def _tab(found: Any) -> list[str]:
    tabs = getattr(found.model_admin, "list_tabs", {})
    is_narrowed = tabs and found.tab in tabs and found.tab != next(iter(tabs))
    return [str(tabs[found.tab][0])] if is_narrowed else []


def _filter(found: ChangeList, name: str, values: list[str]) -> str:
    for each in found.filter_specs:
        if name in _parameters(each):
            called = _called(each)
            texts = (called.get(value) or _ending(each, name) + _cut(value) for value in values)
            return f"{each.title}: {', '.join(texts)}"
    return _lookup(found.model, name, values)


def _lookup(model: type[Model], name: str, values: list[str]) -> str:
    """Of a filter that is not shown, as one that has a single choice is not."""
    path = [part for part in name.split(LOOKUP_SEP) if part not in ("exact", "id")]
    try:
        field: Any = get_fields_from_path(model, LOOKUP_SEP.join(path))[-1]
    except (FieldDoesNotExist, NotRelationField):
        field = None
    if not isinstance(field, Field):
        return f"{name}: {_cut(', '.join(values))}"
    called = {str(value): str(label) for value, label in field.flatchoices or ()}
    if related := field.related_model:
        rows = related._default_manager
        called = {str(row.pk): str(row) for row in rows.filter(pk__in=[each for each in map(key, values) if each])}
    return f"{field.verbose_name}: {', '.join(called.get(value) or _cut(value) for value in values)}"


def _parameters(spec: Any) -> list[str]:
    if not hasattr(spec, "field_path"):
        return [spec.parameter_name]
    return [*spec.expected_parameters(), *(spec.field_path + ending for ending in ENDINGS)]


def _called(spec: Any) -> dict[str, str]:
    """What the filter calls each of its values."""
    if isinstance(spec, BooleanFieldListFilter):
        return {"1": "Yes", "True": "Yes", "0": "No", "False": "No"}
    choices: Any = spec.lookup_choices if hasattr(spec, "lookup_choices") else getattr(spec.field, "flatchoices", ())
    return {str(value): str(label) for value, label in choices}


def _ending(spec: Any, name: str) -> str:
    """Of a range of days."""
    return next(
        (word for ending, word in ENDINGS.items() if name.removesuffix(ending) == getattr(spec, "field_path", "")), ""
    )


def _cut(text: str) -> str:
    return Truncator(text).chars(LONGEST)
