"""Making the files: a short one is handed over while it is read, a long one is made by the worker and mailed about.

The worker writes in batches. Whoever stops on the way, the next run goes on behind the last row that was written.
"""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from portal_project.common import pacing, worker
from portal_project.common.admin import ModelAdmin
from portal_project.exports import lists
from portal_project.exports.models import Export
from portal_project.mail import outbox

if TYPE_CHECKING:
    from portal_project.accounts.models import User

log = structlog.get_logger(__name__)

LONG = 50_000
"""More rows than this are not waited for."""
KEPT = timedelta(days=7)
# How long one run keeps the worker from what else is to do.
RUN_SECONDS = 10
ATTEMPTS = 5
TASK = "portal_project.exports.files.make_waiting"
State = Export.State
FAILED = "exports/failed"
UNREADABLE = "The filters of the list can no longer be read."
UNKNOWN = "This version of the portal has no such list."


def is_long(rows: QuerySet[Any]) -> bool:
    """Whether there are more than `LONG`; nothing is counted beyond."""
    return rows.order_by().values("pk")[: LONG + 1].count() > LONG


def handed_over(page: ModelAdmin, rows: QuerySet[Any], export: Export) -> Iterator[str]:
    """The file, a chunk of rows at a time. Notes how many had left when it ends, also where whoever reads it goes away."""
    count, last, is_over = 0, None, False
    try:
        yield lists.header(page)
        while not is_over:
            found = lists.chunk(rows, last)
            is_over = len(found) < lists.CHUNK
            if found:
                last = found[-1].pk
                count += len(found)
                yield lists.written(page, found)
    finally:
        Export.objects.filter(pk=export.pk).update(rows=count, finished_at=timezone.now())


def begin_at_once(page: ModelAdmin, query: str, *, by: "User") -> Export:
    return Export.objects.create(**_asked(page, query, by), state=State.AT_ONCE)


def note(what: str, filters: str, rows: int, *, by: "User") -> Export:
    """A file that is no list of the admin, and is handed over as a whole, with so many rows.

    `what` is what it is called, such as "refused payments", in at most 100 letters; `filters` what it is narrowed to, such as
    "Payment file: bank.csv", or empty. Both as people read them. In the transaction of whoever asks; raises nothing by itself.
    """
    now = timezone.now()
    return Export.objects.create(
        list=what, filters=filters, rows=rows, taken_by=by, taken_at=now, finished_at=now, state=State.AT_ONCE
    )


def order(page: ModelAdmin, query: str, *, by: "User", token: UUID) -> Export:
    """Have the worker make the file. The same token twice makes one."""
    asked = _asked(page, query, by) | {"state": State.WAITING, "file": f"exports/{uuid4().hex}.csv"}
    with transaction.atomic():
        export, is_new = Export.objects.get_or_create(token=token, defaults=asked)
        if is_new:
            # Only to be quick: what is not woken is found by the schedule within a minute.
            transaction.on_commit(wake, robust=True)
    return export


def _asked(page: ModelAdmin, query: str, by: "User") -> dict[str, Any]:
    filters = lists.in_words(page, query, by)
    return {"list": page.opts.label_lower, "query": query, "filters": filters, "taken_by": by}


def wake() -> None:
    worker.wake(TASK)


def make_waiting() -> int:
    """Make what waits, for some seconds, and return how many rows were written; delete what has expired. Safe to repeat and in
    parallel.
    """
    end, written = monotonic() + RUN_SECONDS, 0
    waiting = Export.objects.filter(state=State.WAITING)
    for key in list(waiting.order_by("pk").values_list("pk", flat=True)):
        try:
            written += _make(key, end)
        except Exception as error:  # whatever is wrong with one file must not stop the others
            if not connection.is_usable():
                raise
            log.exception("list not written", export=key)
            _note(key, f"{type(error).__name__}: {error}")
    delete_files()
    if waiting.filter(error="").exists():
        wake()
    return written


def delete_files() -> None:
    """Take files off the disk whose link no longer works, and those that were given up. Safe to repeat and to run in parallel;
    what the disk refuses is tried again by the next run.
    """
    over = Q(state=State.FAILED) | Q(state=State.READY, expires_at__lte=timezone.now())
    unwanted = Export.objects.filter(~Q(file=""), over, state__in=(State.READY, State.FAILED))
    for export in unwanted.only("file", "state"):
        try:
            default_storage.delete(export.file)
        except OSError as error:
            log.warning("file not deleted", path=export.file, error=str(error))
        else:
            state = State.GONE if export.state == State.READY else State.FAILED
            Export.objects.filter(pk=export.pk).update(state=state, file="")


