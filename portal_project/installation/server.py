"""Checks of what the portal runs on: versions, database, cache, files, settings."""

import platform
import shutil
import tempfile
import tomllib
from functools import cache as kept
from pathlib import Path
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.cache import DEFAULT_CACHE_ALIAS, cache, caches
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http.request import validate_host

from portal_project import catalogs
from portal_project.installation.state import Finding, Installation

MIGRATE = "Run manage.py migrate."
ROOM = 1024**3
"""Bytes that should be free for files."""
THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]")


def version(_installation: Installation) -> Finding:
    return Finding(True, f"{_version()}, with Django {django.get_version()} and Python {platform.python_version()}.")


def database(_installation: Installation) -> Finding:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        number = ".".join(str(part) for part in connection.get_database_version())
    except (DatabaseError, InterfaceError) as error:
        return Finding(False, f"It does not answer: {error}", "Is it running, and is DATABASE_URL right?")
    text = f"{connection.display_name} {number}."
    if connection.vendor == "postgresql" or settings.DEBUG:
        return Finding(True, text)
    hint = "SQLite lets one writer at a time work and the others wait. Use PostgreSQL for customers (DATABASE_URL)."
    return Finding(False, text, hint)


def migrations(_installation: Installation) -> Finding:
    if count := unapplied_migrations():
        return Finding(False, f"{count} not applied.", MIGRATE)
    return Finding(True, "All are applied.")


def cache_in_use(_installation: Installation) -> Finding:
    try:
        if table := missing_cache_table():
            return Finding(
                False, f"The table {table} of the cache is missing.", "Run manage.py migrate, which makes it."
            )
        cache.get("system")
    except Exception as error:  # each kind of cache has errors of its own
        return Finding(False, f"It does not answer: {error}", "Without it nobody can sign in (CACHE_URL).")
    return Finding(True, "It answers.")


def texts(_installation: Installation) -> Finding:
    """A language that is not compiled is not offered, and one that is older lacks texts."""
    stale = [path.parents[1].name for path in catalogs.paths() if not catalogs.is_compiled(path)]
    if stale:
        names = ", ".join(f"“{name}”" for name in stale)
        return Finding(False, f"The texts in {names} are not compiled.", "Run make env, which compiles them.")
    return Finding(True, f"{len(settings.LANGUAGES)} languages are offered.")


def files(_installation: Installation) -> Finding:
    """Both where files stay and where they wait while they arrive."""
    folders = [Path(settings.MEDIA_ROOT), Path(settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir())]
    try:
        free = min(_free(_existing(folder)) for folder in folders)
    except OSError as error:
        return Finding(False, f"A file cannot be written: {error}", "See FILES_DIR and TMPDIR.")
    text = f"They can be written to {folders[0]}; {free / ROOM:.1f} GB are free."
    return Finding(free > ROOM, text, "" if free > ROOM else "Make room, or attachments are refused before long.")


def security(_installation: Installation) -> Finding:
    if settings.DEBUG:
        hint = "Right for development and the demo. Customers need it off: errors show the code, and the key is known."
        return Finding(False, "DEBUG is on.", hint)
    if not settings.SECURE_SSL_REDIRECT:
        hint = "Set SECURE_SSL=True once the portal has a certificate; passwords are readable on the way until then."
        return Finding(False, "DEBUG is off, but plain HTTP is served.", hint)
    return Finding(True, "DEBUG is off; HTTPS is asked for, and cookies keep to it.")


def address(installation: Installation) -> Finding:
    """Links in mails begin with PORTAL_URL, so it has to be where people get to."""
    mails, opened = settings.PORTAL_URL, installation.opened_at
    host = urlsplit(mails).netloc.removesuffix(f":{urlsplit(mails).port}")
    if opened and opened != mails:
        hint = (
            "If the address above your page is right, set PORTAL_URL to it. If not, open the portal by the other one; "
            "behind a proxy that one has to pass on Host and X-Forwarded-Proto, with BEHIND_PROXY=True."
        )
        return Finding(False, f"This page was opened at {opened}, but links in mails lead to {mails}.", hint)
    if not validate_host(host, settings.ALLOWED_HOSTS):
        return Finding(False, f"Links in mails lead to {mails}, which is refused.", f"Add {host} to ALLOWED_HOSTS.")
    if host in THIS_MACHINE and not settings.DEBUG:
        hint = "Set PORTAL_URL to the address by which customers reach the portal."
        return Finding(False, f"Links in mails lead to {mails}, which is another machine for each reader.", hint)
    if settings.SECURE_SSL_REDIRECT and not mails.startswith("https://"):
        return Finding(False, f"Links in mails lead to {mails}, without HTTPS.", "Begin PORTAL_URL with https://.")
    return Finding(True, f"Links in mails lead to {mails}{', where this page was opened' if opened else ''}.")


def unapplied_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def missing_cache_table() -> str:
    """The table of the cache, where that lives in the database and the table does not; else empty."""
    # Only a cache in the database has one.
    table: str = getattr(caches[DEFAULT_CACHE_ALIAS], "_table", "")
    return table if table not in connection.introspection.table_names() else ""


@kept
def _version() -> str:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text("utf-8"))["project"]
    return f"Version {project['version']}"


def _existing(folder: Path) -> Path:
    """The folder, or the one in which it will be made."""
    return next(place for place in (folder, *folder.parents) if place.exists())


def _free(folder: Path) -> int:
    """Bytes, by the look of the file system; raises OSError where nothing can be written."""
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"1")
        file.flush()
    return shutil.disk_usage(folder).free
