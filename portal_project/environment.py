"""Reading the environment, loudly: a wrong value stops the start and names its variable."""

from collections.abc import Callable
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import environ
from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")

TRUE = {"true", "1", "yes", "on"}
FALSE = {"false", "0", "no", "off", ""}
DATABASES = ("sqlite:///path/to/file.sqlite3", "postgres://user:password@host:5432/name")


def boolean(env: environ.Env, name: str, default: bool) -> bool:
    value = env.str(name, default=str(default)).strip().lower()
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} is {value!r}; it should be True or False.")
    return value in TRUE


def integer(env: environ.Env, name: str, default: int) -> int:
    value = env.str(name, default=str(default)).strip()
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} is {value!r}; it should be a whole number of 0 or more.")
    return int(value)


def secret_key(env: environ.Env, *, debug: bool) -> str:
    key = env.str("SECRET_KEY", default="")
    if key:
        return key
    if debug:
        return "only-for-development-and-the-demo-because-DEBUG-is-on"
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Set it to a long random text, for example the output of: "
        "python -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )


def time_zone(env: environ.Env) -> str:
    name = env.str("TIME_ZONE", default="UTC").strip()
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise ImproperlyConfigured(
            f"TIME_ZONE is {name!r}; it should be a name such as Europe/Amsterdam or UTC."
        ) from error
    return name


def address(name: str, read: Callable[[], T], example: str) -> T:
    """What `read` makes of an address such as CACHE_URL."""
    try:
        return read()
    except (ImproperlyConfigured, ValueError, KeyError) as error:
        raise ImproperlyConfigured(
            f"{name} is not an address this portal can use; it should look like {example}."
        ) from error


def database(env: environ.Env, default: str) -> dict[str, Any]:
    """The database of DATABASE_URL, with the options that each kind needs."""
    url = env.str("DATABASE_URL", default=default)
    wrong = ImproperlyConfigured(
        f"DATABASE_URL is not an address this portal can use; it should look like {' or '.join(DATABASES)}."
    )
    if not url.startswith(("sqlite:///", "postgres://", "postgresql://")):
        raise wrong
    try:
        config: dict[str, Any] = dict(environ.Env.db_url_config(url))
    except (ValueError, KeyError, ImproperlyConfigured) as error:
        raise wrong from error
    if not config.get("NAME"):
        raise wrong
    pool = integer(env, "DATABASE_POOL_SIZE", 8)
    if "sqlite" in config["ENGINE"]:
        # A writer takes its lock at once and others wait for it: no "database is locked" half-way.
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    elif pool and boolean(env, "PORTAL_POOLS_CONNECTIONS", False):
        config["OPTIONS"] = config.get("OPTIONS", {}) | {"pool": {"min_size": 0, "max_size": pool}}
    return config
