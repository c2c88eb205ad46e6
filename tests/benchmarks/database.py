"""A database of its own for a benchmark, on the server of DATABASE_URL, dropped afterwards."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

NAME = "portal_benchmark"
SERVER = os.environ.get("DATABASE_URL") or "postgres://postgres@127.0.0.1:5432/postgres"


@contextmanager
def own_database() -> Iterator[None]:
    """Make it and point the settings there; call this before `django.setup`."""
    _recreate()
    os.environ["DATABASE_URL"] = urlsplit(SERVER)._replace(path=f"/{NAME}").geturl()
    try:
        yield
    finally:
        _on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)")


def _recreate() -> None:
    _on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    _on_server("CREATE DATABASE {}")


def _on_server(statement: str) -> None:
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(NAME)))
