"""The wind-down steps as the queue lists them, also those of ends without a ticket, by key (`docs/design.md`, The queue)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.dateparse import parse_datetime

from portal_project.common.keys import key
from support.models import CancellationRequest, WindDownStep
from support.queue.rows import PAGE, Page, name_of, position


def to_do() -> QuerySet[WindDownStep]:
    return WindDownStep.objects.filter(done_at=None).order_by("due_on", "pk")


def done() -> QuerySet[WindDownStep]:
    """The last one first, so that a slip is at hand."""
    return WindDownStep.objects.filter(done_at__isnull=False).order_by("-done_at", "-pk")


def with_ticket(steps: QuerySet[WindDownStep]) -> QuerySet[WindDownStep]:
    """Each with `ticket`, the key of its subscription's newest request's ticket, if there is one."""
    requests = CancellationRequest.objects.filter(subscription=OuterRef("service__subscription")).order_by("-pk")
    return steps.annotate(ticket=Subquery(requests.values("ticket")[:1]))


def page(after: str, columns: Collection[str], *, is_done: bool) -> Page:
    """One page, of what is to be done the most pressing first; an odd `after` shows the first page."""
    steps = _done_after(after) if is_done else _to_do_after(after)
    rows: list[Any] = list(with_ticket(steps).values_list(*columns, named=True)[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    following = "" if last is None else name_of(last.done_at.isoformat() if is_done else last.due_on, last.pk)
    return Page(rows[:PAGE], following)


def _to_do_after(after: str) -> QuerySet[WindDownStep]:
    day, last = position(after)
    # Said twice, so that the index is entered at the day instead of walked from its beginning.
    return to_do().filter(Q(due_on__gt=day) | Q(pk__gt=last), due_on__gte=day) if day else to_do()


def _done_after(after: str) -> QuerySet[WindDownStep]:
    at, _dot, last = after.rpartition(".")
    instant, number = _instant(at), key(last)
    if instant is None or number is None:
        return done()
    return done().filter(Q(done_at__lt=instant) | Q(pk__lt=number), done_at__lte=instant)


def _instant(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None
