"""After what was due: finish what depends on it. Selects by state, so that any later run mends a crash."""

from collections.abc import Iterator
from datetime import date

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from subscriptions.rules.states import Status
from support.cancellations.decisions import Decision, decide
from support.models import CancellationRequest, Ticket, TicketQuerySet
from support.queue import act_by
from support.tickets import presence
from support.tickets.forgetting import delete_unwanted_files
from support.wind_down import planning

AT_ONCE = 500


def run(today: date) -> int:
    """Decide the undecided requests of subscriptions that have ended, and return how many there were.

    Then make missing steps, delete files that nothing names any more and who had a ticket open, and bring up to date by which
    day staff should act. Safe to repeat, and in parallel.
    """
    decided = sum(_decide_ended(keys) for keys in _batches(_ended()))
    planning.mend(today)
    delete_unwanted_files()
    presence.forget(timezone.now())
    for keys in _batches(_undated(), _overtaken(today), _renewing_earlier(today)):
        act_by.refresh(keys, today)
    return decided


def _ended() -> QuerySet[CancellationRequest]:
    return CancellationRequest.objects.undecided().filter(subscription__status=Status.CANCELED)


def _undated() -> TicketQuerySet:
    return Ticket.objects.unfinished().filter(act_by=None)


def _requests() -> TicketQuerySet:
    return Ticket.objects.filter(cancellation_request__isnull=False, cancellation_request__decided_at=None)


def _overtaken(today: date) -> TicketQuerySet:
    """Undecided requests whose next date has passed, such as that of an invoice which is made by now."""
    return _requests().unfinished().filter(act_by__lt=today)


def _renewing_earlier(today: date) -> TicketQuerySet:
    """Undecided requests whose subscription has been linked meanwhile to what renews before staff would look."""
    renews_on = "cancellation_request__subscription__linked_services__renews_on"
    return _requests().filter(**{f"{renews_on}__gte": today, f"{renews_on}__lt": F("act_by")})


def _batches(*querysets: QuerySet) -> Iterator[list[int]]:
    """Primary keys, read once, so that a row that stays as it is does not come again and again."""
    for queryset in querysets:
        keys = list(queryset.order_by("pk").values_list("pk", flat=True))
        for first in range(0, len(keys), AT_ONCE):
            yield keys[first : first + AT_ONCE]


def _decide_ended(keys: list[int]) -> int:
    with transaction.atomic():
        # Asked again under the lock; what somebody holds is being decided.
        requests = list(_ended().filter(pk__in=keys).order_by("pk").select_for_update(of=("self",), skip_locked=True))
        decide(requests, Decision.ENDED, by=None)
    return len(requests)
