"""Saved replies in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext as _

from portal_project.common.search_admin import SearchAdmin
from support.models import SavedReply
from support.tickets.saved_replies import PLACEHOLDERS, unknown


class SavedReplyForm(forms.ModelForm):
    """Refuses what stands in braces and will never be filled in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = "; ".join(f"{{{name}}}: {meaning}" for name, meaning in PLACEHOLDERS.items())
        self.fields["body"].help_text = _("These are filled in: %(known)s.") % {"known": known}

    def clean_body(self) -> str:
        body = str(self.cleaned_data["body"])
        _check(body)
        return body

    def clean_translations(self) -> Any:
        given = self.cleaned_data["translations"]
        for texts in given.values():
            _check(texts["body"])
        return given


def _check(text: str) -> None:
    if odd := unknown(text):
        values = {
            "unknown": ", ".join(f"{{{name}}}" for name in odd),
            "known": ", ".join(f"{{{name}}}" for name in PLACEHOLDERS),
        }
        raise forms.ValidationError(_("There is no %(unknown)s. There are %(known)s.") % values)


@admin.register(SavedReply)
class SavedReplyAdmin(SearchAdmin):
    form = SavedReplyForm
    list_display = ("title", "body")
    fields = ("title", "body", "translations")
    search_fields = ("search_text",)
    csv_columns = (("title", "title"), ("text", "body"))
