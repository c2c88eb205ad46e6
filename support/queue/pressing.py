"""How the queue says what presses."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

SOON = 3


def days_left(day: date, today: date) -> str:
    """Such as "in 3 days", "today" or "2 days late"."""
    left = (day - today).days
    if left == 0:
        return _("today")
    if left > 0:
        return ngettext("in %(count)d day", "in %(count)d days", left) % {"count": left}
    return ngettext("%(count)d day late", "%(count)d days late", -left) % {"count": -left}


def pressing(day: date, today: date) -> str:
    """How a day to act by is marked: late, now, soon or later."""
    left = (day - today).days
    if left < 0:
        return "late"
    return "now" if left == 0 else "soon" if left <= SOON else "later"
