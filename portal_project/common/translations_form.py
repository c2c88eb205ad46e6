"""How staff write texts in further languages: one field of a form, folded away, with an input for each text in each of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

Typed = Mapping[str, Mapping[str, str]]
"""Texts by language and name, as the column has them."""


@dataclass(frozen=True)
class Input:
    language: str
    language_name: str
    name: str
    field: forms.Field

    @classmethod
    def of(cls, language: tuple[str, str], column: "models.Field[Any, Any]") -> "Input":
        """Takes what the column would take, or nothing."""
        attrs = {"lang": language[0], "dir": "auto"}
        long = isinstance(column, models.TextField)
        widget = UnfoldAdminTextareaWidget(attrs | {"rows": 3}) if long else UnfoldAdminTextInputWidget(attrs)
        field = column.formfield(required=False, help_text="", widget=widget)
        assert field is not None
        return cls(*language, column.name, field)

    @property
    def suffix(self) -> str:
        return f"_{self.language}_{self.name}"

    def value(self, texts: Typed) -> str:
        return texts.get(self.language, {}).get(self.name) or ""


class TranslationsWidget(forms.Widget):
    def __init__(self, inputs: Iterable[Input]) -> None:
        super().__init__()
        self.inputs = list(inputs)

    def id_for_label(self, id_: str) -> str:
        """None of the inputs is what the whole is called."""
        return ""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        sent: dict[str, dict[str, str]] = {}
        for each in self.inputs:
            sent.setdefault(each.language, {})[each.name] = data.get(name + each.suffix, "")
        return sent

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(name + each.suffix in data for each in self.inputs)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        attrs, texts = attrs or {}, value or {}
        context = {
            "languages": list(self._languages(name, texts, attrs.get("id", ""))),
            "is_open": "aria-invalid" in attrs,
        }
        return SafeString(render_to_string("admin/_translations.html", context))

    def _languages(self, name: str, texts: Typed, id_: str) -> Iterator[dict[str, Any]]:
        """Each with its inputs, and how many of them are filled in."""
        for code, language in {each.language: each.language_name for each in self.inputs}.items():
            mine = [each for each in self.inputs if each.language == code]
            rows = [
                {
                    "label": each.field.label,
                    "id": id_ + each.suffix,
                    "input": each.field.widget.render(name + each.suffix, each.value(texts), {"id": id_ + each.suffix}),
                }
                for each in mine
            ]
            given = sum(bool(each.value(texts)) for each in mine)
            yield {"code": code, "name": language, "rows": rows, "given": given, "count": len(mine)}


class TranslationsFormField(forms.Field):
    widget: TranslationsWidget

    def __init__(
        self, languages: Iterable[tuple[str, str]], columns: "Iterable[models.Field[Any, Any]]", **kwargs: Any
    ) -> None:
        columns = list(columns)
        self.inputs = [Input.of(language, column) for language in languages for column in columns]
        # Whatever widget is the admin's for such a column.
        super().__init__(**kwargs | {"widget": TranslationsWidget(self.inputs)})

    def clean(self, value: Typed) -> Any:
        """Raises `ValidationError`, which names language and text."""
        cleaned: dict[str, dict[str, str]] = {}
        errors: list[str] = []
        for each in self.inputs:
            try:
                if text := each.field.clean(each.value(value)):
                    cleaned.setdefault(each.language, {})[each.name] = text
            except ValidationError as error:
                errors += [f"{each.language_name}, {each.field.label}: {message}" for message in error.messages]
        if errors:
            raise ValidationError(errors)
        return cleaned

    def has_changed(self, initial: Any, data: Any) -> bool:
        before, after = initial or {}, data or {}
        return any(each.field.has_changed(each.value(before), each.value(after)) for each in self.inputs)
