"""Which mail an event makes."""

from django.conf import settings

from portal_project.mail.models import OutgoingMail
from subscriptions.models import EventKind, Subscription, SubscriptionEvent
from subscriptions.wording import day

TEMPLATES = {
    EventKind.PAUSED: "subscriptions/paused",
    EventKind.PAUSE_SCHEDULED: "subscriptions/pause_scheduled",
    EventKind.PAUSE_DROPPED: "subscriptions/pause_dropped",
    EventKind.RESUMED: "subscriptions/resumed",
    EventKind.CANCELED: "subscriptions/ended",
}


def mail_about(event: SubscriptionEvent) -> OutgoingMail | None:
    """The mail to the customer that an event calls for, or None. The event must have its primary key."""
    template = TEMPLATES.get(EventKind(event.kind))
    if template is None:
        return None
    subscription = event.subscription
    return OutgoingMail(
        key=f"event:{event.pk}:{event.kind}",
        recipient=subscription.customer.email,
        template=template,
        context=context(subscription)
        | {
            "effective_on": day(event.effective_on),
        }
        | {name: day(date) for name, date in event.dates.items()},
    )


def context(subscription: Subscription) -> dict[str, str]:
    """What every mail about a subscription needs, as JSON holds it."""
    return {
        "name": subscription.customer.get_short_name(),
        "product": subscription.product.name,
        "number": subscription.number,
        "billed_until": day(subscription.period_end),
        "url": settings.PORTAL_URL + subscription.get_absolute_url(),
    }
