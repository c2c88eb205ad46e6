"""The file `.env`, read more strictly than django-environ does by itself: no line is passed over, and none is printed."""

import re
from io import StringIO
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from environ import Env

ASSIGNMENT = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*([^\0]*)")


def load(path: Path) -> None:
    """Put what the file sets into the environment, where it is not set yet. A file that is not there sets nothing.

    Raises ImproperlyConfigured for one that cannot be read, and for a line that sets nothing.
    """
    try:
        # With or without the mark that some editors put before the first line.
        lines = path.read_text("utf-8-sig").splitlines()
        Env.read_env(StringIO("\n".join(_assignments(path, lines))))
    except FileNotFoundError:
        return
    except OSError as error:
        raise ImproperlyConfigured(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeError:
        raise ImproperlyConfigured(f"{path} cannot be read; it should be text in UTF-8.") from None


def _assignments(path: Path, lines: list[str]) -> list[str]:
    found = []
    for number, line in enumerate(map(str.strip, lines), start=1):
        if match := ASSIGNMENT.fullmatch(line):
            found.append(f"{match[1]}={match[2]}")
        elif line and not line.startswith("#"):
            raise ImproperlyConfigured(f"{path}, line {number}, sets nothing; it should be NAME=value.")
    return found
