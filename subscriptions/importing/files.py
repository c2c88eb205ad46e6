"""From a file to its rows of text."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from subscriptions.importing.problems import CellProblem, FileError
from subscriptions.importing.row_form import COLUMNS, OPTIONAL

DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Line:
    """One row of the file: the line it begins on, and its cells by column."""

    number: int
    cells: dict[str, str]

    @property
    def external_id(self) -> str:
        return self.cells["external_id"].strip()


@dataclass
class Table:
    """The rows of a file, and the problems of those that could not be read."""

    lines: list[Line] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)

    @property
    def row_count(self) -> int:
        return len(self.lines) + len(self.problems)


def read(path: Path) -> Table:
    """The rows of a CSV file in UTF-8, separated by comma, semicolon or tab. Raises `FileError`."""
    text = _text(path)
    table = Table()
    columns: list[str] = []
    for number, cells in _rows(text, table):
        if not columns:
            columns = _columns(cells)
        elif len(cells) == len(columns):
            table.lines.append(Line(number, dict(zip(columns, cells, strict=True))))
        else:
            table.problems.append(CellProblem(number, "", _wrong_count(len(cells), len(columns))))
    if not table.row_count:
        raise FileError(_("%(file)s has a header, but no rows below it.") % {"file": path})
    return table


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileError(_("%(file)s cannot be read: %(reason)s.") % {"file": path, "reason": error.strerror}) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileError(
            _("%(file)s is not in UTF-8 (line %(line)d); save it as “CSV UTF-8”.") % {"file": path, "line": line}
        ) from error
    if "\0" in text:
        raise FileError(_("%(file)s is not a text file; save it as “CSV UTF-8”.") % {"file": path})
    if not text.strip(" \r\n" + DELIMITERS):
        raise FileError(_("%(file)s is empty.") % {"file": path})
    return text


def _delimiter(text: str) -> str:
    """What separates the names in the header."""
    header = text.lstrip().splitlines()[0]
    return max(DELIMITERS, key=header.count)


def _rows(text: str, table: Table) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, with the line it begins on; a row can hold quoted line breaks."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # Where a quotation begins or ends is lost from here on, so nothing below can be read.
            message = _("a quotation mark is missing or out of place, so the rows from here on cannot be read")
            table.problems.append(CellProblem(number, "", message))
            return
        if any(cell.strip() for cell in cells):
            yield number, cells


def _columns(header: list[str]) -> list[str]:
    """The names in the header. Raises `FileError` naming those that are unknown, doubled or missing."""
    names = [name.strip().lower() for name in header]
    if not set(names) & set(COLUMNS):
        raise FileError(_("The first line is not a header; it should name these columns: %s.") % ", ".join(COLUMNS))
    unknown = [name or _("(no name)") for name in names if name not in COLUMNS]
    doubled = [name for name in COLUMNS if names.count(name) > 1]
    missing = [name for name in COLUMNS if name not in names and name not in OPTIONAL]
    problems = [
        message % {"names": ", ".join(found)}
        for message, found in (
            (_("Unknown columns: %(names)s."), unknown),
            (_("Columns there more than once: %(names)s."), doubled),
            (_("Missing columns: %(names)s."), missing),
        )
        if found
    ]
    if problems:
        raise FileError(" ".join(problems))
    return names


def _wrong_count(cells: int, expected: int) -> str:
    found = ngettext("%(count)d cell", "%(count)d cells", cells) % {"count": cells}
    return _("%(found)s; expected %(expected)d, as many as the header names") % {"found": found, "expected": expected}
