"""The two that are compared: the floor and the portal, each with a database of its own, filled, and served as in production."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory

import psycopg

from tests import environment  # noqa: F401  the settings read what it sets
from tests.benchmarks.database import MIGRATED, own_database
from tests.benchmarks.web.people import Visitor
from tests.benchmarks.web.servers import ROOT, WORKERS, Server, serving

# What the tests have otherwise than an installation: each process its own cache, and a connection for each page.
UNLIKE_INSTALLED = ("CACHE_URL", "DATABASE_POOL_SIZE")


@dataclass(frozen=True)
class Side:
    application: str
    environment: Mapping[str, str]
    visitors: Mapping[str, list[Visitor]]

    @contextmanager
    def served(self) -> Iterator[Server]:
        with serving(f"{self.application}:application", self.environment, WORKERS) as server:
            yield server

    @contextmanager
    def counted(self) -> Iterator[Server]:
        """The same by one worker, with the number of statements in each answer."""
        with serving(f"tests.benchmarks.web.counted:application('{self.application}')", self.environment, 1) as server:
            yield server

    def count(self, statement: str) -> int:
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            return connection.execute(statement).fetchone()[0]

    def do(self, statement: str) -> None:
        with psycopg.connect(self.environment["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def filled(acts: int, tickets: int) -> Iterator[tuple[Side, Side]]:
    """The floor and the portal, with that many rows for each act, and that many tickets."""
    with (
        own_database("benchmark_floor") as floor_url,
        own_database(template=MIGRATED) as url,
        TemporaryDirectory() as files,
    ):
        floor = _filled("floor.wsgi", "floor.settings", "floor.rows", {"DATABASE_URL": floor_url}, acts, tickets)
        ours = {"DATABASE_URL": url, "FILES_DIR": files}
        yield floor, _filled("portal_project.wsgi", "portal_project.settings", "product_rows", ours, acts, tickets)


def _filled(application: str, settings: str, rows: str, more: dict[str, str], acts: int, tickets: int) -> Side:
    here = f"{__package__}."
    application, settings = (name if name.startswith("portal") else here + name for name in (application, settings))
    its = installed(settings, **more)
    printed = python(its, here + rows, str(acts), str(tickets))
    visitors = {kind: [Visitor(*visitor) for visitor in found] for kind, found in json.loads(printed).items()}
    return Side(application, its, visitors)


def installed(settings: str, **more: str) -> dict[str, str]:
    """The environment of an installation."""
    quiet = "ignore:No directory at:UserWarning"  # as in the tests: nothing here asks for static files
    usual = {name: value for name, value in os.environ.items() if name not in UNLIKE_INSTALLED}
    return {**usual, "DJANGO_SETTINGS_MODULE": settings, "PYTHONWARNINGS": quiet, **more}


def python(its: Mapping[str, str], module: str, *arguments: str) -> str:
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=ROOT, env=its, stdout=subprocess.PIPE, check=True, text=True).stdout
