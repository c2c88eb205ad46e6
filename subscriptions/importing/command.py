"""A management command that imports a file: it checks all of it, says every problem, and only then writes."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from tqdm import tqdm

from portal_project.common.csv_files import FileError
from subscriptions.importing.writing import Stopped


class ImportCommand(BaseCommand):
    """Subclasses name the three steps: `read` a path, `check` its rows, `write` what was checked."""

    read: ClassVar[Callable[..., Any]]
    check: ClassVar[Callable[..., Any]]
    write: ClassVar[Callable[..., Any]]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="The CSV file; docs/import.md describes its columns.")

    def handle(self, *, file: Path, **options: Any) -> None:
        today, kind = localdate(), type(self)
        try:
            rows = kind.read(file)
        except FileError as error:
            raise CommandError(str(error)) from error
        with _bar(_("Checking"), len(rows)) as bar:
            checked = kind.check(rows, today=today, on_progress=bar.update)
        if checked.problems:
            for problem in checked.problems:
                self.stderr.write(str(problem))
            raise CommandError(checked.verdict)
        try:
            with _bar(_("Writing"), len(checked.rows)) as bar:
                summary = kind.write(checked, today=today, on_progress=bar.update)
        except Stopped as stopped:
            raise _command_error(stopped) from stopped
        self.stdout.write(str(summary))


def _command_error(stopped: Stopped) -> CommandError:
    """Says what is written, and that the rest comes with the same file."""
    written = _("Nothing was written")
    if stopped.last_line:
        written = _("Everything up to line %(line)d is written") % {"line": stopped.last_line}
    message = _("%(reason)s %(written)s. Import the same file again: it goes on where this stopped.")
    status = 130 if isinstance(stopped.__cause__, KeyboardInterrupt) else 1
    return CommandError(message % {"reason": _reason(stopped.__cause__), "written": written}, returncode=status)


def _reason(error: BaseException | None) -> str:
    match error:
        case KeyboardInterrupt():
            return _("Stopped by you.")
        case IntegrityError():
            return _("Another import ran at the same time.")
    return _("Stopped by an error (%(kind)s: %(error)s).") % {"kind": type(error).__name__, "error": error}


def _bar(title: str, rows: int) -> "tqdm[NoReturn]":
    return tqdm(desc=title, total=rows, unit=_(" rows"), disable=not sys.stderr.isatty())
