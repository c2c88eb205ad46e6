"""How pages put subscriptions, their bills and their history into words."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Protocol

from django import template
from django.template import Context
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from subscriptions.actions import Offer
from subscriptions.invoice_lines import Line, lines_of
from subscriptions.models import Channel, EventKind, Invoice, SubscriptionEvent
from subscriptions.states import Action
from subscriptions.wording import day

register = template.Library()


class Covering(Protocol):
    """An invoice or a bill to come: for the days `[covers_from, covers_to)`."""

    covers_from: date
    covers_to: date


@register.filter
def days(covering: Covering) -> str:
    """The first and the last day that are covered, such as "22 November to 21 December 2026"; a single day alone."""
    first, last = covering.covers_from, covering.covers_to - timedelta(days=1)
    if first == last:
        return day(first)
    same_year = first.year == last.year
    # Translators: how a day without its year is written, in the letters of Django's date filter.
    start = date_format(first, pgettext("date format", "j F")) if same_year else day(first)
    return _("%(first)s to %(last)s") % {"first": start, "last": day(last)}


@register.simple_tag(takes_context=True)
def by(context: Context, event: SubscriptionEvent) -> str:
    """Who made the change, for the person who reads the page."""
    if event.channel == Channel.JOB:
        return _("automatically")
    if event.channel == Channel.IMPORT:
        return _("by import")
    if event.actor_id == context["user"].pk:
        return _("by you")
    return _("by %(merchant)s staff") % {"merchant": context["merchant"].name}


DETAILS: dict[EventKind, tuple[tuple[str, str | Promise], ...]] = {
    EventKind.PAUSED: (("resumes_on", gettext_lazy("Resumes on %(day)s")),),
    EventKind.PAUSE_SCHEDULED: (
        ("pauses_on", gettext_lazy("Pauses on %(day)s")),
        ("resumes_on", gettext_lazy("Resumes on %(day)s")),
    ),
    EventKind.RESUME_DATE_CHANGED: (("resumes_on", gettext_lazy("Resumes on %(day)s")),),
    EventKind.CANCELLATION_SCHEDULED: (("cancels_on", gettext_lazy("Ends on %(day)s")),),
}


@register.filter
def details(event: SubscriptionEvent) -> list[str]:
    """The dates that the change has set, such as "Ends on 3 April 2026"."""
    lines = DETAILS.get(EventKind(event.kind), ())
    return [str(text) % {"day": day(parse_date(new))} for field, text in lines if (new := event.new(field))]


@register.filter
def contact_only(offers: Sequence[Offer]) -> bool:
    """Whether all that belongs on the page is left to support."""
    return bool(offers) and all(offer.contact_url for offer in offers)


CONTACT = {
    Action.PAUSE: gettext_lazy("Contact us to pause"),
    Action.SCHEDULE_CANCELLATION: gettext_lazy("Contact us to cancel"),
    Action.CANCEL: gettext_lazy("Contact us to cancel"),
}


@register.filter
def contact_label(offer: Offer) -> str | Promise:
    return CONTACT.get(offer.action, _("Contact us"))


@register.filter
def invoice_lines(invoice: Invoice) -> list[Line]:
    """What the invoice charges, in words."""
    return lines_of(invoice)


@register.filter
def is_overdue(invoice: Invoice, today: date) -> bool:
    return invoice.is_overdue(today)
