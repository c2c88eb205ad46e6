from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe


class Select(forms.Select):
    """A choice as Django draws it, but written at once: Django renders three templates for every option.

    For choices that stand in no groups.
    """

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = self.format_value(value)
        options = format_html_join(
            "\n",
            '<option value="{}"{}>{}</option>',
            ((key, mark_safe(" selected") if str(key) in chosen else "", label) for key, label in self.choices),
        )
        own = self.build_attrs(self.attrs, {"name": name} | (attrs or {}))
        return format_html("<select{}>\n{}\n</select>", flatatt(own), options)
