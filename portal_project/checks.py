"""System checks of the installation as a whole."""

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.core.cache import DEFAULT_CACHE_ALIAS, caches
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.migrations.recorder import MigrationRecorder

from portal_project import catalogs


@checks.register(checks.Tags.database)
def check_cache_table(databases: Sequence[str] | None = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """The cache's table is there once `migrate` has run; before that there is nothing to warn of."""
    if DEFAULT_DB_ALIAS not in (databases or ()) or not MigrationRecorder(connection).has_table():
        return []
    if table := missing_cache_table():
        hint = "Run manage.py migrate, which makes it."
        return [checks.Warning(f"The table {table} of the cache is missing.", hint=hint, id="portal.W001")]
    return []


@checks.register
def check_catalogs(**kwargs: Any) -> list[checks.CheckMessage]:
    """A language that is not compiled is not offered, and one that is older lacks texts."""
    stale = [path.parents[1].name for path in catalogs.paths() if not catalogs.is_compiled(path)]
    hint = "Run make env, which compiles them."
    return [checks.Warning(f"The texts in “{name}” are not compiled.", hint=hint, id="portal.W002") for name in stale]


def missing_cache_table() -> str:
    """The table of the cache, where that lives in the database and the table does not; else empty."""
    # Only a cache in the database has one.
    table: str = getattr(caches[DEFAULT_CACHE_ALIAS], "_table", "")
    return table if table not in connection.introspection.table_names() else ""
