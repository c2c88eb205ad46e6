"""A provider that does what a test asks for, and remembers what it has been told."""

import os
import signal
from collections.abc import Callable
from pathlib import Path


class Registrar:
    has: dict[str, bool] = {}
    """By service, whether it renews by itself there."""
    calls: list[bool] = []
    before: Callable[[], object] | None = None
    """Called before it does what it was told."""
    after: Callable[[], object] | None = None

    def switch_auto_renew(self, service, on):
        type(self).calls.append(on)
        if type(self).before:
            type(self).before()
        type(self).has[service.name] = on
        if type(self).after:
            type(self).after()

    @classmethod
    def reset(cls):
        cls.has, cls.calls, cls.before, cls.after = {"example.org": True}, [], None, None


class Dies:
    """Is told, and then the process is killed that told it."""

    def switch_auto_renew(self, service, on):
        Path(os.environ["SAID"]).write_text(f"{service.name} {on}")
        os.kill(os.getpid(), signal.SIGKILL)


class NoMethod:
    pass


class Fails:
    def __init__(self):
        raise RuntimeError("no key")
