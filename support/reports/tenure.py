"""How long a subscription had run, in days from its start."""

from itertools import pairwise
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Case, Func, IntegerField, Value, When
from django.db.models.lookups import GreaterThanOrEqual, LessThan, Lookup
from django.db.models.sql.compiler import SQLCompiler
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


class Days(Func):
    """From the second of two dates to the first, as a whole number, which is quicker to compare and to sort than a duration."""

    template = "(%(expressions)s)"
    arg_joiner = " - "
    output_field = IntegerField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> tuple[str, Any]:
        apart = {"template": "(julianday(%(expressions)s))", "arg_joiner": ") - julianday("}
        return self.as_sql(compiler, connection, **apart, **context)


def tenure(since: str, until: str) -> Case:
    """The code in `LABELS`, as a number, of the days between two columns."""
    whens = [When(_shorter(since, until, following), then=Value(int(code))) for code, following in pairwise(CODES)]
    return Case(*whens, default=Value(int(CODES[-1])), output_field=IntegerField())


def conditions(code: str, since: str, until: str) -> list[Lookup]:
    """For `filter`: that the days between two columns are of that code."""
    following = CODES[CODES.index(code) + 1 :]
    longer = GreaterThanOrEqual(Days(until, since), int(code))
    return [longer, *(_shorter(since, until, code) for code in following[:1])]


def _shorter(since: str, until: str, code: str) -> LessThan:
    return LessThan(Days(until, since), int(code))
