from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import to_locale

from portal_project import catalogs


class Command(BaseCommand):
    help = "Bring the catalogs of all languages up to the texts in the code, and begin one for a new language."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("new", nargs="*", metavar="LANGUAGE", help="A language to begin with, such as fr or pt-br.")

    def handle(self, *, new: list[str], **options: Any) -> None:
        begun = [catalogs.path_of(to_locale(code)) for code in new]
        for path in sorted({*catalogs.paths(), *begun}):
            catalog = catalogs.update(path)
            to_do = sum(not catalogs.is_translated(each) for each in catalog if each.id)
            self.stdout.write(f"{path.relative_to(catalogs.ROOT)}: {len(catalog)} texts, {to_do} to translate")
