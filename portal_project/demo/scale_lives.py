"""How generated subscriptions come to stand where they stand today, by the real verbs and the real steps.

Nothing happens today but what the job does: the people of the demo act yesterday at the latest.
"""

from datetime import date, timedelta
from random import Random

from portal_project.demo.conversations import FAREWELLS
from products.models import Plan
from products.models.cancellation_reason import FIRST
from subscriptions.billing.catch_up import take
from subscriptions.billing.charges import End, correction
from subscriptions.models import Invoice, Subscription
from subscriptions.rules import periods
from subscriptions.rules.states import Action, Status, next_step
from support.cancellations import requests
from support.models import CancellationRequest

DAY = timedelta(days=1)
LONGEST_PAUSE, LONGEST_WAIT, LONGEST_GONE = 60, 25, 100
"""In days: since a pause began that goes on, since an undecided request, and since the end of what has ended."""

Lived = CancellationRequest | None
"""What a life leaves behind besides the subscription with its events and invoices."""


def bring_to(subscription: Subscription, day: date) -> None:
    """Bill the period that holds the day, on its first day. Earlier periods are over and leave no rows."""
    if subscription.status == Status.TRIALING:
        take(subscription, subscription.period_end, Action.CONVERT_TRIAL, today=subscription.period_end)
    begins = periods.period_around(*subscription.rhythm, day)[0]
    if begins > subscription.period_end:
        subscription.period_start = periods.period_around(*subscription.rhythm, begins - DAY)[0]
        subscription.period_end = begins
    live_until(subscription, day)


def live_until(subscription: Subscription, day: date) -> None:
    """What the job does when it runs every day, up to and including the day."""
    while (step := next_step(subscription)) and step[0] <= day:
        take(subscription, *step, today=step[0])


def goes_on(subscription: Subscription, today: date, chance: Random) -> Lived:
    bring_to(subscription, today)
    return None


def renews(subscription: Subscription, today: date, chance: Random) -> Lived:
    bring_to(subscription, today - DAY)
    return None


def stays_in_trial(subscription: Subscription, today: date, chance: Random) -> Lived:
    return None


def pauses(subscription: Subscription, today: date, chance: Random) -> Lived:
    """Paused, with or without a day ahead on which it resumes."""
    longest = subscription.plan.product.max_pause_days
    asked_on = today - chance.randint(1, max(1, min(LONGEST_PAUSE, (longest or LONGEST_PAUSE + 1) - 1))) * DAY
    bring_to(subscription, asked_on)
    first, last = periods.resume_dates(asked_on, longest, today)
    resumes_on = chance.choice([None, first + chance.randint(0, 44) * DAY])
    subscription.pause(asked_on, resumes_on=min(resumes_on, last) if resumes_on and last else resumes_on, own=True)
    live_until(subscription, today)
    return None


def resumes(subscription: Subscription, today: date, chance: Random) -> Lived:
    longest = min(subscription.plan.product.max_pause_days or LONGEST_PAUSE, LONGEST_PAUSE)
    asked_on = today - chance.randint(1, longest) * DAY
    bring_to(subscription, asked_on)
    subscription.pause(asked_on, resumes_on=today, own=True)
    live_until(subscription, today - DAY)
    return None


def plans_a_pause(subscription: Subscription, today: date, chance: Random) -> Lived:
    """Asked for within the period that holds yesterday, to begin at its end."""
    bring_to(subscription, today - DAY)
    asked_on = today - chance.randint(1, min(5, (today - subscription.period_start).days)) * DAY
    subscription.pause(asked_on, own=True)
    return None


def waits_for_its_end(subscription: Subscription, today: date, chance: Random) -> Lived:
    notice = subscription.plan.product.notice_days
    asked_on = today - chance.randint(1, max(1, min(LONGEST_WAIT, notice - 1))) * DAY
    return _ask_to_cancel(subscription, asked_on, today, chance)


def has_ended(subscription: Subscription, today: date, chance: Random) -> Lived:
    asked_on = today - (subscription.plan.product.notice_days + chance.randint(1, LONGEST_GONE)) * DAY
    return _ask_to_cancel(subscription, asked_on, today, chance)


def ends(subscription: Subscription, today: date, chance: Random) -> Lived:
    return _ask_to_cancel(subscription, asked_for_today(subscription.plan, today), today - DAY, chance)


def has_ended_at_once(subscription: Subscription, today: date, chance: Random) -> Lived:
    on = today - chance.randint(1, LONGEST_GONE) * DAY
    bring_to(subscription, on)
    subscription.cancel(on)
    for invoice in subscription.new_invoices:
        if correction(invoice, subscription, End(on, promised_on=None), on):
            invoice.status = Invoice.Status.VOID
    return None


def _ask_to_cancel(subscription: Subscription, asked_on: date, until: date, chance: Random) -> CancellationRequest:
    bring_to(subscription, asked_on)
    promised = requests.schedule(subscription, asked_on)
    reason, message = chance.choice(FAREWELLS)
    request = CancellationRequest(
        reason_id=reason,
        reason_label=FIRST[reason],
        message=message,
        requested_on=asked_on,
        notice_days=subscription.plan.product.notice_days,
        promised_on=promised.ends_on,
        why_facts=promised.why,
    )
    live_until(subscription, until)
    return request


def asked_for_today(plan: Plan, today: date) -> date:
    """The day of a request whose notice is over today."""
    return today - max(1, plan.product.notice_days) * DAY
