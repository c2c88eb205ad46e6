"""What staff decide about tickets themselves: status, priority, and whose they are. One ticket or a page of them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from subscriptions.rules.states import Code, NotAllowed, Verdict
from support.models import CancellationRequest, Ticket, TicketEvent
from support.queue import act_by

if TYPE_CHECKING:
    from portal_project.accounts.models import User

FIELDS = ("status", "priority", "assignee")
WITH_STATUS = ("status", "updated_at", "act_by")


def change(tickets: Iterable[int], *, by: "User", today: date, **values: Any) -> int:
    """Set `status`, `priority` or `assignee` of the tickets with these primary keys; return how many changed.

    Leaves an event for everything that changed. Raises `NotAllowed`, and changes nothing, when one of them would be finished
    before its cancellation request is decided.
    """
    with transaction.atomic():
        locked = Ticket.objects.filter(pk__in=list(tickets)).order_by("pk").select_for_update(of=("self",))
        changed, events = [], []
        for ticket in locked.select_related("assignee"):
            if done := list(_applied(ticket, by, values)):
                changed.append(ticket)
                events += done
        _refuse_to_finish_undecided(changed)
        Ticket.objects.bulk_update(changed, [*FIELDS, "updated_at", "act_by"])
        TicketEvent.objects.bulk_create(events)
        act_by.refresh([ticket.pk for ticket in changed], today)
    return len(changed)


def take(ticket: int, *, by: "User", today: date, seen: str) -> bool:
    """Make the ticket with this primary key theirs, unless meanwhile somebody else has it than on the page, where that is
    `seen`: their primary key as a text, empty for nobody.
    """
    with transaction.atomic():
        whose = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket).assignee_id
        if whose != by.pk and seen != str(whose or ""):
            return False
        change([ticket], by=by, today=today, assignee=by)
    return True


def set_status(ticket: Ticket, status: str, *, by: "User | None", at: datetime) -> TicketEvent | None:
    """Give the locked ticket a status, and return the event to save with it; None where it has that status already.

    The caller saves the fields `WITH_STATUS`. Nothing else sets the status of a ticket that is there.
    """
    if ticket.status == status:
        return None
    old, ticket.status = ticket.status, status
    ticket.updated_at, ticket.act_by = at, None
    return event(ticket, "status", old, status, by)


def event(ticket: Ticket, field: str, old: Any, new: Any, by: "User | None") -> TicketEvent:
    """What to save about the field having become `new`."""
    return TicketEvent(ticket=ticket, kind=field, actor=by, old=_kept(old), new=_kept(new))


def _applied(ticket: Ticket, by: "User", values: dict[str, Any]) -> Iterable[TicketEvent]:
    for field, new in values.items():
        if field == "status":
            if changed := set_status(ticket, new, by=by, at=timezone.now()):
                yield changed
            continue
        old = getattr(ticket, field)
        if old == new:
            continue
        setattr(ticket, field, new)
        yield event(ticket, field, old, new, by)


def _refuse_to_finish_undecided(tickets: list[Ticket]) -> None:
    finished = [ticket for ticket in tickets if ticket.is_finished]
    if not finished:
        return
    numbers = (
        CancellationRequest.objects.undecided().filter(ticket__in=finished).values_list("ticket__number", flat=True)
    )
    if numbers:
        reason = _("Decide the cancellation request first: keep, withdraw or cancel the subscription (%(numbers)s).")
        raise NotAllowed(Verdict(Code.NOT_NOW, reason % {"numbers": ", ".join(numbers)}))


def _kept(value: Any) -> str:
    """A person by the name of today."""
    if value is None:
        return ""
    return str(value.get_full_name() if isinstance(value, get_user_model()) else value)
