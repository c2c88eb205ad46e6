"""For migrations: writing what is there as the portal keeps it today."""

from collections.abc import Callable
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Model

from portal_project.common import bulk
from portal_project.common.folding import fold

AT_ONCE = 1000


def normalize_column(
    model: type[Model],
    name: str,
    normalized: Callable[[str], str],
    *,
    unique_in: tuple[str, ...] | None = None,
    same: str = "exact",
) -> None:
    """Write the texts of a column anew. Where it is unique (within `unique_in`), a row that would then be the same as
    another one (by the lookup `same`) is printed and left as it is, because somebody has to say which of the two stays.
    """
    rows, last = model._default_manager.order_by("pk"), 0
    while batch := list(rows.filter(pk__gt=last).values("pk", name, *unique_in or ())[:AT_ONCE]):
        last = batch[-1]["pk"]
        for row in batch:
            written = row[name] and normalized(row[name])
            if written == row[name]:
                continue
            if unique_in is not None and (other := _other(model, row, unique_in, {f"{name}__{same}": written})):
                print(  # people read it below the name of the migration
                    f"\n    {model._meta.verbose_name} {row['pk']}: {name} {row[name]!a} is the same as that of "
                    f"{other}. Both are left as they are; change one of them."
                )
            else:
                rows.filter(pk=row["pk"]).update(**{name: written})


def _other(model: type[Model], row: dict[str, Any], unique_in: tuple[str, ...], same: dict[str, str]) -> int | None:
    rows = model._default_manager.filter(**{field: row[field] for field in unique_in}, **same).exclude(pk=row["pk"])
    return rows.values_list("pk", flat=True).first()


def fill_search_text(model: type[Model], *of: str) -> None:
    """Fold those columns of all rows into `search_text`."""
    last = 0
    while batch := list(model._default_manager.filter(pk__gt=last).order_by("pk").only("pk", *of)[:AT_ONCE]):
        last = batch[-1].pk
        for row in batch:
            row.search_text = fold("\n".join(getattr(row, name) or "" for name in of))  # type: ignore[attr-defined]
        bulk.update(batch, ["search_text"])


def index_search_text(schema_editor: BaseDatabaseSchemaEditor, table: str, name: str) -> None:
    """By trigrams, on PostgreSQL alone."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {table} USING gin (search_text gin_trgm_ops)")


def drop_index(schema_editor: BaseDatabaseSchemaEditor, name: str) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX IF EXISTS {name}")
