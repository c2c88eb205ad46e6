"""What a load balancer and an orchestrator ask: `/healthz`, whether the portal can serve, and `/readyz`, what it lacks."""

from collections.abc import Callable

import structlog
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal_project.common import worker
from portal_project.installation.server import missing_cache_table, unapplied_migrations

OK = "ok"

log = structlog.get_logger(__name__)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the database answers, 503 while it does not."""
    return _answer({"database": _database()})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """As `healthz`, and the tables have to be there. Pages work without a worker, so that is only told."""
    parts = {"database": _database()}
    if parts["database"] != OK:
        return _answer(parts)
    return _answer(parts | {"migrations": _migrations(), "cache": _cache()}, worker=_worker())


PROBES: dict[str, Callable[[HttpRequest], HttpResponseBase]] = {"/healthz": healthz, "/readyz": readyz}


def _answer(parts: dict[str, str], **others: str) -> HttpResponse:
    lines = "".join(f"{part}: {state}\n" for part, state in (parts | others).items())
    is_well = set(parts.values()) == {OK}
    return HttpResponse(lines, content_type="text/plain; charset=utf-8", status=200 if is_well else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError) as error:
        log.warning("the database does not answer", error=str(error))
        return "does not answer"
    return OK


def _migrations() -> str:
    count = unapplied_migrations()
    return f"{count} not applied, run manage.py migrate" if count else OK


def _cache() -> str:
    try:
        if table := missing_cache_table():
            return f"the table {table} is missing, run manage.py migrate"
        cache.get("readyz")
    except Exception as error:  # each kind of cache has errors of its own
        log.warning("the cache does not answer", error=str(error))
        return "does not answer"
    return OK


def _worker() -> str:
    return OK if worker.is_running() else "not seen for 5 minutes, run manage.py qcluster"
