from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from subscriptions.models import EventKind, Subscription, SubscriptionEvent
from subscriptions.preview.reasons.history import History
from subscriptions.rules.dates_in_words import day


def why_paused(subscription: Subscription, history: History) -> str:
    """Why the pause began on its day."""
    if subscription.paused_on is None:
        return ""
    begun = history.that_set("paused_on", subscription.paused_on)
    if begun and begun.before("pauses_on"):
        planned = history.that_set("pauses_on", subscription.paused_on)
        return history.told(planned, _("Planned by %(who)s on %(day)s, for when the billed days were over."))
    return history.told(begun, _("Paused by %(who)s, with effect at once."))


def why_pauses(subscription: Subscription) -> str:
    """Why a scheduled pause begins on its day."""
    if subscription.pauses_on is None:
        return ""
    return _("The pause begins when the billed days are over, and it is billed until %(until)s.") % {
        "until": day(subscription.pauses_on)
    }


def why_resumes(subscription: Subscription, history: History) -> str:
    """Why a pause ends by itself on its day: the longest pause, a withdrawal, or somebody's choice."""
    starts_on = subscription.paused_on or subscription.pauses_on
    if subscription.resumes_on is None or starts_on is None:
        return ""
    event = history.that_set("resumes_on", subscription.resumes_on)
    if event and event.kind == EventKind.CANCELLATION_WITHDRAWN:
        return _after_withdrawal(event)
    longest = subscription.pause_max_days
    if longest and subscription.resumes_on == subscription.possible_resume_dates(starts_on)[1]:
        return ngettext(
            "The longest pause is %(count)d day, counted from %(start)s.",
            "The longest pause is %(count)d days, counted from %(start)s.",
            longest,
        ) % {"count": longest, "start": day(starts_on)}
    return history.told(event, _("Chosen by %(who)s on %(day)s."))


def _after_withdrawal(event: SubscriptionEvent) -> str:
    text = _(
        "It was to resume on %(passed)s, while its end was scheduled; the cancellation was withdrawn on %(withdrawn)s, so it "
        "resumes then."
    )
    return text % {"passed": day(event.before("resumes_on")), "withdrawn": day(event.effective_on)}
