"""When a subscription ends that a customer asks to cancel, and why on that day (`docs/design.md`, Dates)."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy

from portal_project.common.facts import Fact, sentences, told
from subscriptions.models import Subscription
from subscriptions.preview.reasons import why_it_ends
from subscriptions.rules.states import Status
from support.models import CancellationRequest

# Whoever agreed to stay and asks again so soon has not begun anew: the date of then still holds.
SAME_REQUEST = timedelta(days=30)
sentences(
    first_date_holds=gettext_lazy(
        "You asked on %(asked)s, and agreed on %(agreed)s to stay; the date of then, %(promised)s, still holds."
    ),
    first_date_has_passed=gettext_lazy(
        "You asked on %(asked)s, and agreed on %(agreed)s to stay; the date of then, %(promised)s, has passed, so it ends "
        "when the billed days are over, on %(until)s."
    ),
    trial_ended_since=gettext_lazy(
        "You asked on %(asked)s, during the trial, which ended on %(passed)s. So it ends today, %(today)s."
    ),
    that_day_has_passed=gettext_lazy("%(why)s That day has passed, so it ends today, %(today)s."),
)
# What the date is made from, beside the product's notice period.
MADE_FROM = ("status", "anchor_on", "interval", "interval_count", "period_end")


@dataclass(frozen=True)
class PromisedEnd:
    """The first day without the subscription, and why it is that day."""

    ends_on: date
    why: Fact


def promise(subscription: Subscription, today: date, asked_on: date | None = None) -> PromisedEnd:
    """What a request made today is promised; or one that the customer made on `asked_on`, as of then but not before today.

    The subscription is caught up to `today` and has no scheduled end.
    """
    asked_on = asked_on or today
    then = _as_it_was(subscription, asked_on) if asked_on < today else subscription
    usual, kept = _usual(then, asked_on), _kept(subscription, asked_on)
    promised = min(usual, _again(kept, then, asked_on), key=lambda each: each.ends_on) if kept else usual
    return promised if promised.ends_on >= today else _passed(promised, then, asked_on, today)


def why_promised(subscription: Subscription) -> str:
    """Why the request that brings or brought the end named that day; empty where no request did."""
    ends_on = subscription.cancels_on or subscription.canceled_on
    if ends_on is None:
        return ""
    promised = CancellationRequest.objects.filter(subscription=subscription.pk, promised_on=ends_on)
    binding = promised.filter(decision__in=["", CancellationRequest.Decision.ENDED])
    request = binding.only("why_facts", "why_then").first()
    return request.why if request else ""


def _usual(subscription: Subscription, asked_on: date) -> PromisedEnd:
    notice_days = subscription.plan.product.notice_days
    ends_on = subscription.earliest_end(asked_on, notice_days)
    return PromisedEnd(ends_on, why_it_ends(subscription, asked_on, notice_days, ends_on))


def _kept(subscription: Subscription, asked_on: date) -> CancellationRequest | None:
    """The request that the customer agreed to drop within the 30 days before."""
    if subscription.pk is None:
        return None
    # Of the few that a subscription has, so that those of many can be read at once.
    kept = {
        request.decided_at: request
        for request in subscription.cancellation_requests.all()
        if request.decision == CancellationRequest.Decision.KEPT and request.decided_at
    }
    again = [at for at in kept if asked_on - SAME_REQUEST <= localdate(at) <= asked_on]
    return kept[max(again)] if again else None


def _again(kept: CancellationRequest, subscription: Subscription, asked_on: date) -> PromisedEnd:
    """The date of the first request; once that has passed, the end of the billed days, without another notice."""
    days = {"asked": kept.requested_on, "agreed": kept.agreed_on, "promised": kept.promised_on}
    if kept.promised_on >= asked_on:
        return PromisedEnd(kept.promised_on, told("first_date_holds", **days))
    ends_on = subscription.earliest_end(asked_on, notice_days=0)
    return PromisedEnd(ends_on, told("first_date_has_passed", **days, until=ends_on))


def _passed(promised: PromisedEnd, subscription: Subscription, asked_on: date, today: date) -> PromisedEnd:
    if subscription.status == Status.TRIALING:
        return PromisedEnd(today, told("trial_ended_since", asked=asked_on, passed=promised.ends_on, today=today))
    return PromisedEnd(today, told("that_day_has_passed", why=promised.why, today=today))


def _as_it_was(subscription: Subscription, on: date) -> Subscription:
    """A copy at the end of that day: what changed after it is undone, newest first."""
    then = subscription.draft()
    changed = [*subscription.events.filter(effective_on__gt=on).order_by("id"), *subscription.new_events]
    fields = [field for field in Subscription._meta.concrete_fields if field.name in MADE_FROM]
    for event in reversed(changed):
        for field in fields:
            if event.effective_on > on and field.name in event.changes:
                setattr(then, field.name, field.to_python(event.changes[field.name][0]))
    return then
