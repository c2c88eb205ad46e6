"""An application whose answers say how many statements each of them took; never the one whose time is taken."""

import os
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

HEADER = "X-Statements"


def application(module: str) -> Callable[..., Iterable[bytes]]:
    """The WSGI application of that module, counting; with PRINT_STATEMENTS in the environment it also prints them."""
    counted = import_module(module).application
    from django.db import connection

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        statements: list[str] = []

        def count(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
            statements.append(sql)
            return execute(sql, *arguments)

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            if "PRINT_STATEMENTS" in os.environ:
                lines = (f"  {number:>3} {sql}" for number, sql in enumerate(statements, 1))
                print(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}", *lines, sep="\n", file=sys.stderr)
            return start_response(status, [*headers, (HEADER, str(len(statements)))], *rest)

        with connection.execute_wrapper(count):
            return counted(environ, start)

    return answer
