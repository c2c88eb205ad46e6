"""How days are written in sentences."""

from datetime import date, timedelta
from typing import Protocol

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal_project.common import facts
from portal_project.common.facts import Fact
from portal_project.common.locales import day, short_day

__all__ = ["day", "days", "days_fact", "short_day"]


class Covering(Protocol):
    """An invoice or a bill to come: for the days `[covers_from, covers_to)`."""

    @property
    def covers_from(self) -> date: ...

    @property
    def covers_to(self) -> date: ...


def days(covering: Covering) -> str:
    """The first and the last day that are covered, such as "22 November to 21 December 2026" or "16 to 30 April 2026"."""
    return _between(covering.covers_from, covering.covers_to)


def days_fact(covering: Covering) -> Fact:
    """The same, for whoever reads it."""
    return Fact(days=[covering.covers_from.isoformat(), covering.covers_to.isoformat()])


facts.KINDS["days"] = lambda first, to: _between(date.fromisoformat(first), date.fromisoformat(to))


def _between(first: date, to: date) -> str:
    last = to - timedelta(days=1)
    if first == last:
        return day(first)
    return _("%(first)s to %(last)s") % {"first": _first_of_two(first, last), "last": day(last)}


def _first_of_two(first: date, last: date) -> str:
    """Without what the last day says as well: the year, and within one month the month."""
    if first.year != last.year:
        return day(first)
    if first.month != last.month:
        # Translators: how a day without its year is written, in the letters of Django's date filter.
        return date_format(first, pgettext("date format", "j F"))
    # Translators: how a day without its month and year is written, in the letters of Django's date filter.
    return date_format(first, pgettext("date format", "j"))
