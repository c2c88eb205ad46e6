"""The rows of the queue: tabs with their counts, and pages by key (`docs/design.md`, The queue)."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal_project.common.keys import key
from portal_project.common.tabs import Tab, counted
from support.models import Ticket, TicketQuerySet, WindDownStep
from support.queue.staff import nobodys

if TYPE_CHECKING:
    from portal_project.accounts.models import User

PAGE = 50
WEEK = 7


def ending_within(tickets: TicketQuerySet, days: int, today: date) -> TicketQuerySet:
    """Those whose undecided request ends within so many days."""
    soon = today + timedelta(days=days)
    return tickets.filter(cancellation_request__decided_at=None, cancellation_request__promised_on__lte=soon)


def late(tickets: TicketQuerySet, today: date) -> TicketQuerySet:
    """Those on which staff should have acted before today."""
    return tickets.unfinished().filter(act_by__lt=today)


@dataclass(frozen=True)
class Desk:
    """Who looks at the queue, when, and the keys of all who may work on it."""

    by: "User"
    today: date
    staff: Collection[int]


# What each tab is called, and which tickets it keeps.
TABS: dict[str, tuple[str | Promise, Callable[[TicketQuerySet, Desk], TicketQuerySet]]] = {
    "mine": (_("Mine"), lambda tickets, desk: tickets.unfinished().filter(assignee=desk.by)),
    "unassigned": (_("Unassigned"), lambda tickets, desk: tickets.unfinished().filter(nobodys(desk.staff))),
    "open": (_("Open"), lambda tickets, desk: tickets.unfinished().filter(status=Ticket.Status.OPEN)),
    "in_review": (_("In review"), lambda tickets, desk: tickets.unfinished().filter(status=Ticket.Status.IN_REVIEW)),
    "ending": (_("Ending this week"), lambda tickets, desk: ending_within(tickets, WEEK, desk.today)),
    "all": (_("All"), lambda tickets, desk: tickets),
}
# Where no page leaves off.
NOWHERE = (None, None)
# The tab that lists steps instead of tickets.
STEPS = "wind_down"


def tabs(desk: Desk) -> list[Tab]:
    """Every tab with what is on it."""
    of_tickets = [(name, label, keep(Ticket.objects.all(), desk)) for name, (label, keep) in TABS.items()]
    return counted([*of_tickets, (STEPS, _("Wind-down"), WindDownStep.objects.filter(done_at=None))])


@dataclass(frozen=True)
class Page:
    rows: list[Any]
    """Named tuples."""
    next: str
    """The `after` of the next page, or empty on the last one."""


def page(tickets: TicketQuerySet, after: str, columns: Collection[str]) -> Page:
    """The most urgent `PAGE` of the tickets, or those that follow `after`: first what has a day to act by, then the rest,
    the newest first. An odd `after` shows the first page. Of each row the columns are read, among them `pk` and `act_by`.
    """
    (day, key), size = position(after), PAGE
    rows: list[Any] = []
    if day or not key:
        rows = list(_dated(tickets, day, key).values_list(*columns, named=True)[: size + 1])
    if len(rows) <= size:
        begun = key if not day else None
        rows += _others(tickets, begun).values_list(*columns, named=True)[: size + 1 - len(rows)]
    following = name_of(rows[size - 1].act_by, rows[size - 1].pk) if len(rows) > size else ""
    return Page(rows[:size], following)


def _dated(tickets: TicketQuerySet, day: date | None, key: int | None) -> TicketQuerySet:
    rows = tickets.unfinished().filter(act_by__isnull=False).order_by("act_by", "pk")
    if day is None:
        return rows
    # Said twice, so that the index is entered at the day instead of walked from its beginning.
    return rows.filter(Q(act_by__gt=day) | Q(pk__gt=key), act_by__gte=day)


def _others(tickets: TicketQuerySet, before: int | None) -> TicketQuerySet:
    rows = tickets.filter(act_by=None).order_by("-pk")
    return rows if before is None else rows.filter(pk__lt=before)


def name_of(day: object, key: int) -> str:
    """The `after` of what follows the row with that day and key."""
    return f"{day or ''}.{key}"


def position(after: str) -> tuple[date | None, int | None]:
    """The day and key that a page left off at; no day among what has none, and neither on the first page."""
    day, _dot, last = after.partition(".")
    try:
        parsed = parse_date(day)
    except ValueError:
        parsed = None
    odd = key(last) is None or (day and not parsed)
    return NOWHERE if odd else (parsed, key(last))
