import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localdate
from tqdm import tqdm

from subscriptions import due
from support import follow_up


class Command(BaseCommand):
    help = "Apply everything that is due: ends, resumes, pauses, trials and renewals. Safe to run twice, late, or in parallel."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", type=int, help="How many subscriptions are locked and written at once.")

    def handle(self, *, batch: int | None, **options: Any) -> None:
        if batch is not None and batch < 1:
            raise CommandError("--batch should be 1 or more.")
        today = localdate()
        with tqdm(total=due.count(today), unit=" rows", disable=not sys.stderr.isatty()) as bar:
            summary = due.apply(today, batch=batch, on_progress=lambda rows: bar.update(rows))
        follow_up.run()
        self.stdout.write(str(summary))
        if summary.failed:
            raise CommandError(f"{summary.failed} failed; the log names them, and the next run tries them again.")
