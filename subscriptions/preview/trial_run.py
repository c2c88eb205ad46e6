"""What will happen: any action tried on a copy, by the functions that do the real thing (`docs/design.md`, Billing)."""

from collections.abc import Callable
from datetime import date

from subscriptions.billing import charges
from subscriptions.billing.catch_up import catch_up, take
from subscriptions.billing.charges import End
from subscriptions.models import EventKind, Invoice, Subscription
from subscriptions.preview.effect import LABELS, Beyond, Bill, Effect
from subscriptions.rules.states import Action, next_step

BILLS = 3

Act = Callable[[Subscription], None]


class EffectChanged(Exception):
    """What would happen now is not what the form had announced."""


def effect_of(action: Action, act: Act, subscription: Subscription, today: date) -> Effect:
    """Try `act` on a copy of a subscription that is caught up to `today`. Raises what `act` raises."""
    draft = subscription.draft()
    act(draft)
    catch_up(draft, today)
    dates = {name: getattr(draft, name) for name in LABELS}
    return Effect(
        action=str(action),
        scheduled_on=subscription.cancels_on,
        status=str(draft.status),
        resume_rule=draft.pause_resume_rule,
        dates=dates,
        now=_bills(draft),
        bills=upcoming(draft, today),
        beyond=_beyond(subscription, _end_of(draft)),
    )


def enforce(announced: str, action: Action, act: Act, subscription: Subscription, today: date) -> None:
    """Raises `EffectChanged` unless the form announced just what `act` would do now."""
    if not effect_of(action, act, subscription, today).was_announced(announced, subscription):
        raise EffectChanged


def upcoming(subscription: Subscription, today: date, count: int = BILLS) -> tuple[Bill, ...]:
    """The next bills of a subscription that is caught up to `today`, as things stand."""
    draft = subscription.draft()
    while len(draft.new_invoices) < count and (step := next_step(draft)):
        take(draft, *step, today=max(step[0], today))
    return _bills(draft)


def beyond_end(subscription: Subscription) -> tuple[Beyond, ...]:
    """What becomes of the invoices for days after the scheduled end of a subscription that is caught up."""
    return _beyond(subscription, _end_of(subscription))


def _end_of(draft: Subscription) -> End | None:
    """The end that is scheduled, or that has just come."""
    if draft.cancels_on:
        return End(draft.cancels_on, draft.cancels_on)
    canceled = [event for event in draft.new_events if event.kind == EventKind.CANCELED]
    return End.told_by(canceled[0]) if canceled else None


def _beyond(subscription: Subscription, end: End | None) -> tuple[Beyond, ...]:
    if end is None or subscription.period_end <= end.on:
        return ()
    saved = subscription.invoices.exclude(status=Invoice.Status.VOID).filter(covers_to__gt=end.on)
    invoices = [*saved.order_by("covers_from"), *subscription.new_invoices]
    fates = [_fate(invoice, subscription, end) for invoice in invoices]
    return tuple(fate for fate in fates if fate)


def _fate(invoice: Invoice, subscription: Subscription, end: End) -> Beyond | None:
    correction = charges.correction(invoice, subscription, end, end.on)
    if correction:
        return Beyond(_bill(invoice), False, _bill(correction.instead) if correction.instead else None)
    is_paid = invoice.status == Invoice.Status.PAID and invoice.amount > 0
    if is_paid and end.promised_on and invoice.covers_to > end.promised_on:
        return Beyond(_bill(invoice), True, None)
    return None


def _bills(draft: Subscription) -> tuple[Bill, ...]:
    return tuple(_bill(invoice) for invoice in draft.new_invoices)


def _bill(invoice: Invoice) -> Bill:
    return Bill(invoice.issued_on, invoice.covers_from, invoice.covers_to, invoice.amount, invoice.currency)
