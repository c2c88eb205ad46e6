from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from portal_project.common.facts import Fact, sentences, told
from subscriptions.models import Subscription
from subscriptions.preview.reasons.history import History
from subscriptions.rules import periods
from subscriptions.rules.dates_in_words import day
from subscriptions.rules.states import Status

sentences(
    ends_with_trial=gettext_lazy("The trial ends on %(end)s, so the subscription ends with it and is never billed."),
    notice=ngettext_lazy(
        "%(count)d day’s notice from %(asked)s ends on %(notice_end)s",
        "%(count)d days’ notice from %(asked)s ends on %(notice_end)s",
        "count",
    ),
    ends_with_billed_days=gettext_lazy("%(notice)s; you are billed until %(until)s, so it ends then."),
    ends_with_notice=gettext_lazy("%(notice)s, after the billed days (until %(until)s), so it ends then."),
    no_notice_ends_at_once=gettext_lazy("There is no notice period and no billed day is left, so it ends at once."),
    no_notice_ends_with_period=gettext_lazy(
        "There is no notice period. The period that is partly billed runs until %(until)s, so it ends then."
    ),
    no_notice_ends_with_billed_days=gettext_lazy(
        "There is no notice period, so it ends when the billed days are over, on %(until)s."
    ),
)


def why_it_ends(subscription: Subscription, asked_on: date, notice_days: int, ends_on: date) -> Fact:
    """Why a cancellation asked for on that day ends on `ends_on`; the subscription as it was before the request."""
    if subscription.status == Status.TRIALING:
        return told("ends_with_trial", end=ends_on)
    billed_until = subscription.billed_through
    if notice_days == 0:
        return _no_notice(subscription, asked_on, billed_until)
    notice = told("notice", count=notice_days, asked=asked_on, notice_end=periods.notice_end(asked_on, notice_days))
    code = "ends_with_billed_days" if ends_on == billed_until else "ends_with_notice"
    return told(code, notice=notice, until=billed_until)


def _no_notice(subscription: Subscription, asked_on: date, billed_until: date) -> Fact:
    if billed_until <= asked_on:
        return told("no_notice_ends_at_once")
    if billed_until != subscription.period_end:
        return told("no_notice_ends_with_period", until=billed_until)
    return told("no_notice_ends_with_billed_days", until=billed_until)


def why_end(subscription: Subscription, history: History) -> str:
    """Why it ends or ended on its day, as far as its own changes tell; a request knows the notice, and tells more."""
    if subscription.cancels_on:
        return _asked_for(subscription.cancels_on, history)
    if subscription.canceled_on is None:
        return ""
    event = history.that_set("canceled_on", subscription.canceled_on)
    if event is None:
        return _brought_over(history)
    planned = event.before("cancels_on")
    if planned == subscription.canceled_on:
        return _asked_for(planned, history)
    if planned:
        return history.told(event, _("Ended at once by %(who)s; it was to end on %(planned)s."), planned=day(planned))
    return history.told(event, _("Ended at once by %(who)s."))


def _asked_for(ends_on: date, history: History) -> str:
    event = history.that_set("cancels_on", ends_on)
    if event is None:
        return _brought_over(history)
    return _("The cancellation was requested on %(asked)s.") % {"asked": day(event.effective_on)}


def _brought_over(history: History) -> str:
    return _("It was brought over with this end.") if history.is_brought_over else ""
