"""Which lists staff took as files."""

from django.db.models import QuerySet
from django.urls import reverse

from portal_project.common.who_did_what import Source
from portal_project.exports.models import Export

State = Export.State


def _exports() -> QuerySet[Export]:
    return Export.objects.all()


def _export(export: Export) -> tuple[str, str]:
    return _said(export), reverse("admin:exports_export_change", args=[export.pk])


def _said(export: Export) -> str:
    """One that the worker makes is no more than asked for, until somebody fetches it."""
    rows = "1 row" if export.rows == 1 else f"{export.rows:,} rows"
    match export.state:
        case State.WAITING:
            return f"Asked for a file of {export.told}, which is being made"
        case State.FAILED:
            return f"Asked for a file of {export.told}, which could not be made"
        case State.AT_ONCE if export.finished_at is None:
            return f"Began to download {export.told}"
        case State.READY if export.fetched_at is None:
            return f"Asked for a file of {export.told}, not downloaded yet: {rows}"
        case State.GONE if export.fetched_at is None:
            return f"Asked for a file of {export.told}, never downloaded: {rows}"
    return f"Downloaded {export.told}: {rows}"


SOURCES = [Source("exports.export", "Downloads", _exports, "taken_at", "taken_by", _export)]
