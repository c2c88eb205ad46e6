"""Doing what a subscription's dates ask for, in memory, each thing as of its own date (`docs/design.md`, What is due)."""

from datetime import date

from subscriptions.billing.charges import owed
from subscriptions.models import Channel, Subscription
from subscriptions.rules.states import Action, next_step


def catch_up(subscription: Subscription, today: date) -> None:
    """Apply everything due up to and including today. Safe to repeat: then there is nothing left to do."""
    while (step := next_step(subscription)) and step[0] <= today:
        take(subscription, *step, today=today)


def as_of(subscription: Subscription, today: date) -> Subscription:
    """An unsaved copy, caught up to today: what pages show, whether or not the job has run."""
    draft = subscription.draft()
    catch_up(draft, today)
    return draft


def take(subscription: Subscription, on: date, action: Action, *, today: date) -> None:
    """Do one due step as of its date. Whoever runs into it, the history calls it automatic."""
    known = len(subscription.new_events)
    match action:
        case Action.CANCEL:
            subscription.cancel(on)
        case Action.RESUME:
            subscription.resume(on)
        case Action.START_PAUSE:
            subscription.start_pause(on)
        case Action.CONVERT_TRIAL:
            subscription.convert_trial(on)
        case Action.RENEW:
            if not subscription.continues_split_period:
                subscription.adopt_agreed(on)
            for invoice in owed(subscription, today):
                subscription.renew(invoice)
        case _:
            raise ValueError(f"{action} is nobody's due step")
    for event in subscription.new_events[known:]:
        event.channel = Channel.JOB
