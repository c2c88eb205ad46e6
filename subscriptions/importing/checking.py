"""All rows of a file against the rules and against what is there already; writes nothing."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, Self, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal_project.common import normalize
from portal_project.common.csv_files import Line
from subscriptions.importing.customers import Identities
from subscriptions.importing.problems import CellProblem
from subscriptions.importing.row_form import Known, RowForm
from subscriptions.importing.rows import Row
from subscriptions.models import Subscription

R = TypeVar("R")

AT_ONCE = 500


@dataclass
class Checked(Generic[R]):
    """What a file holds: rows to write, how many are there already, and every problem by line."""

    row_count: int
    rows: list[R] = field(default_factory=list)
    already_there: int = 0
    problems: list[CellProblem] = field(default_factory=list)

    @classmethod
    def of(cls, lines: list[Line]) -> Self:
        """What is known before any cell is looked at: which lines cannot be read."""
        problems = [CellProblem(line.number, "", line.problem) for line in lines if line.problem]
        return cls(len(lines), problems=problems)

    @property
    def verdict(self) -> str:
        """Such as "3 errors in 2 of 200 rows; nothing was written."."""
        count = len(self.problems)
        errors = ngettext("%(count)d error", "%(count)d errors", count) % {"count": count}
        rows = ngettext("%(count)d row", "%(count)d rows", self.row_count) % {"count": self.row_count}
        wrong = len({problem.line for problem in self.problems})
        return _("%(errors)s in %(wrong)d of %(rows)s; nothing was written.") % {
            "errors": errors,
            "wrong": wrong,
            "rows": rows,
        }


def check(
    rows: list[Line],
    *,
    today: date,
    reasons: Mapping[str, str],
    on_progress: Callable[[int], object] = lambda rows: None,
) -> Checked[Row]:
    """Look at every row. What is there already, by its ID, is left as it is, whatever the row says now.

    `reasons` are those to leave that a row may give, by what stands for each in lower case.
    """
    checked: Checked[Row] = Checked.of(rows)
    readable = [row for row in rows if not row.problem]
    first_lines: dict[str, int] = {}
    customers = Identities()
    customers.of_file(readable)
    for line in readable:
        first_lines.setdefault(_external_id(line), line.number)
    for lines in batches(readable):
        there = _already_there(lines)
        known = Known(today, first_lines, customers.there(lines), reasons)
        for line in lines:
            external_id = _external_id(line)
            if external_id in there and first_lines[external_id] == line.number:
                checked.already_there += 1
            else:
                _check(line, known, checked)
        on_progress(len(lines))
    checked.problems.sort(key=lambda problem: problem.line)
    return checked


def _check(line: Line, known: Known, checked: Checked[Row]) -> None:
    form = RowForm(line.cells, line=line.number, known=known)
    if form.is_valid():
        checked.rows.append(form.row())
    for column, messages in form.errors.items():
        checked.problems += [CellProblem(line.number, column, str(message)) for message in messages]


def batches(lines: list[Line]) -> Iterator[list[Line]]:
    for first in range(0, len(lines), AT_ONCE):
        yield lines[first : first + AT_ONCE]


def _external_id(line: Line) -> str:
    return normalize.identifier(line.cells["external_id"])


def _already_there(lines: list[Line]) -> set[str | None]:
    ids = {_external_id(line) for line in lines}
    return set(Subscription.objects.filter(external_id__in=ids).values_list("external_id", flat=True))
