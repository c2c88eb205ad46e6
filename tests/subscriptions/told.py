"""Which mails tell a customer of what happened to a subscription."""

from collections.abc import Iterable

from django.db.models import Q

from portal_project.mail.models import OutgoingMail, OutgoingMailQuerySet
from portal_project.receipts.models import Receipt
from subscriptions.models import Subscription, SubscriptionEvent

MAILED = {
    "paused",
    "pause_scheduled",
    "pause_dropped",
    "resumed",
    "canceled",
    "discount_granted",
    "plan_chosen",
    "plan_change_dropped",
    "price_announced",
    "price_change_dropped",
}


def expected(events: Iterable[SubscriptionEvent]) -> set[str]:
    """The keys: of an event's own mail, or of the receipt of whoever did it by themselves, which all events of one act share."""
    receipts = {event.receipt_id for event in events if event.receipt_id}
    own = {f"event:{event.pk}:{event.kind}" for event in events if not event.receipt_id and event.kind in MAILED}
    return own | {f"receipt:{key}" for key in receipts}


def sent(subscription: Subscription) -> OutgoingMailQuerySet:
    receipts = Receipt.objects.filter(subscription=subscription.number).values_list("pk", flat=True)
    about = Q(key__startswith="event:", context__number=subscription.number)
    return OutgoingMail.objects.filter(about | Q(key__in=[f"receipt:{key}" for key in receipts]))
