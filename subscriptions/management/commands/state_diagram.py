from typing import Any

from django.core.management.base import BaseCommand

from subscriptions.rules.diagram import as_mermaid


class Command(BaseCommand):
    help = "Print the state diagram of a subscription, made from the table, as Mermaid for the README."

    def handle(self, **options: Any) -> None:
        self.stdout.write(as_mermaid())
