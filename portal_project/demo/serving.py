"""The processes of the demo: one server and one worker, which begin and end together.

A second demo on the same database brings a server alone, so that no two workers fight for one SQLite file.
"""

import fcntl
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from subprocess import DEVNULL, Popen, TimeoutExpired
from threading import Event
from typing import Any
from urllib.parse import quote

from django.conf import settings

HOST = "127.0.0.1"
NAME = "localhost"
"""How browsers reach it, because passkeys belong to a name and not to an address."""
STARTS_WITHIN = 60
ENDS_WITHIN = 10
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def claimed(database: Mapping[str, Any]) -> Iterator[bool]:
    """Whether no other demo of this user has the database; then it is ours until the end. Killed, a process lets go as well."""
    with (Path(tempfile.gettempdir()) / f"subscription-portal-demo-{os.getuid()}-{_mark(database)}").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _mark(database: Mapping[str, Any]) -> str:
    """A few letters that stand for where the database is."""
    place = f"{database.get('HOST')} {database.get('PORT')} {_place(database)}"
    return sha256(os.fsencode(place)).hexdigest()[:16]


def _place(database: Mapping[str, Any]) -> str:
    """Its name; of SQLite its file, or for one in memory, whose name says nothing, the process that alone has it."""
    name = str(database["NAME"])
    if not database["ENGINE"].endswith("sqlite3"):
        return name
    return str(os.getpid()) if "mode=memory" in name else str(Path(name).resolve())


def obstacle(port: int) -> str:
    """Why no server could listen on the port now, or nothing."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            return "for the system's administrator alone"
        except OSError:
            return "in use"
    return ""


def answers(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


def commands(port: int, *, with_worker: bool = True) -> dict[str, list[str]]:
    manage = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py")]
    server = {"server": [*manage, "runserver", "--noreload", f"{HOST}:{port}"]}
    return server | ({"worker": [*manage, "qcluster"]} if with_worker else {})


def environment(address: str) -> dict[str, str]:
    """That of the children: links lead to this server, and mail goes to files unless something else was asked for."""
    mails = {"EMAIL_URL": f"filemail://{quote(os.fsencode(settings.BASE_DIR / 'mails'))}"}
    return mails | os.environ | {"PORTAL_URL": address}


def run(
    programs: dict[str, list[str]], env: dict[str, str], is_up: Callable[[], bool], say_ready: Callable[[], None]
) -> str:
    """Run the programs until a signal asks for the end, and end them all.

    The answer is the name of the program that ended by itself and so ended the others, or nothing.
    """
    with _asked_to_end() as asked, _children(programs, env) as children:
        deadline: float | None = time.monotonic() + STARTS_WITHIN
        while not asked.wait(0.2):
            if ended := next((name for name, child in children.items() if child.poll() is not None), ""):
                return ended
            if deadline and (is_up() or time.monotonic() > deadline):
                deadline = None
                say_ready()
    return ""


@contextmanager
def _asked_to_end() -> Iterator[Event]:
    asked = Event()
    # Under nohup the end of the terminal is to be survived. Ctrl-C counts always, also where a shell has it ignored.
    heard = [number for number in SIGNALS if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, lambda *_args: asked.set()) for number in heard}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _children(programs: dict[str, list[str]], env: dict[str, str]) -> Iterator[dict[str, Popen[bytes]]]:
    """Each in a process group of its own, so that its own children can be ended with it, and Ctrl-C reaches only us."""
    children: dict[str, Popen[bytes]] = {}
    try:
        for name, arguments in programs.items():
            children[name] = Popen(arguments, env=env, stdin=DEVNULL, stdout=DEVNULL, start_new_session=True)
        yield children
    finally:
        _end(list(children.values()))


def _end(children: list[Popen[bytes]]) -> None:
    """Ask each to finish, wait a little, then end whatever is left of its group."""
    for child in children:
        child.terminate()
    deadline = time.monotonic() + ENDS_WITHIN
    for child in children:
        try:
            child.wait(max(0, deadline - time.monotonic()))
        except TimeoutExpired:
            child.kill()
            child.wait()
        _kill_group(child.pid)


def _kill_group(leader: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)
