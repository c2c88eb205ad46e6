from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from portal_project.common.admin import ModelAdmin, ReadOnly
from portal_project.exports import lists
from portal_project.exports.files import name_of
from portal_project.exports.models import Export

COLOURS = {
    Export.State.AT_ONCE: "success",
    Export.State.WAITING: "info",
    Export.State.READY: "success",
    Export.State.GONE: "success",
    Export.State.FAILED: "danger",
}
SEE_ALL = "accounts.change_merchant"
"""As with “Who did what”: it tells on colleagues."""


@admin.register(Export)
class ExportAdmin(ReadOnly, ModelAdmin):
    """Who took which list as a file, and when. Whoever does not answer for the business finds their own."""

    list_display = ("what", "narrowed_to", "who", "taken_at", "rows", "how")
    list_select_related = ("taken_by",)
    list_filter = ("state",)
    paginator = InfinitePaginator
    ordering = ("-pk",)
    sortable_by = ()
    show_full_result_count = False
    actions = None
    csv_columns = (
        ("list", "what"),
        ("taken_by", "taken_by.name"),
        ("taken_by_email", "taken_by.email"),
        ("taken_at", "taken_at"),
        ("filters", "filters"),
        ("rows", "rows"),
        ("state", "state"),
        ("finished_at", "finished_at"),
        ("link_works_until", "expires_at"),
        ("last_fetched_at", "fetched_at"),
        ("error", "error"),
    )
    fields = (
        ("what", "narrowed_to"),
        "list_then",
        ("taken_by", "taken_at"),
        ("state", "rows"),
        ("finished_at", "expires_at", "fetched_at"),
        "file_there",
        "error",
    )
    readonly_fields = ("what", "narrowed_to", "list_then", "file_there")

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request).select_related("taken_by")
        return rows if request.user.has_perm(SEE_ALL) else rows.filter(taken_by=request.user)

    @display(description="list")
    def what(self, export: Export) -> str:
        return export.what.capitalize()

    @display(description="filters")
    def narrowed_to(self, export: Export) -> str:
        return export.filters or "None: all of the list"

    @display(description="list as of now")
    def list_then(self, export: Export) -> str:
        """Where somebody sees what these filters find by now."""
        page = lists.find(export.list)
        return (
            format_html('<a class="pa-link" href="{}">Open it</a>', lists.address(page, export.query)) if page else "–"
        )

    @display(description="file")
    def file_there(self, export: Export) -> str:
        """The link that the mail has, which works for whoever asked for the file."""
        if not export.works(timezone.now()):
            return "–"
        return format_html(
            '<a class="pa-link" href="{}">{}</a>', reverse("admin:csv_file", args=[export.pk]), name_of(export)
        )

    @display(description="who")
    def who(self, export: Export) -> str:
        return export.taken_by.get_full_name()

    @display(description="state", label=COLOURS)
    def how(self, export: Export) -> tuple[str, str]:
        return export.state, export.get_state_display()
