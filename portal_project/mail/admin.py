from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from portal_project.mail.models import OutgoingMail


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ModelAdmin):
    list_display = ("recipient", "template", "state", "attempts", "created_at", "sent_at")
    list_filter = ("state", "template")
    search_fields = ("recipient", "key")
    fields = ("key", "recipient", "template", "state", "attempts", "error", "created_at", "next_attempt_at", "sent_at")
    show_full_result_count = False
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: OutgoingMail | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OutgoingMail | None = None) -> bool:
        return False
