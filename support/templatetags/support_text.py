"""Cancellation requests and conversations on pages: the banner of a subscription in notice, and what people have written."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.html import Urlizer, linebreaks
from django.utils.safestring import SafeString, mark_safe

from subscriptions.models import Subscription
from subscriptions.portal.actions_area import Offer
from subscriptions.preview.trial_run import beyond_end
from support.cancellations.decisions import FOR_CUSTOMERS
from support.models import CancellationRequest

register = template.Library()


@register.filter
def instant(at: datetime) -> str:
    """For the attribute of a <time>, such as "2026-04-05T12:00:00+00:00"; HTML knows no microseconds."""
    return at.isoformat(timespec="seconds")


@register.inclusion_tag("support/_cancellation_banner.html")
def cancellation_banner(subscription: Subscription, offers: Sequence[Offer], why: str) -> dict[str, Any]:
    """When a subscription in notice ends, why on that day, and what can still be done about it.

    `why` is what the subscription's own changes tell, for an end without a request.
    """
    undecided = CancellationRequest.objects.undecided().filter(subscription=subscription.pk)
    return {
        "subscription": subscription,
        "cancellation": undecided.select_related("ticket").first(),
        "why": why,
        "offers": offers,
        "beyond": beyond_end(subscription),
    }


@register.filter
def why_promised(subscription: Subscription) -> str:
    """Why the request that brings or brought the end named that day; empty where no request did."""
    ends_on = subscription.cancels_on or subscription.canceled_on
    if ends_on is None:
        return ""
    promised = CancellationRequest.objects.filter(subscription=subscription.pk, promised_on=ends_on)
    binding = promised.filter(decision__in=["", CancellationRequest.Decision.ENDED])
    return binding.values_list("why", flat=True).first() or ""


@register.filter
def state(cancellation: CancellationRequest) -> str | Promise:
    """What became of the request, in the customer's words."""
    return FOR_CUSTOMERS[cancellation.decision]


class _Links(Urlizer):
    """Addresses that begin with http, https or www, and e-mail addresses; nothing else becomes a link."""

    # Django's own also takes whatever holds a known domain, such as "javascript:x//example.com".
    simple_url_2_re = re.compile(r"^www\.", re.IGNORECASE)
    url_template = '<a href="{href}" rel="nofollow noopener"{attrs}>{url}</a>'


@register.filter
def written(text: str) -> SafeString:
    """What somebody wrote, as they wrote it: its line breaks kept, its addresses clickable, and any HTML in it shown as text."""
    linked = mark_safe(_Links()(text, autoescape=True))
    return mark_safe(linebreaks(linked))