def _make(key: int, end: float) -> int:
    """Write the file, or as much of it as there is time for, and return how many rows were."""
    export, written = Export.objects.select_related("taken_by").get(pk=key), 0
    page = lists.find(export.list)
    if page is None:
        # A later version asked for it, and its worker makes it.
        Export.objects.filter(pk=key, state=State.WAITING).update(error=UNKNOWN)
        return 0
    # Whoever lost the right since, or was switched off, gets nothing.
    if not lists.may_take(page, export.taken_by):
        give_up(key, "Whoever asked for it may not see the list any more.", tell=False)
        return 0
    try:
        rows = page.csv_rows(export.query, export.taken_by)
    except IncorrectLookupParameters:
        # What was chosen among is gone, such as a plan; trying again would change nothing.
        give_up(key, UNREADABLE)
        return 0
    while monotonic() < end:
        count, is_over = _write_batch(key, page, rows)
        written += count
        if is_over:
            break
        pacing.let_others_in()
    return written


@transaction.atomic
def _write_batch(key: int, page: ModelAdmin, rows: QuerySet[Any]) -> tuple[int, bool]:
    """Write what follows the last row; how many rows it was, and whether nothing follows them."""
    export = Export.objects.select_for_update(of=("self",)).select_related("taken_by").get(pk=key)
    if export.state != State.WAITING:
        # Another worker was quicker.
        return 0, True
    path = Path(default_storage.path(export.file))
    if export.size and (not path.exists() or path.stat().st_size < export.size):
        # Somebody has cleared the folder, so it is begun anew.
        export.last_key, export.size, export.rows = None, 0, 0
    found = lists.chunk(rows, export.last_key)
    text = lists.written(page, found)
    if not export.size:
        text = lists.header(page) + text
    export.size = _append(path, export.size, text.encode())
    export.rows += len(found)
    export.error = ""
    if found:
        export.last_key = found[-1].pk
    is_over = len(found) < lists.CHUNK
    if is_over:
        _finish(export)
    export.save(update_fields=["last_key", "size", "rows", "error", "state", "finished_at", "expires_at"])
    return len(found), is_over


def _append(path: Path, size: int, content: bytes) -> int:
    """Write behind so many bytes, in the place of whatever a run left there that was stopped; how many there are then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o640), "r+b") as file:
        file.truncate(size)
        file.seek(size)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        return file.tell()


def _finish(export: Export) -> None:
    """The mail is written in the same transaction, so that there is one for each file, and none for another."""
    now = timezone.now()
    export.state, export.finished_at, export.expires_at = State.READY, now, now + KEPT
    _tell(export, "exports/ready", rows=export.rows, days=KEPT.days, url=reverse("admin:csv_file", args=[export.pk]))


def _tell(export: Export, template: str, *, url: str, **facts: int) -> None:
    """One mail to whoever asked for it, whatever became of it."""
    context = {"name": export.taken_by.get_full_name(), "file": name_of(export), "url": settings.PORTAL_URL + url}
    outbox.add(outbox.mail_to(export.taken_by, key=mail_key(export.pk), template=template, context=context | facts))


def mail_key(key: int) -> str:
    return f"export:{key}"


def name_of(export: Export) -> str:
    """What the file is called on somebody's disk, such as "invoices-2026-04-05.csv"."""
    return f"{export.what.replace(' ', '-')}-{timezone.localtime(export.taken_at):%Y-%m-%d}.csv"


def _note(key: int, error: str) -> None:
    waiting = Export.objects.filter(pk=key, state=State.WAITING)
    waiting.update(error=error, attempts=F("attempts") + 1)
    if waiting.filter(attempts__gte=ATTEMPTS).exists():
        give_up(key, error)


@transaction.atomic
def give_up(key: int, error: str, *, tell: bool = True) -> None:
    """Whoever waits for it is told; nothing of the file stays once this run ends. One that does not wait is left as it is."""
    export = Export.objects.select_for_update(of=("self",)).select_related("taken_by").get(pk=key)
    if export.state != State.WAITING:
        return
    export.state, export.error, export.finished_at = State.FAILED, error, timezone.now()
    export.save(update_fields=["state", "error", "finished_at"])
    page = lists.find(export.list)
    if tell and page:
        _tell(export, FAILED, url=lists.address(page, export.query), is_unreadable=error == UNREADABLE)
