"""What comes next of one subscription, each with its day and why it is that day; tried on a copy, by what the job will do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from subscriptions.billing.catch_up import take
from subscriptions.models import EventKind, Invoice, Subscription, SubscriptionEvent
from subscriptions.preview import reasons
from subscriptions.preview.effect import BILLS
from subscriptions.preview.terms import Terms, told_by
from subscriptions.rules.dates_in_words import day, days
from subscriptions.rules.states import next_step

WHAT = {
    EventKind.TRIAL_CONVERTED: "The trial ends",
    EventKind.PAUSED: "The pause begins",
    EventKind.RESUMED: "Resumes",
    EventKind.CANCELED: "Ends",
    EventKind.PLAN_CHANGED: "Another plan",
    EventKind.PRICE_CHANGED: "Another price",
}


@dataclass(frozen=True)
class Coming:
    on: date
    what: str
    """Such as "Resumes", or "Bill of €19.00 for 12 December 2026 to 11 January 2027"."""
    why: str


def coming(subscription: Subscription, history: reasons.History, why_it_ends: str) -> list[Coming]:
    """What a subscription that is caught up leads to, in the order in which it comes: its next bills, and whatever is
    scheduled or agreed, also where that comes after them. `why_it_ends` is what else is known of its end.
    """
    because = reasons.why_dates(subscription, history)
    if why_it_ends:
        because["end"] = why_it_ends
    draft = subscription.draft()
    known, owed = len(draft.new_events), len(draft.new_invoices)
    while (len(draft.new_invoices) < owed + BILLS or _is_scheduled(draft)) and (step := next_step(draft)):
        take(draft, *step, today=step[0])
    bills = draft.new_invoices[owed : owed + BILLS]
    changes = _changes(draft.new_events[known:], Terms.of(subscription), because, history)
    found = [*changes, *_bills(bills, because["first_bill"])]
    return sorted(found, key=lambda each: each.on)


def _is_scheduled(draft: Subscription) -> bool:
    return bool(draft.cancels_on or draft.resumes_on or draft.pauses_on or draft.next_plan_id or draft.new_amount_from)


def _changes(
    events: list[SubscriptionEvent], terms: Terms, because: dict[str, str], history: reasons.History
) -> Iterator[Coming]:
    plan = terms.plan_change and f"{terms.plan_change.plan}, {terms.plan_change.price}"
    for event in events:
        kind = EventKind(event.kind)
        why = {
            EventKind.TRIAL_CONVERTED: because["period_end"],
            EventKind.PAUSED: because["pauses_on"],
            EventKind.RESUMED: because["resumes_on"],
            EventKind.CANCELED: because["end"],
            EventKind.PLAN_CHANGED: _why_agreed(EventKind.PLAN_CHOSEN, history),
            EventKind.PRICE_CHANGED: _why_agreed(EventKind.PRICE_ANNOUNCED, history),
        }
        if kind in WHAT:
            agreed = plan if kind == EventKind.PLAN_CHANGED else told_by(event)
            yield Coming(event.effective_on, f"{WHAT[kind]}: {agreed}" if agreed else WHAT[kind], why[kind])


def _why_agreed(kind: EventKind, history: reasons.History) -> str:
    """When another plan or price was agreed, and from when it may come."""
    event = next((each for each in history.events if each.kind == kind), None)
    if event is None:
        return "It comes with the first full period."
    if kind == EventKind.PLAN_CHOSEN:
        return f"Chosen on {day(event.effective_on)}; it comes with the next full period."
    earliest = date.fromisoformat(str(event.new("new_amount_from")))
    return (
        f"Announced on {day(event.effective_on)}; it comes with the first full period that begins on {day(earliest)} "
        "or later."
    )


def _bills(bills: list[Invoice], why: str) -> Iterator[Coming]:
    for bill in bills:
        yield Coming(bill.issued_on, f"Bill of {bill.total} for {days(bill)}", why)
        # The later ones follow the same rhythm.
        why = ""
