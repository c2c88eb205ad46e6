"""Which mail an event makes, and what mails say about subscriptions."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings

from portal_project.common.facts import told
from portal_project.mail.models import OutgoingMail
from portal_project.mail.outbox import mail_to
from products.models import price_fact
from subscriptions.models import Channel, EventKind, Subscription, SubscriptionEvent
from subscriptions.preview.effect import Bill, Effect
from subscriptions.preview.entry import Entry
from subscriptions.preview.terms import PriceChange, Terms, told_by
from subscriptions.preview.trial_run import upcoming
from subscriptions.rules.actions import CANCEL_CONTACT
from subscriptions.rules.dates_in_words import day, days, days_fact
from subscriptions.rules.policies import may
from subscriptions.rules.refusals import cancel_action
from subscriptions.rules.states import Action

# A customer may switch these off, but neither the confirmation that the subscription has ended nor another price.
STATUS_TEMPLATES = {
    EventKind.PAUSED: "subscriptions/paused",
    EventKind.PAUSE_SCHEDULED: "subscriptions/pause_scheduled",
    EventKind.PAUSE_DROPPED: "subscriptions/pause_dropped",
    EventKind.RESUMED: "subscriptions/resumed",
    EventKind.DISCOUNT_GRANTED: "subscriptions/discount_granted",
    EventKind.PLAN_CHOSEN: "subscriptions/plan_chosen",
    EventKind.PLAN_CHANGE_DROPPED: "subscriptions/plan_change_dropped",
}
TEMPLATES = STATUS_TEMPLATES | {
    EventKind.CANCELED: "subscriptions/ended",
    EventKind.PRICE_ANNOUNCED: "subscriptions/price_announced",
    EventKind.PRICE_CHANGE_DROPPED: "subscriptions/price_change_dropped",
}


def mail_about(event: SubscriptionEvent) -> OutgoingMail | None:
    """The mail to the customer that an event calls for, or None, as for what they did themselves: a receipt tells them.

    The event must have its primary key.
    """
    kind = EventKind(event.kind)
    subscription = event.subscription
    may_be_off = kind in STATUS_TEMPLATES
    if kind not in TEMPLATES or event.receipt_id or (may_be_off and not subscription.customer.wants_status_mails):
        return None
    return mail_to(
        subscription.customer,
        key=f"event:{event.pk}:{event.kind}",
        thread=subscription.number,
        template=TEMPLATES[kind],
        context=context(subscription)
        | {"effective_on": event.effective_on}
        | event.dates
        | _ended_early(event)
        | _agreed(event),
    )


def _ended_early(event: SubscriptionEvent) -> dict[str, Any]:
    """For an end that staff decided on: that it was they, and the day that it had been promised for, if any."""
    if event.kind != EventKind.CANCELED or event.channel not in (Channel.ADMIN, Channel.BULK):
        return {}
    return {"by_staff": True, "was_to_end_on": event.before("cancels_on")}


def _agreed(event: SubscriptionEvent) -> dict[str, Any]:
    """For a discount, plan or price: what was agreed or dropped, the plan until then, and the bills that now come."""
    agreed = told_by(event)
    if not agreed:
        return {}
    subscription = event.subscription
    # Known where nothing came after the act.
    effect: Effect | None = subscription.new_events[-1].effect
    terms = effect.terms if effect else Terms.of(subscription)
    bills = effect.bills if effect else upcoming(subscription, event.effective_on)
    change = terms.plan_change
    return {
        "agreed": agreed,
        "plan": told("plan_at_price", plan=subscription.plan.shown_name, price=subscription.price_fact),
        "changes_on": change.on if change else None,
        "ends_discount": bool(change and change.ends_discount),
        "bills": [bill_facts(bill) for bill in bills],
    } | _repriced(event, terms.price_change)


def _repriced(event: SubscriptionEvent, change: PriceChange | None) -> dict[str, Any]:
    """For a price that is to come, or no longer: old and new one, from when, and how to cancel before it."""
    subscription, dropped = event.subscription, event.changes.get("new_amount", [None])[0]
    told: dict[str, Any] = {"old_price": subscription.price_fact}
    if event.kind == EventKind.PRICE_ANNOUNCED:
        ways = ways_context(subscription, [cancel_action(subscription)], event.effective_on)
        comes = {"changes_on": change.on, "not_before": change.not_before, "new_price": change.price} if change else {}
        return told | comes | {"ways": ways}
    if event.kind in (EventKind.PRICE_CHANGE_DROPPED, EventKind.PLAN_CHOSEN) and dropped:
        rhythm = subscription.currency, subscription.interval, subscription.interval_count
        return told | {"dropped_price": price_fact(Decimal(dropped), *rhythm)}
    return {}


def context(subscription: Subscription) -> dict[str, str]:
    """What every mail about a subscription needs."""
    return {
        "name": subscription.customer.name,
        "product": subscription.plan.product.shown_name,
        "number": subscription.number,
        "url": settings.PORTAL_URL + subscription.get_absolute_url(),
    }


def ways_context(subscription: Subscription, actions: Iterable[Action], today: date) -> list[dict[str, Any]]:
    """Which of the actions the customer may take today, with the addresses; to cancel, where they may not, how to ask for it."""
    customer = subscription.customer
    entries = [Entry(action, may(action, subscription, by=customer, today=today), subscription) for action in actions]
    ways = [(entry.button.label, entry.url) for entry in entries if entry.verdict and entry.button]
    asks = [(entry.contact.label, entry.contact_url) for entry in entries if entry.contact == CANCEL_CONTACT]
    return [{"label": label, "url": settings.PORTAL_URL + url} for label, url in ways + asks]


def bill_facts(bill: Bill) -> dict[str, Any]:
    """A bill to come, for mails to word."""
    return {"on": bill.on, "days": days_fact(bill), "total": bill.total_fact}


def bill_context(bill: Bill) -> dict[str, str]:
    """The same in words, for receipts, which stay as they are written."""
    return {"on": day(bill.on), "days": days(bill), "total": bill.total}
