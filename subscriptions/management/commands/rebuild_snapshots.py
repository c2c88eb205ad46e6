from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from subscriptions.reports import snapshots

NAMED = 10


class Command(BaseCommand):
    help = "Make the daily snapshots anew, from the history of all subscriptions. Safe to run at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="Say which days differ from the history; write nothing."
        )

    def handle(self, *, check: bool, **options: Any) -> None:
        today, now = timezone.localdate(), timezone.now()
        if not check:
            self.stdout.write(f"days={snapshots.rebuild(today, now)}")
        elif days := snapshots.differences(today, now):
            named = ", ".join(map(str, days[:NAMED])) + (" …" if len(days) > NAMED else "")
            raise CommandError(
                f"{len(days)} days differ from the history: {named}. Without --check they are made anew."
            )
        else:
            self.stdout.write("Every day is as the history tells it.")
