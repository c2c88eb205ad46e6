from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from portal_project.common.admin import ModelAdmin
from products.admin.history import HistoryAdmin
from products.models import NOT_SAID, CancellationReason


@admin.register(CancellationReason)
class CancellationReasonAdmin(HistoryAdmin, ModelAdmin):
    """Dragged into the order in which customers read them; one that a request or an alternative names can be switched
    off, and not deleted.
    """

    list_display = ("label", "asks_for_words", "is_active", "position")
    csv_columns = (
        ("reason", "label"),
        ("code", "code"),
        ("asks_for_words", "asks_for_words"),
        ("active", "is_active"),
        ("position", "position"),
    )
    fields = ("label", "translations", "asks_for_words", "is_active", "position")
    ordering_field = "position"
    hide_ordering_field = True
    warn_unsaved_form = True
    actions = None

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return (*fields, "is_active") if obj and obj.code == NOT_SAID else fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or (obj.code != NOT_SAID and not obj.alternatives.exists()))
