from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from products.intervals import Interval, every
from subscriptions.billing.catch_up import take
from subscriptions.models import EventKind, Subscription, SubscriptionEvent
from subscriptions.preview.reasons.history import History
from subscriptions.preview.terms import Terms
from subscriptions.rules import periods
from subscriptions.rules.dates_in_words import day
from subscriptions.rules.states import Action, Status, next_step


def why_billed_until(subscription: Subscription, history: History) -> str:
    """Why the billed days end on `period_end`, which is where the next bill begins."""
    if subscription.status == Status.TRIALING:
        return _trial(subscription)
    if subscription.continues_split_period:
        return _part(subscription, history)
    sentences = (_boundary(subscription, history), _gap(subscription, history))
    return " ".join(sentence for sentence in sentences if sentence)


def why_first_bill(subscription: Subscription, history: History) -> str:
    """Why the first bill to come, if any, is on its day: so also after a pause that ends by itself."""
    draft, known = subscription.draft(), len(subscription.new_events)
    while (step := next_step(draft)) and step[1] != Action.RENEW:
        take(draft, *step, today=step[0])
    if not step:
        return ""
    why = why_billed_until(draft, history.followed_by(draft.new_events[known:]))
    return f"{why} {_next_rhythm(subscription)}".strip()


def _next_rhythm(subscription: Subscription) -> str:
    """How often it is billed by another plan that is to come, where that makes the bills after it come on other days."""
    change = Terms.of(subscription).plan_change
    if change is None or change.on is None or subscription.keeps_rhythm:
        return ""
    text = _("On %(day)s the plan changes to %(plan)s; from then on it is billed %(every)s.")
    values = {"day": day(change.on), "plan": change.plan}
    return text % (values | {"every": every(subscription.next_interval, subscription.next_interval_count or 1)})


def _trial(subscription: Subscription) -> str:
    days = (subscription.period_end - subscription.period_start).days
    text = ngettext(
        "The trial runs for %(count)d day from %(start)s, so it ends on %(end)s.",
        "The trial runs for %(count)d days from %(start)s, so it ends on %(end)s.",
        days,
    )
    return text % {"count": days, "start": day(subscription.period_start), "end": day(subscription.period_end)}


def _part(subscription: Subscription, history: History) -> str:
    start, end = periods.period_around(*subscription.rhythm, subscription.period_end)
    values = {"start": day(start), "end": day(end), "until": day(subscription.period_end)}
    if subscription.period_end in (subscription.cancels_on, subscription.canceled_on):
        return _("The period from %(start)s until %(end)s is billed only up to the end, on %(until)s.") % values
    if given_back := _given_back(subscription, history):
        rest = _("Then the rest of the period from %(start)s until %(end)s is billed.") % values
        return f"{given_back} {rest}"
    text = _(
        "Of the period from %(start)s until %(end)s only the days before %(until)s are billed, because it was to end "
        "then; the rest is billed on that day."
    )
    return text % values


def _boundary(subscription: Subscription, history: History) -> str:
    """Where a full period begins: by the rhythm, and by what moved it. On the anchor itself the move says it all."""
    anchor, billed_until = subscription.anchor_on, subscription.period_end
    if periods.period_around(*subscription.rhythm, billed_until)[0] != billed_until:
        return ""
    moved = _given_back(subscription, history) or _anchor(anchor, history)
    if billed_until == anchor and (moved or subscription.status == Status.CANCELED):
        return moved
    return f"{_rhythm(subscription)} {moved}".strip()


def _rhythm(subscription: Subscription) -> str:
    anchor, interval, count = subscription.rhythm
    values = {"every": every(interval, count), "anchor": day(anchor)}
    if interval in (Interval.MONTH, Interval.YEAR) and subscription.period_end.day != anchor.day:
        return _("Billed %(every)s from %(anchor)s; where the month is shorter, on its last day.") % values
    return _("Billed %(every)s from %(anchor)s.") % values


def _anchor(anchor: date, history: History) -> str:
    """What made billing count from the anchor, where it was not the start."""
    if history.on(anchor, EventKind.TRIAL_CONVERTED):
        return _("Billing counts from the end of the trial, %(anchor)s.") % {"anchor": day(anchor)}
    event = history.that_set("anchor_on", anchor)
    if event is None:
        return ""
    if event.kind == EventKind.PLAN_CHANGED:
        return _("Billing counts from %(anchor)s, when the plan changed to another rhythm.") % {"anchor": day(anchor)}
    return _after_pause(event, anchor)


def _given_back(subscription: Subscription, history: History) -> str:
    """What a resume moved billing by within a period that is billed only in part, so that the anchor stayed."""
    event = history.that_set("period_end", subscription.period_end)
    kept_rhythm = event and not event.new("anchor_on") and not event.new("period_start")
    return _after_pause(event, subscription.period_end) if event and kept_rhythm else ""


def _after_pause(resumed: SubscriptionEvent, moved_to: date) -> str:
    """What a resume moved billing by: unused days, or to its own day where none were left when the pause began."""
    paused_on, billed_until = resumed.before("paused_on"), resumed.before("period_end")
    if paused_on is None or billed_until is None:
        return ""
    values = {"paused": day(paused_on), "resumed": day(resumed.effective_on)}
    if paused_on >= billed_until:
        text = _(
            "The billed days were over when the pause began, on %(paused)s, so a new period begins when it ends, on "
            "%(resumed)s."
        )
        return text % values
    unused = (moved_to - billed_until).days
    text = ngettext(
        "%(count)d unused day of the pause from %(paused)s to %(resumed)s is given back, so billing moves from %(was)s to "
        "%(now)s.",
        "%(count)d unused days of the pause from %(paused)s to %(resumed)s are given back, so billing moves from %(was)s to "
        "%(now)s.",
        unused,
    )
    return text % (values | {"count": unused, "was": day(billed_until), "now": day(moved_to)})


def _gap(subscription: Subscription, history: History) -> str:
    """Of a period that is only the days from the end of a pause up to the billing day, which stayed."""
    resumed_on = subscription.period_start
    boundary, following = periods.period_around(*subscription.rhythm, resumed_on)
    moved = history.that_set("anchor_on", subscription.anchor_on)
    moved_since = moved and moved.effective_on > resumed_on
    if boundary == resumed_on or moved_since or not history.on(resumed_on, EventKind.RESUMED):
        return ""
    text = _(
        "The pause ends on %(resumed)s and the billing day stays, so the days from then until %(until)s are billed by "
        "themselves."
    )
    return text % {"resumed": day(resumed_on), "until": day(following)}
