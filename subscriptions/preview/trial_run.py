"""What an action will do, or has just done, by the functions that do the real thing (`docs/design.md`, Announced = happened)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, prefetch_related_objects

from portal_project.common.facts import Fact
from subscriptions.billing import charges
from subscriptions.billing.catch_up import catch_up, take
from subscriptions.billing.charges import End
from subscriptions.models import EventKind, Invoice, Subscription, SubscriptionEvent
from subscriptions.preview.effect import BILLS, LABELS, Beyond, Bill, Effect
from subscriptions.preview.terms import Terms
from subscriptions.rules import periods
from subscriptions.rules.states import Action, next_step

if TYPE_CHECKING:
    from django.db.models import QuerySet

Act = Callable[[Subscription], Any]

LOSSES: list[Callable[[Subscription, date], tuple[Fact, ...]]] = []
"""Each says what of a subscription does not come back when its scheduled end is lifted; other apps know such things."""


@dataclass(frozen=True)
class Trial:
    """What an action came to: the subscription after it, its effect, and the changes it made, oldest first."""

    subscription: Subscription
    effect: Effect
    events: list[SubscriptionEvent]
    result: Any
    """What `act` returned."""


def carry_out(action: Action, act: Act, subscription: Subscription, today: date) -> Trial:
    """Do `act` to this very subscription, and what that makes due at once; it must be caught up to `today`.

    On a copy this is a preview, on a locked row the act itself. Raises what `act` raises.
    """
    scheduled_on, billed_until = subscription.cancels_on, subscription.period_end
    before = Terms.of(subscription)
    known, owed = len(subscription.new_events), len(subscription.new_invoices)
    result = act(subscription)
    catch_up(subscription, today)
    events, invoices = subscription.new_events[known:], subscription.new_invoices
    effect = Effect(
        action=str(action),
        scheduled_on=scheduled_on,
        status=str(subscription.status),
        resume_rule=subscription.pause_resume_rule,
        dates={name: getattr(subscription, name) for name in LABELS},
        now=_bills(invoices[owed:]),
        bills=upcoming(subscription, today),
        beyond=_beyond(subscription, billed_until, invoices[:owed], _end_of(subscription, events)),
        terms=Terms.of(subscription),
        before=before,
    )
    if effect.lifts_end:
        effect = replace(effect, lost=tuple(sentence for losses in LOSSES for sentence in losses(subscription, today)))
    if events:
        events[-1].effect = effect
    return Trial(subscription, effect, events, result)


def read_beyond(subscriptions: Sequence[Subscription], today: date) -> None:
    """Read for all of these at once, caught up to `today`, the invoices that an end from then on may touch."""
    to_come = _live_invoices().filter(covers_to__gt=today)
    prefetch_related_objects(subscriptions, Prefetch("invoices", to_come, to_attr="live_invoices_to_come"))


def upcoming(subscription: Subscription, today: date, count: int = BILLS) -> tuple[Bill, ...]:
    """The next bills of a subscription that is caught up to `today`, as things stand."""
    draft = subscription.draft()
    owed = len(draft.new_invoices)
    while len(draft.new_invoices) < owed + count and (step := next_step(draft)):
        take(draft, *step, today=max(step[0], today))
    return _bills(draft.new_invoices[owed:])


def year_of_bills(act: Act, subscription: Subscription, today: date) -> Decimal:
    """What is billed within twelve months once `act` is done today, as things stand then; tried on a copy."""
    draft = subscription.draft()
    owed = len(draft.new_invoices)
    act(draft)
    catch_up(draft, today)
    until = periods.year_after(today)
    while (step := next_step(draft)) and step[0] < until:
        take(draft, *step, today=max(step[0], today))
    return sum((invoice.amount for invoice in draft.new_invoices[owed:]), Decimal(0))


def beyond_end(subscription: Subscription) -> tuple[Beyond, ...]:
    """What becomes of the invoices for days after the scheduled end of a subscription that is caught up."""
    return _beyond(subscription, subscription.period_end, subscription.new_invoices, _end_of(subscription, []))


def _end_of(subscription: Subscription, events: Sequence[SubscriptionEvent]) -> End | None:
    """The end that is scheduled, or that has just come with these changes."""
    if subscription.cancels_on:
        return End(subscription.cancels_on, subscription.cancels_on)
    canceled = [event for event in events if event.kind == EventKind.CANCELED]
    return End.told_by(canceled[0]) if canceled else None


def _beyond(
    subscription: Subscription, billed_until: date, owed: Sequence[Invoice], end: End | None
) -> tuple[Beyond, ...]:
    """`billed_until` and the invoices owed, not yet saved, are those of before the end."""
    if end is None or billed_until <= end.on:
        return ()
    fates = [_fate(invoice, subscription, end) for invoice in (*_saved_beyond(subscription, end.on), *owed)]
    return tuple(fate for fate in fates if fate)


def _saved_beyond(subscription: Subscription, day: date) -> list[Invoice]:
    known: list[Invoice] | None = getattr(subscription, "live_invoices_to_come", None)
    if known is None:
        return list(_live_invoices().filter(subscription=subscription.pk, covers_to__gt=day))
    return [invoice for invoice in known if invoice.covers_to > day]


def _live_invoices() -> "QuerySet[Invoice]":
    return Invoice.objects.exclude(status=Invoice.Status.VOID).order_by("covers_from")


def _fate(invoice: Invoice, subscription: Subscription, end: End) -> Beyond | None:
    correction = charges.correction(invoice, subscription, end, end.on)
    if correction:
        return Beyond(_bill(invoice), False, _bill(correction.instead) if correction.instead else None)
    is_paid = invoice.status == Invoice.Status.PAID and invoice.amount > 0
    if is_paid and end.promised_on and invoice.covers_to > end.promised_on:
        return Beyond(_bill(invoice), True, None)
    return None


def _bills(invoices: Sequence[Invoice]) -> tuple[Bill, ...]:
    return tuple(_bill(invoice) for invoice in invoices)


def _bill(invoice: Invoice) -> Bill:
    return Bill(invoice.issued_on, invoice.covers_from, invoice.covers_to, invoice.amount, invoice.currency)
