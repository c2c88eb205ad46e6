"""Reading the environment, loudly: a wrong value stops the start and names its variable.

All of this raises ImproperlyConfigured with a sentence for whoever sets the variable.
"""

import re
from collections.abc import Callable
from email.errors import InvalidHeaderDefect, MessageError
from email.policy import default as policy
from pathlib import Path
from reprlib import Repr
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from environ import Env

from portal_project import service_urls

T = TypeVar("T")

QUOTING = ". In a user's name or password write @ as %40, # as %23, / as %2F and % as %25"
TRUE = {"true", "1", "yes", "on"}
FALSE = {"false", "0", "no", "off"}
# Django's own check wants 50; what `openssl rand -base64 32` and the like make is long enough.
SHORTEST_KEY = 32

shown = Repr()
shown.maxstring = 80
# Seconds until a server that does not answer is given up (2 are psycopg's least), and one that fell silent; the latter also in
# milliseconds, for what was sent to it.
POSTGRES = {"connect_timeout": 2, "keepalives_idle": 5, "keepalives_interval": 2, "tcp_user_timeout": 2000}
# Seconds that a page waits for a connection, and for how long the pool tries by itself until a page asks again.
POOL = {"min_size": 0, "timeout": 1.5, "reconnect_timeout": 1.5}


def text(name: str, default: str = "") -> str:
    """The variable as it is written, without blanks around it."""
    return raw(name, default).strip()


def raw(name: str, default: str = "") -> str:
    # Not Env.str(): for that a value that begins with $ is the name of another variable.
    value: str = Env.ENVIRON.get(name, default)
    return value


def wrong(name: str, value: str, should_be: str) -> ImproperlyConfigured:
    # What has an @ may hold a password.
    what = "is empty" if not value else "cannot be used" if "@" in value else f"is {shown.repr(value)}"
    return ImproperlyConfigured(f"{name} {what}; it should be {should_be}.")


def boolean(name: str, *, default: bool) -> bool:
    value = text(name, str(default))
    if value.lower() not in TRUE | FALSE:
        raise wrong(name, value, "True or False")
    return value.lower() in TRUE


def integer(name: str, *, default: int, least: int, most: int) -> int:
    value = text(name, str(default))
    if not re.fullmatch("[0-9]{1,6}", value) or not least <= int(value) <= most:
        raise wrong(name, value, f"a whole number from {least} to {most}")
    return int(value)


