"""A database of its own for a benchmark, on the server of DATABASE_URL, dropped afterwards."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

SERVER = os.environ.get("DATABASE_URL") or "postgres://postgres@127.0.0.1:5432/postgres"
MIGRATED = os.environ.get("BENCHMARK_TEMPLATE", "template1")
"""A database to begin with that has the portal's tables already, as the tests have one; nobody may be connected to it."""


@contextmanager
def own_database(what: str = "benchmark", template: str = "template1") -> Iterator[str]:
    """Make it, point the settings there and give its URL; call this before `django.setup`.

    Its name is the one in DATABASE_URL with `what` after it. Raises `SystemExit` while another run has the same one.
    """
    name = f"{urlsplit(SERVER).path.strip('/')}_{what}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        if not server.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name]).fetchone()[0]:
            raise SystemExit(f"Another benchmark is using the database {name}.")
        _drop(server, name)
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (name, template))))
        url = os.environ["DATABASE_URL"] = urlsplit(SERVER)._replace(path=f"/{name}").geturl()
        try:
            yield url
        finally:
            _drop(server, name)


def _drop(server: psycopg.Connection, name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
