"""Model fields for what people type, wherever they do: each keeps and looks up what `normalize` makes of it.

To migrations they are Django's own fields, because the columns are the same.
"""

from typing import Any, ClassVar

from django import forms
from django.db import models

from portal_project.common import forms as ours
from portal_project.common import normalize


class Normalized(models.Field):
    """Mixed into a text field of Django's, whose form field and normaliser its subclasses name."""

    form_class: ClassVar[type[forms.Field]]

    @staticmethod
    def normalized(text: str) -> str:
        raise NotImplementedError

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        djangos = next(base for base in type(self).__mro__ if base.__module__.startswith("django."))
        return name, f"django.db.models.{djangos.__name__}", args, kwargs

    def to_python(self, value: Any) -> Any:
        """Also what is written and what is looked up."""
        value = super().to_python(value)
        return self.normalized(value) if isinstance(value, str) else value

    def formfield(self, **kwargs: Any) -> Any:
        # What has choices is not typed.
        return super().formfield(**({} if self.choices else {"form_class": self.form_class}) | kwargs)


class LineField(Normalized, models.CharField):
    normalized = staticmethod(normalize.line)
    form_class = ours.LineField


class IdentifierField(Normalized, models.CharField):
    normalized = staticmethod(normalize.identifier)
    form_class = ours.IdentifierField


class NumberField(Normalized, models.CharField):
    normalized = staticmethod(normalize.number)
    form_class = ours.NumberField


class AddressField(Normalized, models.EmailField):
    normalized = staticmethod(normalize.address)
    form_class = ours.AddressField


class ParagraphsField(Normalized, models.TextField):
    normalized = staticmethod(normalize.paragraphs)
    form_class = ours.ParagraphsField
