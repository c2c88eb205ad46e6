"""Cancellation requests and conversations on pages: what became of a request, and what people have written."""

import re
from datetime import datetime

from django import template
from django.utils.functional import Promise
from django.utils.html import Urlizer, linebreaks
from django.utils.safestring import SafeString, mark_safe

from support.cancellations.decisions import FOR_CUSTOMERS
from support.models import CancellationRequest

register = template.Library()


@register.filter
def instant(at: datetime) -> str:
    """For the attribute of a <time>, such as "2026-04-05T12:00:00+00:00"; HTML knows no microseconds."""
    return at.isoformat(timespec="seconds")


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
