import os
import re
import sys
from argparse import ArgumentParser, ArgumentTypeError
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.test.utils import override_settings
from django.utils import timezone
from tqdm import tqdm

from portal_project.demo import people, sample, scale, serving
from portal_project.demo.scale_kinds import NoPlans

# What can be generated besides the sample data, and what the help says of it.
ADDED = {
    "subscriptions": "Add this many generated subscriptions with their customers, invoices and history.",
    "tickets": "Add this many generated support tickets.",
    "due": "Of the generated subscriptions this many are due today; more than --subscriptions makes as many.",
}


class Command(BaseCommand):
    help = "Fill an empty portal with sample data, and run its server and its worker. What was done in it is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        port = os.environ.get("PORT") or "8000"
        parser.add_argument("--port", default=port, help="Where the server listens; or set PORT. 8000 unless said.")
        parser.add_argument("--no-serve", action="store_true", help="Only migrate and load the sample data.")
        parser.add_argument("--reset", action="store_true", help="Delete everything in the demo and start over.")
        parser.add_argument("--yes-production", action="store_true", help="Even where DEBUG is off.")
        for name, what in ADDED.items():
            parser.add_argument(f"--{name}", type=_amount, default=0, metavar="N", help=what)

    def handle(self, *, port: str, no_serve: bool, reset: bool, yes_production: bool, **options: Any) -> None:
        _check_place(reset, yes_production)
        number = _checked_port(port)
        self.address = f"http://{serving.NAME}:{number}"
        with serving.claimed(connection.settings_dict) as is_first:
            if reset and not is_first:
                raise CommandError("A demo is running on this database; stop it with Ctrl-C, and then start over.")
            if not no_serve:
                _check_free(number)
            self.fill(reset, scale.Amounts(**{name: options.get(name, 0) for name in ADDED}))
            if no_serve:
                self.say_sign_ins()
            else:
                self.serve(number, with_worker=is_first)

    def fill(self, reset: bool, amounts: scale.Amounts) -> None:
        try:
            self.prepare(reset)
            self.add(amounts)
        except KeyboardInterrupt:
            self.say("Stopped; nothing half-loaded is left behind.")
            sys.exit(130)

    def prepare(self, reset: bool) -> None:
        """Migrate, and load the sample data unless it is there."""
        self.say("Preparing the database ...")
        call_command("migrate", verbosity=0, interactive=False)
        if not sample.is_empty() and not sample.is_loaded():
            raise CommandError(
                "This portal holds other people's data, so no sample data is mixed in. Use an empty database."
            )
        if reset:
            self.say("Deleting what was in the demo ...")
            call_command("flush", verbosity=0, interactive=False)
        if not sample.is_loaded():
            self.say("Loading the sample data, some ten seconds ...")
            # The links in the sample's mails lead to this server.
            with override_settings(PORTAL_URL=self.address):
                sample.load(timezone.now())

    def add(self, amounts: scale.Amounts) -> None:
        """Generate what was asked for, with a progress bar where somebody watches."""
        if not amounts.rows:
            return
        self.say(
            f"Adding {amounts.lives:,} subscriptions, {amounts.due:,} of them due today, and {amounts.tickets:,} tickets ..."
        )
        began = perf_counter()
        try:
            with tqdm(total=amounts.rows, unit=" rows", disable=not sys.stderr.isatty()) as bar:
                scale.add(amounts, timezone.now(), bar.update)
        except NoPlans:
            raise CommandError("No active plan of an active product is left to make subscriptions of.") from None
        seconds = perf_counter() - began
        self.say(f"Added in {seconds:,.1f} seconds, {amounts.rows / seconds:,.0f} a second.")

    def serve(self, port: int, *, with_worker: bool) -> None:
        if with_worker:
            self.say("Starting the server and the worker ...")
        else:
            self.say("Another demo has this database and works for it, so only a server is started ...")
        programs = serving.commands(port, with_worker=with_worker)
        ended = serving.run(programs, serving.environment(self.address), lambda: serving.answers(port), self.say_ready)
        if ended:
            raise CommandError(f"The {ended} has ended by itself, so everything was stopped.")
        self.say("\nStopped.")

    def say_ready(self) -> None:
        self.say(f"\n  Portal  {self.address}/\n  Admin   {self.address}/admin/")
        if settings.DEBUG:
            self.say(f"  Mails   {self.address}/demo/mails/")
        self.say_sign_ins()
        self.say("\nCtrl-C stops it. What you do is kept; `make demo RESET=1` starts over.")

    def say_sign_ins(self) -> None:
        self.say(f"\nSign in with the password {people.PASSWORD} as")
        for email, _name, who in people.SIGN_INS:
            self.say(f"  {email:<22}{who}")

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _amount(text: str) -> int:
    if not re.fullmatch("[0-9]{1,9}", text):
        raise ArgumentTypeError(f"{text!r} should be a whole number, such as 1000.")
    return int(text)


def _check_place(reset: bool, yes_production: bool) -> None:
    if settings.DEBUG:
        return
    if reset:
        raise CommandError("--reset deletes everything, so it is refused where DEBUG is off.")
    if not yes_production:
        raise CommandError(
            "DEBUG is off, so this looks like a real portal; the demo's accounts have a password that everybody knows. "
            "Use `make demo`, or set DEBUG=True, or add --yes-production."
        )


def _checked_port(port: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        raise CommandError(f"The port is {port!r}; it should be a number from 1 to 65535.")
    return int(port)


def _check_free(port: int) -> None:
    if obstacle := serving.obstacle(port):
        other = port + 1 if 1024 <= port < 65535 else 8001
        raise CommandError(f"Port {port} is {obstacle}; choose another: make demo PORT={other}")
