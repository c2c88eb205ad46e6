"""What the URLs of the environment stand for in Django's settings.

All raise ValueError for a URL that cannot work. Its text may hold part of a password, so it is for nobody to see.
"""

import os
import re
from importlib.util import find_spec
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any
from urllib.parse import ParseResult, parse_qsl, unquote, unquote_to_bytes, urlparse

from environ import Env

# As Django takes them in a Host header.
DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")
# Inside a network of containers names may have an underscore.
SERVER = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?")
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
SMTP_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 587, "smtp+ssl": 465}


def portal(url: str) -> str:
    """Scheme, host and port of the portal itself, as browsers write them in an Origin header."""
    origin = url.lower().rstrip("/")
    parts = _parts(origin)
    _require(parts.scheme in ("http", "https") and is_host(parts.netloc.removesuffix(f":{parts.port}")))
    _require(origin == f"{parts.scheme}://{parts.netloc}")
    return origin


def database(url: str, base: Path) -> dict[str, Any]:
    """An entry of DATABASES. The path of an SQLite file counts from `base`, unless it begins with a slash itself."""
    parts = _parts(url)
    if parts.scheme == "sqlite":
        return _sqlite(parts, base)
    _require(parts.scheme in ("postgres", "postgresql"))
    return _postgres(parts)


def _sqlite(parts: ParseResult, base: Path) -> dict[str, Any]:
    _require(not parts.netloc and not parts.query and len(parts.path) > 1)
    name = _path(parts.path[1:])
    if name != ":memory:":
        file = base / name
        # SQLite makes no folders, and keeps its log beside the file.
        _require(file.parent.is_dir() and can_hold_files(file.parent) and not file.is_dir())
        _require(not file.exists() or os.access(file, os.W_OK))
        name = str(file)
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": name}


def _postgres(parts: ParseResult) -> dict[str, Any]:
    # In a path django-environ takes a plus for a blank.
    config: dict[str, Any] = Env.db_url_config(parts._replace(path=parts.path.replace("+", "%2B")))
    _require(bool(config["NAME"]))
    for host in filter(None, config["HOST"].split(",")):
        _require(is_server(host) or host.startswith("/"))
    for port in filter(None, str(config["PORT"]).split(",")):
        _require(0 < int(port) < 65536)
    if parts.query:
        config["OPTIONS"] = _connection_options(parts.query)
    return config


def _connection_options(query: str) -> dict[str, Any]:
    # Only where there is something to check: SQLite needs none of it.
    from psycopg import Error
    from psycopg.conninfo import make_conninfo

    options = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=True))
    _require(options.get("sslmode", "prefer") in SSL_MODES)
    try:
        make_conninfo(**options)
    except Error:
        raise ValueError from None
    return options


def cache(url: str) -> dict[str, Any]:
    """An entry of CACHES: a table of the database, Redis, or the process's own memory."""
    parts = _parts(url)
    _require(not parts.query)
    match parts.scheme:
        case "dbcache":
            _require(bool(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,62}", parts.netloc)) and not parts.path)
        case "redis" | "rediss":
            _require(is_server(parts.hostname or "") and bool(re.fullmatch(r"(/[0-9]{0,4})?", parts.path)))
            _require(find_spec("redis") is not None)
        case _:
            _require(url == "locmemcache://")
    config: dict[str, Any] = Env.cache_url_config(url)
    return config


def email(url: str) -> dict[str, Any]:
    """Django's settings EMAIL_…: an SMTP server, files in a folder, the console, the process's memory, or nowhere."""
    parts = _parts(url)
    _require(parts.scheme in Env.EMAIL_SCHEMES and not parts.query)
    config: dict[str, Any] = Env.email_url_config(url)
    if parts.scheme in SMTP_PORTS:
        _require_smtp(parts)
        return config | {"EMAIL_PORT": parts.port or SMTP_PORTS[parts.scheme]}
    _require(not parts.netloc)
    if parts.scheme != "filemail":
        _require(not parts.path)
        return config
    _require(len(parts.path) > 1 and can_hold_files(Path(_path(parts.path))))
    return config | {"EMAIL_FILE_PATH": _path(parts.path)}


def _require_smtp(parts: ParseResult) -> None:
    _require(is_server(parts.hostname or "") and parts.path in ("", "/"))
    # Django signs in with both or not at all, and SMTP knows no other letters.
    _require(bool(parts.username) == bool(parts.password) and unquote(parts.netloc).isascii())
    # There TLS begins at once, and a server that waits for it never says a word.
    _require(parts.port != 465 or parts.scheme == "smtp+ssl")


def is_host(name: str) -> bool:
    """Whether a browser could ask for the name: a domain in small ASCII letters, or an address, of IPv6 in brackets."""
    if name.startswith("[") and name.endswith("]"):
        return is_ipv6(name[1:-1])
    return bool(DOMAIN.fullmatch(name))


def is_server(name: str) -> bool:
    return bool(SERVER.fullmatch(name)) or is_ipv6(name)


def is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True


def can_hold_files(folder: Path) -> bool:
    """Whether this process may write into the folder, or make it."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def _parts(url: str) -> ParseResult:
    """The URL in its parts; a fragment is a # that should have been written %23."""
    _require("://" in url and url.isprintable() and " " not in url and "\0" not in unquote(url))
    parts = urlparse(url)
    # PostgreSQL takes several servers with a port each; any other port that is no number raises by itself.
    _require("#" not in url and ("," in parts.netloc or parts.port != 0))
    return parts


def _path(quoted: str) -> str:
    return os.fsdecode(unquote_to_bytes(quoted))


def _require(is_right: bool) -> None:
    if not is_right:
        raise ValueError
