"""Which lists staff took as files."""

from django.db.models import QuerySet
from django.urls import reverse

from portal_project.common.who_did_what import Source
from portal_project.exports.models import Export


def _exports() -> QuerySet[Export]:
    return Export.objects.all()


def _export(export: Export) -> tuple[str, str]:
    rows = "1 row" if export.rows == 1 else f"{export.rows:,} rows"
    return f"Downloaded {export.told}: {rows}", reverse("admin:exports_export_change", args=[export.pk])


SOURCES = [Source("exports.export", "Downloads", _exports, "taken_at", "taken_by", _export)]
