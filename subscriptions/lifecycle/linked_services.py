"""What an end does to the services that hang on a subscription, and its withdrawal (`docs/design.md`, Linked services).

Every end and every withdrawal passes the events of the unit of work, whoever brings it; so this is the one place.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import date

from django.db.models import Q

from subscriptions.models import EventKind, LinkedService, Subscription, SubscriptionEvent

Follower = Callable[[set[int], date], object]
FOLLOWERS: list[Follower] = []
"""Called in the transaction with the keys of subscriptions whose services begin or cease to be wound down, and today."""

ENDS = {EventKind.CANCELLATION_SCHEDULED, EventKind.CANCELED}


def follow(events: Iterable[SubscriptionEvent], today: date) -> None:
    """Switch auto-renew off for what ends, and put it back for what goes on. The subscriptions are locked and written."""
    ending, going_on = set(), set()
    for event in events:
        if event.kind in ENDS:
            ending.add(event.subscription_id)
        elif event.kind == EventKind.CANCELLATION_WITHDRAWN:
            going_on.add(event.subscription_id)
    going_on -= ending
    if ending or going_on:
        _switch(ending, going_on, today)


def heed_ends(subscriptions: Collection[int], today: date) -> None:
    """For subscriptions, locked, whose services were linked or changed: what is linked during the notice renews as little."""
    has_an_end = Q(cancels_on__isnull=False) | Q(canceled_on__isnull=False)
    ending = Subscription.objects.filter(has_an_end, pk__among=subscriptions).values_list("pk", flat=True)
    if keys := set(ending):
        _switch(keys, set(), today)


def _switch(ending: set[int], going_on: set[int], today: date) -> None:
    """Few subscriptions have services: one statement finds that there are none."""
    having = set(LinkedService.objects.of(ending | going_on).order_by().values_list("subscription", flat=True))
    if not having:
        return
    if ending & having:
        LinkedService.objects.of(ending & having).stop_renewing()
    if going_on & having:
        LinkedService.objects.of(going_on & having).renew_again()
    for follower in FOLLOWERS:
        follower(having, today)
