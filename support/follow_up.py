"""After what was due: finish what depends on it. Selects by state, so that any later run mends a crash."""

from django.db import transaction

from subscriptions.states import Status
from support.cancellations import Decision, decide
from support.models import CancellationRequest

AT_ONCE = 500


def run() -> int:
    """Decide the undecided requests of subscriptions that have ended, and return how many there were. Safe to repeat."""
    decided = 0
    while batch := _decide_ended():
        decided += batch
    return decided


def _decide_ended() -> int:
    with transaction.atomic():
        ended = CancellationRequest.objects.undecided().filter(subscription__status=Status.CANCELED)
        requests = ended.select_related("ticket").select_for_update(of=("self",), skip_locked=True)[:AT_ONCE]
        for request in requests:
            decide(request, Decision.ENDED, by=None)
        return len(requests)
