"""How pages put subscriptions, their bills and their history into words."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import template
from django.template import Context
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subscriptions.billing.catch_up import catch_up
from subscriptions.billing.invoice_lines import Line, lines_of
from subscriptions.confirm.forms import ActionForm
from subscriptions.models import Channel, EventKind, Invoice, Subscription, SubscriptionEvent
from subscriptions.portal.actions_area import Offer
from subscriptions.preview import reasons
from subscriptions.rules.dates_in_words import day, days
from subscriptions.rules.states import Action

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


@register.simple_tag(takes_context=True)
def why_dates(context: Context, subscription: Subscription) -> dict[str, str]:
    """Why the dates of a subscription that is caught up are these, as `reasons.why_dates`."""
    return reasons.why_dates(subscription, reasons.History.of(subscription, context["user"]))


@register.simple_tag(takes_context=True)
def why_dates_after(context: Context, form: ActionForm) -> dict[str, str]:
    """The same of the dates that the form's action leads to."""
    draft = form.subscription.draft()
    form.act(draft)
    catch_up(draft, form.today)
    return reasons.why_dates(draft, reasons.History.of(form.subscription, context["user"]).followed_by(draft))


@register.inclusion_tag("subscriptions/_services_that_stop.html")
def services_that_stop_renewing(subscription: Subscription) -> dict[str, Any]:
    """Which linked services an end, scheduled or at once, keeps from renewing."""
    return {"linked_services": subscription.linked_services.filter(auto_renew=True)}


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
