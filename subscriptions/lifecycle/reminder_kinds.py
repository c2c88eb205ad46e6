"""Of what customers are reminded: one row a kind, which the job walks through (`docs/design.md`, Reminders)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q

from portal_project.accounts.models import Merchant
from portal_project.accounts.reminders import switch_off_url
from subscriptions.lifecycle.notifications import bill_facts, context, ways_context
from subscriptions.models import RENEWS_AFTER_LONG, Channel, EventKind, Subscription
from subscriptions.preview.terms import Terms
from subscriptions.preview.trial_run import upcoming
from subscriptions.rules.policies import may
from subscriptions.rules.refusals import cancel_action
from subscriptions.rules.states import Action, Status

# Who pauses for a shorter time remembers it.
LONG_PAUSE = timedelta(days=7)


@dataclass(frozen=True)
class Kind:
    name: str
    """In the key, and in the name of the merchant's setting."""
    template: str
    day: str
    """The field that holds the day of which it reminds."""
    rows: Q
    """Who may be reminded; each in the words of an index by that day."""
    known_by: Q
    """Events that tell the customer of the day: who lived one of them since the reminder's day is not reminded."""
    says: Callable[[Subscription, date], dict[str, Any]]
    """What its mail needs besides what all have, of a subscription that is caught up to today."""
    always: bool = False
    """Whether it comes to those as well who switched reminders off."""

    @property
    def wanted(self) -> Q:
        """`rows`, of those who want to be reminded."""
        return self.rows if self.always else self.rows & Q(customer__wants_reminders=True)

    def context(self, subscription: Subscription, today: date) -> dict[str, Any]:
        """All that its mail says, of a subscription that is caught up to today."""
        told = context(subscription) | self.says(subscription, today)
        return told if self.always else told | {"switch_off_url": switch_off_url(subscription.customer)}

    def ahead(self, merchant: Merchant) -> timedelta:
        """How long before its day it comes; nothing where it is switched off."""
        return timedelta(days=getattr(merchant, f"{self.name}_reminder_days"))

    def key(self, subscription: Subscription) -> str:
        """Of the mail; with the day, so that a moved one is told of again."""
        return f"reminder:{self.name}:{subscription.pk}:{getattr(subscription, self.day)}"


def _trial(subscription: Subscription, today: date) -> dict[str, Any]:
    return {"ends_on": subscription.period_end} | _goes_on(subscription, today)


def _renewal(subscription: Subscription, today: date) -> dict[str, Any]:
    return {"renews_on": subscription.period_end} | _goes_on(subscription, today) | _notice(subscription, today)


def _goes_on(subscription: Subscription, today: date) -> dict[str, Any]:
    """What it costs from the next bill on, and what can be done about it."""
    terms, (bill,) = Terms.of(subscription), upcoming(subscription, today, count=1)
    change = terms.price_change
    price = change.price if change and change.on == subscription.period_end else subscription.price_fact
    return {
        "price": terms.plan_change.price if terms.plan_change else price,
        "next_plan": terms.plan_change.plan if terms.plan_change else "",
        "discount": terms.discount.fact if terms.discount else "",
        "bill": bill_facts(bill),
        "ways": ways_context(subscription, [Action.CHANGE_PLAN, Action.PAUSE, cancel_action(subscription)], today),
    }


def _notice(subscription: Subscription, today: date) -> dict[str, Any]:
    """When it would end if it were canceled today, where that is too late for what renews."""
    action = cancel_action(subscription)
    ends_on = subscription.earliest_end(today, subscription.product.notice_days)
    is_late = action == Action.SCHEDULE_CANCELLATION and ends_on > subscription.period_end
    if not is_late or not may(action, subscription, by=subscription.customer, today=today):
        return {}
    return {"canceled_on": today, "would_end_on": ends_on}


def _end(subscription: Subscription, today: date) -> dict[str, Any]:
    return {
        "ends_on": subscription.cancels_on,
        "bills": [bill_facts(bill) for bill in upcoming(subscription, today)],
        "ways": ways_context(subscription, [Action.WITHDRAW_CANCELLATION], today),
    }


def _resume(subscription: Subscription, today: date) -> dict[str, Any]:
    (bill,) = upcoming(subscription, today, count=1)
    return {
        "resumes_on": subscription.resumes_on,
        "bill": bill_facts(bill),
        "is_billed_then": bill.on == subscription.resumes_on,
    }


GOES_ON = Q(cancels_on=None)
KINDS = [
    Kind(
        "trial",
        "subscriptions/reminder_trial",
        "period_end",
        rows=Q(status=Status.TRIALING) & GOES_ON,
        known_by=Q(kind__in=[EventKind.STARTED, EventKind.CANCELLATION_WITHDRAWN]),
        says=_trial,
    ),
    Kind(
        "renewal",
        "subscriptions/reminder_renewal",
        "period_end",
        rows=RENEWS_AFTER_LONG,
        known_by=Q(kind__in=[EventKind.CANCELLATION_WITHDRAWN, EventKind.PAUSE_DROPPED, EventKind.RESUMED]),
        says=_renewal,
        # It costs as much as a long period.
        always=True,
    ),
    Kind(
        "end",
        "subscriptions/reminder_end",
        "cancels_on",
        rows=Q(cancels_on__isnull=False),
        known_by=Q(kind=EventKind.CANCELLATION_SCHEDULED),
        says=_end,
    ),
    Kind(
        "resume",
        "subscriptions/reminder_resume",
        "resumes_on",
        rows=Q(status=Status.PAUSED, paused_on__lte=F("resumes_on") - LONG_PAUSE) & GOES_ON,
        known_by=Q(kind__in=[EventKind.PAUSED, EventKind.CANCELLATION_WITHDRAWN])
        # No mail tells of a date that staff move.
        | Q(kind=EventKind.RESUME_DATE_CHANGED, channel=Channel.PORTAL),
        says=_resume,
    ),
]
