import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from tqdm import tqdm

from subscriptions import importing


class Command(BaseCommand):
    help = "Import products, plans, customers and subscriptions from a CSV file: all of it, or nothing. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="The CSV file; docs/import.md describes its columns.")

    def handle(self, *, file: Path, **options: Any) -> None:
        today = localdate()
        try:
            table = importing.read(file)
        except importing.FileError as error:
            raise CommandError(str(error)) from error
        with _bar(_("Checking"), len(table.lines)) as bar:
            checked = importing.check(table, today=today, on_progress=bar.update)
        if checked.problems:
            for problem in checked.problems:
                self.stderr.write(str(problem))
            raise CommandError(checked.verdict)
        try:
            with _bar(_("Writing"), len(checked.rows)) as bar:
                summary = importing.write(checked, today=today, on_progress=bar.update)
        except IntegrityError as error:
            raise CommandError(_("Another import ran at the same time. Nothing was written; run it again.")) from error
        self.stdout.write(str(summary))


def _bar(title: str, rows: int) -> "tqdm[NoReturn]":
    return tqdm(desc=title, total=rows, unit=_(" rows"), disable=not sys.stderr.isatty())
