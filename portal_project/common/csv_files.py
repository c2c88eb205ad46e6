"""CSV as spreadsheets, banks and other systems write it: from the bytes of a file to its lines by column.

A line that cannot be read says why, and the lines after it are read nevertheless.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from typing import Self

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal_project.common.parsing import quoted

DELIMITERS = ",;\t"
BLANK = ' \t\r\n"' + DELIMITERS
# A spreadsheet's own line that says what separates the cells.
SEPARATOR = re.compile(r'"?sep=(.)"?[,;\s]*', re.IGNORECASE)
LARGEST = 10 * 1024 * 1024
MOST_LINES = 100_000
# What a workbook and every other zip archive begins with.
ZIP = b"PK\x03\x04"

CONTENT_TYPE = "text/csv; charset=utf-8"
# What a spreadsheet takes for the beginning of a formula, some also in full width.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")


class FileError(Exception):
    """The file as a whole cannot be read; the message is for the person who chose it."""


@dataclass(frozen=True)
class Columns:
    """The names to look for, in lower case. Any other column is refused, or passed over where `others` is on."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    others: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return self.required + self.optional


@dataclass(frozen=True)
class Line:
    """The line on which it begins, counted from 1, and its cells by column; or the problem that kept it from being read."""

    number: int
    cells: dict[str, str] = field(default_factory=dict)
    problem: str = ""


