"""How pages put subscriptions, their bills and their history into words."""

from collections.abc import Sequence
from datetime import date

from django import template
from django.template import Context
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subscriptions.billing.invoice_lines import Line, lines_of
from subscriptions.models import Channel, EventKind, Invoice, Subscription, SubscriptionEvent
from subscriptions.preview.effect import Beyond
from subscriptions.preview.terms import Terms, told_by
from subscriptions.rules.dates_in_words import day, days

register = template.Library()
register.filter("days", days)


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
    """The dates that the change has set, or what was agreed by it, such as "Ends on 3 April 2026"."""
    accepted = [_("Accepted as offered")] if event.accepted else []
    if agreed := told_by(event):
        return [str(agreed), *accepted]
    lines = DETAILS.get(EventKind(event.kind), ())
    texts = [str(text) % {"day": day(parse_date(new))} for field, text in lines if (new := event.new(field))]
    return [*texts, *accepted]


@register.filter
def terms(subscription: Subscription) -> Terms:
    """The discount and the change of plan of a subscription that is caught up."""
    return Terms.of(subscription)


@register.filter
def invoice_lines(invoice: Invoice) -> list[Line]:
    """What the invoice charges, in words."""
    return lines_of(invoice)


@register.filter
def fate(invoice: Invoice, beyond: Sequence[Beyond]) -> str:
    """What an end does to the invoice, in short; `beyond` are those of its effect."""
    touched = next((each for each in beyond if each.bill.covers_from == invoice.covers_from), None)
    if touched is None or touched.is_paid:
        return _("It stays.")
    if touched.instead is None:
        return _("Void when it ends.")
    left = {"total": touched.instead.total, "days": days(touched.instead)}
    return _("Void when it ends; instead %(total)s for %(days)s.") % left


@register.filter
def is_overdue(invoice: Invoice, today: date) -> bool:
    return invoice.is_overdue(today)
