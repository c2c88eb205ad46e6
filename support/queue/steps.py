"""The wind-down steps as the queue lists them, also those of ends without a ticket, by key (`docs/design.md`, The queue)."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.dateparse import parse_datetime

from portal_project.common.keys import key
from support.models import CancellationRequest, WindDownStep
from support.queue.rows import NOWHERE, PAGE, Page, name_of, position


def to_do() -> QuerySet[WindDownStep]:
    return WindDownStep.objects.filter(done_at=None).order_by("due_on", "pk")


def due(today: date) -> QuerySet[WindDownStep]:
    return to_do().filter(due_on__lte=today)


def failed() -> QuerySet[WindDownStep]:
    """Of which a provider was to be told, and could not be, the last time at least."""
    return to_do().filter(task=WindDownStep.Task.AUTO_RENEW, service__provider_call__error__gt="")


def done() -> QuerySet[WindDownStep]:
    """The last one first, so that a slip is at hand."""
    return WindDownStep.objects.filter(done_at__isnull=False).order_by("-done_at", "-pk")


def with_ticket(steps: QuerySet[WindDownStep]) -> QuerySet[WindDownStep]:
    """Each with `ticket`, the key of its subscription's newest request's ticket, if there is one."""
    requests = CancellationRequest.objects.filter(subscription=OuterRef("service__subscription")).order_by("-pk")
    return steps.annotate(ticket=Subquery(requests.values("ticket")[:1]))


def page(after: str, columns: Collection[str], steps: QuerySet[WindDownStep], *, is_done: bool) -> Page:
    """One page of those steps, which are done or to be done; an odd `after` shows the first page."""
    steps = _done_after(steps, after) if is_done else _to_do_after(steps, after)
    rows: list[Any] = list(with_ticket(steps).values_list(*columns, named=True)[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    following = "" if last is None else name_of(last.done_at.isoformat() if is_done else last.due_on, last.pk)
    return Page(rows[:PAGE], following)


def names_a_page(after: str, *, is_done: bool) -> bool:
    """Whether it says where a page left off."""
    return (_done_before(after) if is_done else position(after))[0] is not None


def _to_do_after(steps: QuerySet[WindDownStep], after: str) -> QuerySet[WindDownStep]:
    day, last = position(after)
    # Said twice, so that the index is entered at the day instead of walked from its beginning.
    return steps.filter(Q(due_on__gt=day) | Q(pk__gt=last), due_on__gte=day) if day else steps


def _done_after(steps: QuerySet[WindDownStep], after: str) -> QuerySet[WindDownStep]:
    instant, last = _done_before(after)
    return steps.filter(Q(done_at__lt=instant) | Q(pk__lt=last), done_at__lte=instant) if instant else steps


def _done_before(after: str) -> tuple[datetime | None, int | None]:
    """The instant and key that a page left off at; neither on the first page."""
    at, _dot, last = after.rpartition(".")
    instant, number = _instant(at), key(last)
    return NOWHERE if instant is None or number is None else (instant, number)


def _instant(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None
