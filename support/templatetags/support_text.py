"""Cancellation requests on pages: the banner of a subscription in notice, and what became of a request."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from subscriptions.actions import Offer
from subscriptions.models import Subscription
from support.models import CancellationRequest

register = template.Library()

STATES = {
    "": _("In notice"),
    CancellationRequest.Decision.WITHDRAWN: _("Withdrawn"),
    CancellationRequest.Decision.CANCELED_NOW: _("Ended early"),
    CancellationRequest.Decision.KEPT: _("Kept, as agreed with you"),
    CancellationRequest.Decision.OFFER_ACCEPTED: _("Offer accepted"),
    CancellationRequest.Decision.ENDED: _("Ended on its date"),
}


@register.inclusion_tag("support/_cancellation_banner.html")
def cancellation_banner(subscription: Subscription, offers: Sequence[Offer]) -> dict[str, Any]:
    """When a subscription in notice ends, why on that day, and what can still be done about it."""
    undecided = CancellationRequest.objects.undecided().filter(subscription=subscription.pk)
    return {"subscription": subscription, "cancellation": undecided.select_related("ticket").first(), "offers": offers}


@register.filter
def state(cancellation: CancellationRequest) -> str | Promise:
    """What became of the request, in the customer's words."""
    return STATES[cancellation.decision]