def secret_key(*, debug: bool) -> str:
    """SECRET_KEY exactly as it is set; where `debug` is on and none is set, one that everybody knows."""
    key = raw("SECRET_KEY")
    if debug:
        return key or "only-for-development-and-the-demo-because-DEBUG-is-on"
    if len(key.strip()) >= SHORTEST_KEY and key.isprintable():
        return key
    what = "is too short, or has characters that cannot be seen" if key.strip() else "is not set"
    raise ImproperlyConfigured(
        f"SECRET_KEY {what}. Set it to a long random text, for example the output of: "
        "python -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )


def former_secret_keys() -> list[str]:
    """SECRET_KEY_FALLBACKS: what was signed or encrypted with them is still good."""
    value = raw("SECRET_KEY_FALLBACKS")
    keys = value.split()
    if (value and not keys) or not all(len(key) >= SHORTEST_KEY and key.isprintable() for key in keys):
        raise ImproperlyConfigured(
            "SECRET_KEY_FALLBACKS is not a list of keys; it should be former values of SECRET_KEY, separated by blanks."
        )
    return keys


def providers() -> dict[str, str]:
    """PROVIDERS: per kind of linked service the dotted path of a class; `support.wind_down.providers` checks both."""
    value = text("PROVIDERS")
    entries = [entry.strip() for entry in value.split(",") if entry.strip()]
    found = dict(
        entry.split("=", 1) for entry in entries if re.fullmatch(r"[a-z]+=[A-Za-z_]\w*(\.[A-Za-z_]\w*)+", entry, re.A)
    )
    if len(found) < len(entries) or (value and not entries):
        should_be = "kinds of linked services, each with the path of a class, such as domain=acme.registrar.Registrar"
        raise wrong("PROVIDERS", value, should_be)
    return found


def time_zone() -> str:
    name = text("TIME_ZONE", "UTC")
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise wrong("TIME_ZONE", name, "a name such as Europe/Amsterdam or UTC") from None
    return name


def language(name: str, *, default: str) -> str:
    """The code of any language, also of one that the portal does not speak."""
    value = text(name, default).lower()
    if not re.fullmatch("[a-z]{2,3}(-[a-z0-9]{2,8})*", value):
        raise wrong(name, value, "the code of a language, such as en, nl or pt-br")
    return value


def hosts() -> list[str]:
    """ALLOWED_HOSTS; a name that begins with a dot stands for all below it as well, and * for all there are."""
    value = text("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
    names = [name.strip().lower() for name in value.split(",") if name.strip()]
    should_be = "names separated by commas, without https://, port or path, such as portal.example.com,[::1]"
    for name in names or [""]:
        if name != "*" and not service_urls.is_host(name.removeprefix(".")):
            raise wrong("ALLOWED_HOSTS", name, should_be)
    return names


def sender() -> str:
    value = text("DEFAULT_FROM_EMAIL", "Subscription Portal <portal@localhost>")
    if not _is_one_address(value):
        should_be = (
            'one address, such as "Acme, Inc." <portal@example.com>; a name with a comma needs its quotation marks'
        )
        raise wrong("DEFAULT_FROM_EMAIL", value, should_be)
    return value


def _is_one_address(value: str) -> bool:
    try:
        header = policy.header_factory("From", value)
        (address,) = header.addresses
        validate_email(address.addr_spec)
    # The standard library's parser stumbles over some of what it should refuse.
    except (MessageError, ValueError, IndexError, ValidationError):
        return False
    return value.isprintable() and not any(isinstance(defect, InvalidHeaderDefect) for defect in header.defects)


def folder(name: str, default: Path) -> Path:
    """A folder in which this process may write; it need not be there yet."""
    value = text(name, str(default))
    try:
        if value.startswith("/") and service_urls.can_hold_files(Path(value)):
            return Path(value)
    except (OSError, ValueError):
        pass
    raise wrong(name, value, "the full path of a folder that can be written, such as /var/lib/portal/files")


def url(name: str, default: str, read: Callable[[str], T], examples: str) -> T:
    """What `read` makes of the URL. None is ever printed: it may hold a password."""
    try:
        return read(text(name, default))
    except (ValueError, OSError):
        raise ImproperlyConfigured(
            f"{name} is not an address this portal can use; it should look like {examples}."
        ) from None


def portal_url() -> str:
    examples = "https://portal.example.com, without a path or a user's name"
    return url("PORTAL_URL", "http://localhost:8000", service_urls.portal, examples)


def cache(default: str) -> dict[str, Any]:
    examples = "dbcache://portal_cache, or redis://127.0.0.1:6379/0 where the Python package redis is installed"
    return url("CACHE_URL", default, service_urls.cache, examples)


def email() -> dict[str, Any]:
    """Django's settings EMAIL_…"""
    examples = (
        "smtp+tls://user:password@mail.example.com:587, smtp+ssl://user:password@mail.example.com:465, "
        f"filemail:///folder that can be written, or consolemail://{QUOTING}"
    )
    return url("EMAIL_URL", "consolemail://", service_urls.email, examples)


def database(base: Path) -> dict[str, Any]:
    """The database of DATABASE_URL, with the options that each kind needs; a relative path counts from `base`."""
    examples = (
        "postgres://user:password@host:5432/name or sqlite:////path/to/file.sqlite3 "
        f"in a folder that can be written{QUOTING}"
    )
    config = url("DATABASE_URL", "sqlite:///db.sqlite3", lambda value: service_urls.database(value, base), examples)
    pool = integer("DATABASE_POOL_SIZE", default=8, least=0, most=1000)
    if "sqlite" in config["ENGINE"]:
        # A writer takes its lock at once and others wait for it: no "database is locked" half-way.
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
        return config
    config["OPTIONS"] = POSTGRES | config.get("OPTIONS", {})
    if pool and boolean("PORTAL_POOLS_CONNECTIONS", default=False):
        config["ENGINE"] = "portal_project.common.postgresql"
        config["OPTIONS"]["pool"] = POOL | {"max_size": pool}
    return config
