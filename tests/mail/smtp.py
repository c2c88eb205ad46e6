"""Real mail servers on a port of this machine: one that works, and some that do not."""

from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Event, Thread

# Never a word; a greeting without end; all as it should be; a whole mail read and then never a word; no password is right.
SILENT, DRIBBLING, WORKING, MUTE, LOCKED = "silent", "dribbling", "working", "mute", "locked"


class Server(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, kind: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.kind = kind
        self.connections = 0
        self.mails: list[str] = []
        self.over = Event()


class _Handler(StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        self.server.connections += 1
        if self.server.kind == SILENT:
            self.server.over.wait()
        elif self.server.kind == DRIBBLING:
            self.dribble()
        else:
            self.serve()

    def dribble(self) -> None:
        """Each byte comes well within a socket's timeout."""
        self.wfile.write(b"220-")
        while not self.server.over.wait(0.02):
            self.wfile.write(b"a")

    def serve(self) -> None:
        self.say("220 here")
        while line := self.rfile.readline():
            verb = line.split()[0].upper()
            if verb == b"DATA":
                self.say("354 go on")
                self.take()
            elif self.server.kind == LOCKED and verb in (b"EHLO", b"AUTH"):
                self.say("250-here\r\n250 AUTH PLAIN" if verb == b"EHLO" else "535 5.7.8 Who are you?")
            else:
                self.say("221 bye" if verb == b"QUIT" else "250 yes")

    def take(self) -> None:
        mail = b""
        while not mail.endswith(b"\r\n.\r\n"):
            mail += self.rfile.readline()
        if self.server.kind == MUTE:
            self.server.over.wait()
        self.server.mails.append(mail.decode())
        self.say("250 taken")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def serving(kind: str) -> Iterator[Server]:
    with Server(kind) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
