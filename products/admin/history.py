"""The history of settings: what was changed, when and by whom."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.text import Truncator
from simple_history.admin import SimpleHistoryAdmin
from simple_history.models import ModelChange, ModelDelta
from simple_history.template_utils import HistoricalRecordContextHelper

LONGEST = 100


class Changes(HistoricalRecordContextHelper):
    """Tells each text in another language by itself, such as "Name (Nederlands)", where it changed."""

    def context_for_delta_changes(self, delta: ModelDelta) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = []
        for change in delta.changes:
            is_texts = change.field == "translations"
            told += (
                self._texts(change) if is_texts else super().context_for_delta_changes(replace(delta, changes=[change]))
            )
        return told

    def _texts(self, change: ModelChange) -> Iterator[dict[str, Any]]:
        old, new, names = _by_text(change.old), _by_text(change.new), dict(settings.LANGUAGES)
        for code, name in sorted(old.keys() | new.keys()):
            before, after = old.get((code, name), ""), new.get((code, name), "")
            if before != after:
                label = str(self.model._meta.get_field(name).verbose_name).capitalize()
                yield {
                    "field": f"{label} ({names.get(code, code)})",
                    "old": Truncator(before).chars(LONGEST),
                    "new": Truncator(after).chars(LONGEST),
                }


def _by_text(translations: Any) -> dict[tuple[str, str], str]:
    return {(code, name): text for code, texts in translations.items() for name, text in texts.items()}


class HistoryAdmin(SimpleHistoryAdmin):
    """Earlier versions are read, and not gone back to: that would pass over what a change is checked and asked for, and the page
    of a version is for whoever may only read.
    """

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def history_form_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            raise PermissionDenied
        response: HttpResponse = super().history_form_view(request, *args, **kwargs)
        return response

    def get_historical_record_context_helper(self, request: HttpRequest, historical_record: Any) -> Changes:
        return Changes(self.model, historical_record)
