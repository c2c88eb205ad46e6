"""How long a subscription had run, in days from its start."""

from datetime import timedelta
from itertools import pairwise

from django.db.models import Case, CharField, DurationField, ExpressionWrapper, F, Value, When
from django.db.models.lookups import GreaterThanOrEqual, LessThan, Lookup
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# By the day on which each begins; a year has 365 days here.
LABELS: dict[str, str | Promise] = {
    "0": _("Less than 30 days"),
    "30": _("30 to 89 days"),
    "90": _("90 days to a year"),
    "365": _("One to two years"),
    "730": _("Two years and longer"),
}
CODES = [*LABELS]


def tenure(since: str, until: str) -> Case:
    """The code in `LABELS` of the days between two columns."""
    whens = [When(_shorter(since, until, following), then=Value(code)) for code, following in pairwise(CODES)]
    return Case(*whens, default=Value(CODES[-1]), output_field=CharField())


def conditions(code: str, since: str, until: str) -> list[Lookup]:
    """For `filter`: that the days between two columns are of that code."""
    following = CODES[CODES.index(code) + 1 :]
    longer = GreaterThanOrEqual(_days(since, until), timedelta(days=int(code)))
    return [longer, *(_shorter(since, until, code) for code in following[:1])]


def _shorter(since: str, until: str, code: str) -> LessThan:
    return LessThan(_days(since, until), timedelta(days=int(code)))


def _days(since: str, until: str) -> ExpressionWrapper:
    return ExpressionWrapper(F(until) - F(since), output_field=DurationField())
