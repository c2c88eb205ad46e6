"""The column for what a merchant writes in further languages (`docs/design.md`, Languages)."""

from collections.abc import Mapping
from typing import Any, overload

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from portal_project.common.own_text import OwnText
from portal_project.common.translations_form import TranslationsFormField

Translations = dict[str, dict[str, str]]
"""By the code of a language, texts by their names: `{"nl": {"name": "Webruimte"}}`. What is not given is not there."""


class TranslationsField(models.JSONField):
    """All texts of a row in all further languages; `of` names the columns that have the texts themselves.

    To migrations it is Django's own field, because the column is the same.
    """

    def __init__(self, *args: Any, of: tuple[str, ...] = (), **kwargs: Any) -> None:
        self.of = of
        defaults: dict[str, Any] = {"verbose_name": "in other languages", "default": dict, "blank": True}
        super().__init__(*args, **defaults | kwargs)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs

    def get_prep_value(self, value: Any) -> Any:
        """Each text as its own column would keep it; without those that are empty."""
        if not isinstance(value, dict):
            return super().get_prep_value(value)
        kept = {code: self._kept(texts) for code, texts in value.items()}
        return super().get_prep_value({code: texts for code, texts in kept.items() if texts})

    def validate(self, value: Any, model_instance: Any) -> None:
        """Raises `ValidationError` also for a text that is not there in the first language, where others fall back to it."""
        super().validate(value, model_instance)
        for texts in value.values():
            for name, text in texts.items():
                field = self._text(name)
                field.run_validators(field.to_python(text))
                if text and not getattr(model_instance, name):
                    raise ValidationError(
                        f"First write the {field.verbose_name} itself: who has no other reads that one."
                    )

    def save_form_data(self, instance: Any, data: Any) -> None:
        """What the form does not ask for stays, such as a language that is not installed at present."""
        asked = {code for code, _name in languages()}
        unasked = {code: texts for code, texts in getattr(instance, self.attname).items() if code not in asked}
        super().save_form_data(instance, unasked | data)

    def formfield(self, **kwargs: Any) -> forms.Field:
        columns = [self._text(name) for name in self.of]
        return TranslationsFormField(languages(), columns, required=False, label=self.verbose_name.capitalize())

    def _text(self, name: str) -> Any:
        return self.model._meta.get_field(name)

    def _kept(self, texts: dict[str, str]) -> dict[str, str]:
        kept = {name: self._text(name).to_python(text) for name, text in texts.items() if name in self.of}
        return {name: text for name, text in kept.items() if text}


def languages() -> list[tuple[str, str]]:
    """Code and name of those that the portal speaks besides the merchant's."""
    return [(code, name) for code, name in settings.LANGUAGES if code != settings.MERCHANT_LANGUAGE]


class Shown:
    """A text as customers read it: that of the column, or of the `translations` beside it."""

    def __init__(self, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, row: None, owner: Any) -> "Shown": ...

    @overload
    def __get__(self, row: models.Model, owner: Any) -> OwnText: ...

    def __get__(self, row: Any, owner: Any) -> "Shown | OwnText":
        if row is None:
            return self
        return own_text(getattr(row, self.name), texts_of(row, self.name))


def texts_of(row: Any, name: str) -> dict[str, str]:
    """What a row has of the text of that name in further languages, by these."""
    return {code: texts[name] for code, texts in row.translations.items() if texts.get(name)}


def own_text(main: str, others: Mapping[str, str]) -> OwnText:
    """A text that the merchant wrote in their language, and in others."""
    return OwnText.of(main, others, written_in=settings.MERCHANT_LANGUAGE)
