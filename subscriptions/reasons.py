"""Why a date is the date it is: one sentence made from the rule and its inputs (`design.md`, section 5)."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from subscriptions import periods
from subscriptions.models import Subscription
from subscriptions.states import Status
from subscriptions.wording import day


def why_it_ends(subscription: Subscription, asked_on: date, notice_days: int, ends_on: date) -> str:
    """Why a cancellation asked for on that day ends on `ends_on`; the subscription as it was before the request."""
    if subscription.status == Status.TRIALING:
        return _("The trial ends on %(end)s, so the subscription ends with it and is never billed.") % {
            "end": day(ends_on)
        }
    billed_until = periods.billed_through(*subscription.rhythm, subscription.period_end)
    if notice_days == 0:
        return _no_notice(subscription, asked_on, billed_until)
    notice = ngettext(
        "%(count)d day’s notice from %(asked)s ends on %(notice_end)s",
        "%(count)d days’ notice from %(asked)s ends on %(notice_end)s",
        notice_days,
    ) % {
        "count": notice_days,
        "asked": day(asked_on),
        "notice_end": day(periods.notice_end(asked_on, notice_days)),
    }
    if ends_on == billed_until:
        return _("%(notice)s; you are billed until %(until)s, so it ends then.") % {
            "notice": notice,
            "until": day(billed_until),
        }
    return _("%(notice)s, after the billed days (until %(until)s), so it ends then.") % {
        "notice": notice,
        "until": day(billed_until),
    }


def _no_notice(subscription: Subscription, asked_on: date, billed_until: date) -> str:
    if billed_until <= asked_on:
        return _("There is no notice period and no billed day is left, so it ends at once.")
    if billed_until != subscription.period_end:
        return _(
            "There is no notice period. The period that is partly billed runs until %(until)s, so it ends then."
        ) % {"until": day(billed_until)}
    return _("There is no notice period, so it ends when the billed days are over, on %(until)s.") % {
        "until": day(billed_until)
    }
