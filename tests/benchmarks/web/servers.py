"""Web servers as an installation has them: gunicorn with two workers of eight threads, and the CPU time that these take."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
WORKERS = 2
STARTS_WITHIN = 60
"""Seconds."""

C = ctypes.CDLL(None, use_errno=True)


class Server:
    """Of one application, on a free port of this machine."""

    def __init__(self, application: str, environment: Mapping[str, str], workers: int = WORKERS) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self._socket.getsockname()[1]
        options = (
            f"--workers {workers} --worker-class gthread --threads 8 --worker-tmp-dir /dev/shm --no-control-socket"
        )
        number = self._socket.fileno()
        command = [sys.executable, "-m", "gunicorn", application, "--bind", f"fd://{number}", *options.split()]
        self._process = subprocess.Popen(
            [*command, "--log-level", "warning"],
            cwd=ROOT,
            env={**os.environ, **environment},
            pass_fds=[number],
        )
        self._clocks: list[int] = []
        self._workers = workers

    def wait(self) -> None:
        """Until every worker answers. Raises `SystemExit` when it does not come up."""
        end = time.monotonic() + STARTS_WITHIN
        while len(self._clocks) < self._workers:
            if self._process.poll() is not None or time.monotonic() > end:
                raise SystemExit("a web server did not start")
            time.sleep(0.1)
            self._clocks = [_clock(worker) for worker in _children(self._process.pid)]
        connection = HTTPConnection("127.0.0.1", self.port, timeout=STARTS_WITHIN)
        connection.request("GET", "/")
        connection.getresponse().read()
        connection.close()

    def cpu(self) -> float:
        """Seconds of CPU that its workers have taken, in user and system mode.

        It is what /proc has as utime and stime, read from the clock that counts them in nanoseconds instead of hundredths.
        """
        return sum(time.clock_gettime(clock) for clock in self._clocks)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._socket.close()


@contextmanager
def serving(application: str, environment: Mapping[str, str], workers: int = WORKERS) -> Iterator[Server]:
    server = Server(application, environment, workers)
    try:
        server.wait()
        yield server
    finally:
        server.stop()


def _children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(entry.parent.name))
    return found


def _clock(process: int) -> int:
    clock = ctypes.c_int()
    if error := C.clock_getcpuclockid(process, ctypes.byref(clock)):
        raise OSError(error, os.strerror(error))
    return clock.value
