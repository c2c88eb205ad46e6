import gc
import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.timezone import localdate
from tqdm import tqdm

from subscriptions.lifecycle import due, reminders
from subscriptions.models import JobRun
from subscriptions.reports import snapshots
from support.jobs import follow_up
from support.mails import digest


class Command(BaseCommand):
    help = "Apply everything that is due: ends, resumes, pauses, trials and renewals. Safe to run twice, late, or in parallel."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", metavar="DATE", help="The day up to which, such as 2026-04-20. Without it: today.")
        parser.add_argument("--batch", type=int, help="How many subscriptions are locked and written at once.")
        parser.add_argument(
            "--workers", type=int, help="Does nothing any more: commands that run at the same time share the work."
        )
        parser.add_argument("--dry-run", action="store_true", help="Say what would be done, and write nothing.")

    def handle(self, *, on: str | None, batch: int | None, workers: int | None, dry_run: bool, **options: Any) -> None:
        if batch is not None and batch < 1:
            raise CommandError("--batch should be 1 or more.")
        if workers is not None:
            self.stderr.write(
                "--workers does nothing any more: start the command several times, and they share the work."
            )
        # What is loaded by now lasts as long as the run: the collector need not walk through it for every batch.
        gc.freeze()
        today = _checked_day(on, dry_run)
        try:
            summary = self._apply(today, batch, dry_run)
        except KeyboardInterrupt:
            raise CommandError(
                "Stopped. What was done stays done; the next run does the rest.", returncode=130
            ) from None
        self.stdout.write(str(summary) + (" dry_run=yes" if dry_run else ""))
        if summary.failed:
            raise CommandError(f"{summary.failed} failed; the log names them, and the next run tries them again.")

    def _apply(self, today: date, batch: int | None, dry_run: bool) -> due.Summary:
        is_noted = not dry_run and today == localdate()
        if is_noted:
            JobRun.record_start()
        is_watched = sys.stderr.isatty()
        with tqdm(total=due.count(today) if is_watched else None, unit=" rows", disable=not is_watched) as bar:
            summary = due.apply(today, batch=batch, dry_run=dry_run, on_progress=bar.update)
        if not dry_run:
            follow_up.run(today)
            if today == localdate():
                reminders.add(today)
                digest.add(today)
                snapshots.take(today, timezone.now())
        if is_noted:
            JobRun.record_end(str(summary), summary.failed)
        return summary


def _checked_day(text: str | None, dry_run: bool) -> date:
    day, today = _day(text), localdate()
    if day > today and not (dry_run or settings.DEBUG):
        raise CommandError(f"--on {day} lies after today, {today}: only --dry-run looks ahead, or DEBUG allows it.")
    return day


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text) if text else localdate()
    except ValueError:
        raise CommandError(f"--on {text}: give a day as year-month-day, such as 2026-04-20.") from None
