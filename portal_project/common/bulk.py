"""Writing many rows in a few statements: `COPY` and `UPDATE … FROM unnest(…)` on PostgreSQL, plainer ones elsewhere.

Generic over a model's fields, so a column added later needs nothing here. As with `bulk_create`, no signals are sent.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.db import connection
from django.db.models import AutoField, Field, JSONField, Lookup, Model

from portal_project.common.search import with_search_text

AT_ONCE = 500
# Up to here one INSERT is quicker than drawing keys and a COPY.
FEW = 20
# Fields whose attribute is what is stored; any other field is asked.
AS_THEY_STAND = {
    "AutoField",
    "BigAutoField",
    "BigIntegerField",
    "BooleanField",
    "CharField",
    "DateField",
    "DateTimeField",
    "DecimalField",
    "EmailField",
    "ForeignKey",
    "IntegerField",
    "OneToOneField",
    "PositiveBigIntegerField",
    "PositiveIntegerField",
    "PositiveSmallIntegerField",
    "SmallIntegerField",
    "TextField",
    "UUIDField",
}
# Values that print without anything to escape, in a `COPY` as in an array.
BARE = {bool, date, Decimal, int}


@Field.register_lookup
class Among(Lookup):
    """`filter(pk__among=keys)`: as `in` for whole numbers, but on PostgreSQL all of them are one parameter."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        sql, params = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            return f"{sql} = ANY(%s::bigint[])", (*params, "{" + ",".join(map(str, self.rhs)) + "}")
        return f"{sql} IN ({', '.join(['%s'] * len(self.rhs)) or 'NULL'})", (*params, *self.rhs)


def insert(rows: Sequence[Model]) -> None:
    """Insert new objects of one model; each has its primary key afterwards. Raises `IntegrityError` as `save` does."""
    if not rows:
        return
    if connection.vendor == "postgresql" and len(rows) > FEW:
        draw_keys(rows)
        _copy(rows)
        for row in rows:
            row._state.adding, row._state.db = False, connection.alias
    else:
        type(rows[0])._default_manager.bulk_create(rows, batch_size=AT_ONCE)


def update(rows: Sequence[Model], names: Iterable[str]) -> None:
    """Write the named fields of saved objects of one model, and the folded texts that are made of them."""
    if not rows:
        return
    fields = [_field(rows[0], name) for name in with_search_text(type(rows[0]), names)]
    if connection.vendor == "postgresql":
        _update_from_arrays(rows, fields)
    else:
        _update_one_by_one(rows, fields)


def draw_keys(rows: Sequence[Model]) -> None:
    """Give new objects their primary keys, drawn from the table's sequence in one query."""
    meta = rows[0]._meta
    keyless = [row for row in rows if row.pk is None]
    if not (keyless and isinstance(meta.pk, AutoField)):
        return
    with connection.cursor() as cursor:
        cursor.execute(
            # The inner SELECT finds the sequence once and not for each row.
            "SELECT nextval((SELECT pg_get_serial_sequence(%s, %s)::regclass)) FROM generate_series(1, %s)",
            [connection.ops.quote_name(meta.db_table), meta.pk.column, len(keyless)],
        )
        for row, (key,) in zip(keyless, cursor.fetchall(), strict=True):
            row.pk = key


def _copy(rows: Sequence[Model]) -> None:
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if not field.generated]
    columns = [_texts(_values(rows, field), _in_copy, "\\N") for field in fields]
    lines = map("\t".join, zip(*columns, strict=True))
    statement = f"COPY {connection.ops.quote_name(meta.db_table)} ({_columns(fields)}) FROM STDIN"
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        copy.write("\n".join(lines) + "\n")


def _update_from_arrays(rows: Sequence[Model], fields: list[Field]) -> None:
    """One statement, whatever the number of rows: a column travels as one array, or as one value where all are the same."""
    key = rows[0]._meta.pk
    columns = {field: _values(rows, field) for field in [key, *fields]}
    same = {field: columns[field][0] for field in fields if _is_constant(columns[field])}
    arrays = {field: column for field, column in columns.items() if field not in same}
    table = connection.ops.quote_name(rows[0]._meta.db_table)
    assigned = [f"{_column(field)} = " + ("%s" if field in same else f"new.{_column(field)}") for field in fields]
    unnested = ", ".join(f"%s::{_type(field)}[]" for field in arrays)
    statement = (
        f"UPDATE {table} SET {', '.join(assigned)} FROM unnest({unnested}) AS new ({_columns(arrays)}) "
        f"WHERE {table}.{_column(key)} = new.{_column(key)}"
    )
    texts = ["{" + ",".join(_texts(column, _in_array, "NULL")) + "}" for column in arrays.values()]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*same.values(), *texts])


def _update_one_by_one(rows: Sequence[Model], fields: list[Field]) -> None:
    """One statement, prepared once: `bulk_update` makes an expression for each field of each row, at thirty times the cost."""
    key = rows[0]._meta.pk
    table = connection.ops.quote_name(rows[0]._meta.db_table)
    assigned = ", ".join(f"{_column(field)} = %s" for field in fields)
    columns = [[_stored(row, field) for row in rows] for field in [*fields, key]]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {assigned} WHERE {_column(key)} = %s", list(zip(*columns, strict=True)))


def _values(rows: Sequence[Model], field: Field) -> list[Any]:
    """What to store in this field, row by row."""
    stamps = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    is_djangos = type(field).__module__.startswith("django.db.models.")
    if isinstance(field, JSONField):
        values = map(attrgetter(field.attname), rows)
        return [None if value is None else json.dumps(value, cls=field.encoder) for value in values]
    if is_djangos and not stamps and field.get_internal_type() in AS_THEY_STAND:
        return list(map(attrgetter(field.attname), rows))
    return [_stored(row, field) for row in rows]


def _stored(row: Model, field: Field) -> Any:
    return field.get_db_prep_save(field.pre_save(row, row._state.adding), connection)


def _texts(column: list[Any], written: Callable[[str], str], null: str) -> list[str]:
    """The column as PostgreSQL reads it: numbers and days as they print, texts with what has a meaning escaped."""
    if _is_constant(column):
        return [_text(column[0], written, null)] * len(column)
    return [_text(value, written, null) for value in column]


def _text(value: Any, written: Callable[[str], str], null: str) -> str:
    if value is None:
        return null
    return str(value) if type(value) in BARE else written(str(value))


def _in_copy(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _in_array(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _is_constant(column: list[Any]) -> bool:
    return column.count(column[0]) == len(column)


def _field(row: Model, name: str) -> Field:
    return next(field for field in row._meta.concrete_fields if field.name == name)


def _columns(fields: Iterable[Field]) -> str:
    return ", ".join(map(_column, fields))


def _column(field: Field) -> str:
    return connection.ops.quote_name(str(field.column))


def _type(field: Field) -> str:
    """The column's type without its length: a cast would cut a text that is too long, while the table refuses it."""
    return re.sub(r"\(.*\)", "", field.db_type(connection) or "text")
