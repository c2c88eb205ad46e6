"""Form fields for what people type, each cleaned to what the portal keeps of it (`normalize`), and for files."""

from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator

from portal_project.common import normalize

refuse_null = ProhibitNullCharactersValidator()


class FilesInput(forms.FileInput):
    """For any number of files at once."""

    allow_multiple_selected = True


class LineField(forms.CharField):
    """A name or subject: one line of text."""

    normalized = staticmethod(normalize.line)

    def to_python(self, value: Any) -> Any:
        refuse_null(value)
        return super().to_python(value if value is None else self.normalized(str(value)))


class ParagraphsField(LineField):
    """What people write, over as many lines as they like."""

    normalized = staticmethod(normalize.paragraphs)


class IdentifierField(LineField):
    """A name in another system."""

    normalized = staticmethod(normalize.identifier)


class NumberField(LineField):
    """A number as people type it, or a text that holds one."""

    normalized = staticmethod(normalize.number)


class AddressField(forms.EmailField):
    """An e-mail address."""

    def to_python(self, value: Any) -> Any:
        refuse_null(value)
        return super().to_python(value if value is None else normalize.address(str(value)))
