"""`python -m tests.benchmarks.languages`: what a page costs in another language, as a ratio to English.

On a database of its own on the PostgreSQL of DATABASE_URL, in this process, in rounds in which the languages take turns. The
median of the rounds counts. Nothing of this runs with the tests.
"""

import os
from argparse import ArgumentParser
from datetime import timedelta
from statistics import median
from time import perf_counter

from tests import environment  # noqa: F401  the settings read what it sets
from tests.benchmarks.database import own_database

ENGLISH = "en"


def main() -> None:
    parser = ArgumentParser(prog="python -m tests.benchmarks.languages", description="Measure pages in each language.")
    parser.add_argument("--rounds", type=int, default=300)
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal_project.settings"
    with own_database("languages"):
        import django
        from django.db import connections

        django.setup()
        _measure(options.rounds)
        connections.close_all()


def _measure(rounds: int) -> None:
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client
    from django.utils.timezone import localdate

    from tests.factories import UserFactory, started

    call_command("migrate", verbosity=0)
    customer = UserFactory()
    subscription = started(customer, localdate() - timedelta(days=40))
    client = Client()
    client.force_login(customer, backend="django.contrib.auth.backends.ModelBackend")
    languages = [code for code, _name in settings.LANGUAGES]
    pages = {"home": "/", "subscription": subscription.get_absolute_url(), "pause": "", "cancel": ""}
    for act in ("pause", "cancel"):
        pages[act] = f"/subscriptions/{subscription.number}/{act}/"
    for name, address in pages.items():
        taken: dict[str, list[float]] = {code: [] for code in languages}
        for _round in range(rounds):
            for code in languages:
                began = perf_counter()
                client.get(address, headers={"Accept-Language": code})
                taken[code].append(perf_counter() - began)
        english = median(taken[ENGLISH])
        ratios = "  ".join(f"{code} {median(taken[code]) / english:.3f}" for code in languages)
        print(f"{name:14}{1000 * english:>7.1f} ms in English  {ratios}", flush=True)


if __name__ == "__main__":
    main()