def read(content: bytes, columns: Columns) -> list[Line]:
    """All lines below the header that are not blank, in order. Raises `FileError`.

    UTF-8, UTF-16 or Windows-1252; any line ends; comma, semicolon or tab between the cells.
    """
    if len(content) > LARGEST:
        raise FileError(_("The file is larger than %(most)d MB. Send it in parts.") % {"most": LARGEST // 1024**2})
    source = _Source(_text(content))
    rows = _rows(source, source.find_header(columns))
    names = _names(next(rows, (0, [], "")), columns)
    lines = []
    for row in rows:
        lines.append(_line(row, names, columns))
        if len(lines) > MOST_LINES:
            raise FileError(_("The file has more than %(most)d lines. Send it in parts.") % {"most": MOST_LINES})
    if not lines:
        raise FileError(_("The file has a header, but no lines below it."))
    return lines


def written(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A whole CSV that spreadsheets open as it is."""
    return header(names) + lines(rows)


def header(names: Sequence[str]) -> str:
    """What such a file begins with."""
    return "\ufeff" + lines([names])


def lines(rows: Iterable[Sequence[object]]) -> str:
    """Lines of such a file, in which no text of somebody else's becomes a formula, and days, instants, amounts and numbers are
    what a spreadsheet takes for such, in whichever language it is.
    """
    file = io.StringIO(newline="")
    csv.writer(file).writerows([_cell(each) for each in row] for row in rows)
    return file.getvalue()


def download(name: str, names: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponseBase:
    """A file to be saved under this name, written while it is sent, for as many rows as there are."""
    return response(name, chain([header(names)], (lines([row]) for row in rows)))


def response(name: str, content: str | Iterator[str]) -> HttpResponseBase:
    """The file as a download; handed over while it is made, where it comes in pieces."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    kind = HttpResponse if isinstance(content, str) else StreamingHttpResponse
    return kind(content, content_type=CONTENT_TYPE, headers=headers)


def _cell(value: object) -> object:
    """Days as 2026-04-05, instants as 2026-04-05 14:30:00 in the installation's time zone, amounts as 1234.50."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int():
            return value
        case Decimal():
            return f"{value:f}"
        case datetime():
            return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
        case date():
            return value.isoformat()
    return _harmless(str(value))


def _harmless(cell: str) -> str:
    return "'" + cell if cell.startswith(FORMULA) else cell


def _text(content: bytes) -> str:
    if content.startswith(ZIP):
        raise FileError(_("The file is a workbook or an archive; save it as “CSV UTF-8”."))
    try:
        text = content.decode(_encoding(content)).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise FileError(_("The file is not text; save it as “CSV UTF-8”.")) from error
    if not text.strip(BLANK):
        raise FileError(_("The file is empty."))
    return text


def _encoding(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Without a mark the header shows it: each of its letters has a NUL beside it.
    even, odd = content[:8:2], content[1:8:2]
    if odd and not odd.strip(b"\0") and b"\0" not in even:
        return "utf-16-le"
    if odd and not even.strip(b"\0") and b"\0" not in odd:
        return "utf-16-be"
    return _eight_bits(content)


def _eight_bits(content: bytes) -> str:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        # Nobody writes UTF-8 by chance: where some of its letters are right, the others are damaged.
        if not content.decode(errors="ignore").isascii():
            line = len(re.findall(rb"\r\n?|\n", content[: error.start])) + 1
            message = _("The file is in UTF-8, but not on line %(line)d; save it as “CSV UTF-8”.")
            raise FileError(message % {"line": line}) from error
        return "windows-1252"
    return "utf-8"


class _Source:
    """The lines of a text one after the other, as they are printed; `next` says which one comes, counted from 0."""

    def __init__(self, text: str) -> None:
        # Not `splitlines`, which also splits where no line of a file ends.
        self.lines = list(io.StringIO(text, newline=""))
        self.next = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        if self.next == len(self.lines):
            raise StopIteration
        self.next += 1
        return self.lines[self.next - 1]

    def find_header(self, columns: Columns) -> str:
        """Lead to the header and return what separates its names. A line that only says so is passed over."""
        while not self.lines[self.next].strip(BLANK):
            self.next += 1
        line = self.lines[self.next]
        named = SEPARATOR.fullmatch(line)
        if not named:
            return max(DELIMITERS, key=lambda delimiter: _fit(line, delimiter, columns))
        if named[1] not in DELIMITERS:
            message = _("The file says that %(cell)s separates its cells; only comma, semicolon and tab can.")
            raise FileError(message % {"cell": quoted(named[1])})
        self.next += 1
        return named[1]


def _fit(header: str, delimiter: str, columns: Columns) -> tuple[int, int]:
    """How many of the names appear in the header when it is split so, and how often it is split."""
    names = header.lower().split(delimiter)
    return len({name.strip(BLANK) for name in names} & set(columns.names)), len(names)


Row = tuple[int, list[str], str]


def _rows(source: _Source, delimiter: str) -> Iterator[Row]:
    """Each row that is not blank: the line it begins on, its cells, and the problem where it cannot be read.

    A broken row costs one line: reading goes on with the next, although a quotation seemed to run over many.
    """
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    while source.next < len(source.lines):
        first = source.next
        try:
            cells = next(reader)
        except csv.Error:
            yield first + 1, [], _broken(source.next - first)
            source.next = first + 1
        else:
            if any(map(str.strip, cells)):
                yield first + 1, cells, ""


def _broken(lines_read: int) -> str:
    limit = csv.field_size_limit()
    if lines_read == 1:
        message = _("a quotation mark is missing or out of place, or a cell has more than %(limit)d characters")
        return message % {"limit": limit}
    return _("a quotation mark is missing or out of place")


def _names(header: Row, columns: Columns) -> list[str]:
    """The names in the header, in lower case; an empty one for a column without. Raises `FileError` for what is wrong."""
    _number, cells, problem = header
    if problem:
        raise FileError(_("The names of the columns cannot be read: %(problem)s.") % {"problem": problem})
    names = [cell.strip().lower() for cell in cells]
    if not set(names) & set(columns.names):
        expected = ", ".join(columns.names)
        raise FileError(_("The first line is not a header; it should name these columns: %s.") % expected)
    unknown = [] if columns.others else [name for name in names if name and name not in columns.names]
    doubled = [name for name in dict.fromkeys(names) if name and names.count(name) > 1]
    missing = [name for name in columns.required if name not in names]
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


def _line(row: Row, names: Sequence[str], columns: Columns) -> Line:
    number, cells, problem = row
    problem = problem or _problem(cells, names)
    if problem:
        return Line(number, problem=problem)
    return Line(number, {name: cell for name, cell in zip(names, cells, strict=False) if name in columns.names})


def _problem(cells: Sequence[str], names: Sequence[str]) -> str:
    beyond = cells[len(names) :]
    if len(cells) < len(names) or any(map(str.strip, beyond)):
        found = ngettext("%(count)d cell", "%(count)d cells", len(cells)) % {"count": len(cells)}
        message = _("%(found)s; expected %(expected)d, as many as the header names")
        return message % {"found": found, "expected": len(names)}
    for column, (name, cell) in enumerate(zip(names, cells, strict=False), start=1):
        if "\0" in cell:
            return _("column %(column)d has a character that no text can have (NUL)") % {"column": column}
        if not name and cell.strip():
            return _("column %(column)d has no name, but holds %(cell)s") % {"column": column, "cell": quoted(cell)}
    return ""
