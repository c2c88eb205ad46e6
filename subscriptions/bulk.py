"""Writing many rows in a few statements: `COPY` and `UPDATE … FROM unnest(…)` on PostgreSQL, Django's own bulk writes elsewhere.

Generic over a model's fields, so a column added later needs nothing here. As with `bulk_create`, no signals are sent.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any

from django.db import connection
from django.db.models import AutoField, Field, JSONField, Lookup, Model

AT_ONCE = 500
# Fields whose values are stored as they stand; any other field is asked how it wants to be stored.
UNQUOTED = {
    "AutoField",
    "BigAutoField",
    "BigIntegerField",
    "BooleanField",
    "DateField",
    "DecimalField",
    "ForeignKey",
    "IntegerField",
    "OneToOneField",
    "PositiveBigIntegerField",
    "PositiveIntegerField",
    "PositiveSmallIntegerField",
    "SmallIntegerField",
}
QUOTED = {"CharField", "DateTimeField", "EmailField", "JSONField", "TextField"}
Get = Callable[[Model], Any]


@Field.register_lookup
class Among(Lookup):
    """`filter(pk__among=keys)`: as `in` for whole numbers, but on PostgreSQL all of them are one parameter."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        sql, params = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            return f"{sql} = ANY(%s::bigint[])", [*params, "{" + ",".join(map(str, self.rhs)) + "}"]
        return f"{sql} IN ({', '.join(['%s'] * len(self.rhs)) or 'NULL'})", [*params, *self.rhs]


def insert(rows: Sequence[Model]) -> None:
    """Insert new objects of one model; each has its primary key afterwards. Raises `IntegrityError` as `save` does."""
    if not rows:
        return
    if connection.vendor == "postgresql":
        draw_keys(rows)
        _copy(rows)
        for row in rows:
            row._state.adding, row._state.db = False, connection.alias
    else:
        type(rows[0])._default_manager.bulk_create(rows, batch_size=AT_ONCE)


def update(rows: Sequence[Model], names: Iterable[str]) -> None:
    """Write the named fields of saved objects of one model."""
    if not rows:
        return
    if connection.vendor == "postgresql":
        _update_from_arrays(rows, [_field(rows[0], name) for name in names])
    else:
        type(rows[0])._default_manager.bulk_update(rows, names, batch_size=AT_ONCE)


def draw_keys(rows: Sequence[Model]) -> None:
    """Give new objects their primary keys, drawn from the table's sequence in one query."""
    meta = rows[0]._meta
    keyless = [row for row in rows if row.pk is None]
    if not (keyless and isinstance(meta.pk, AutoField)):
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)::regclass) FROM generate_series(1, %s)",
            [connection.ops.quote_name(meta.db_table), meta.pk.column, len(keyless)],
        )
        for row, (key,) in zip(keyless, cursor.fetchall(), strict=True):
            row.pk = key


def _copy(rows: Sequence[Model]) -> None:
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if not field.generated]
    statement = f"COPY {connection.ops.quote_name(meta.db_table)} ({_columns(fields)}) FROM STDIN"
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for values in _values(rows, fields):
            copy.write_row(values)


def _update_from_arrays(rows: Sequence[Model], fields: list[Field]) -> None:
    """One statement, whatever the number of rows: a column travels as one array, or as one value where all are the same."""
    key = rows[0]._meta.pk
    keys, *columns = zip(*_values(rows, [key, *fields]), strict=True)
    same = {field: column[0] for field, column in zip(fields, columns, strict=True) if _is_constant(column)}
    arrays = {key: keys} | {f: column for f, column in zip(fields, columns, strict=True) if f not in same}
    table = connection.ops.quote_name(rows[0]._meta.db_table)
    assigned = [f"{_column(field)} = " + ("%s" if field in same else f"new.{_column(field)}") for field in fields]
    unnested = ", ".join(f"%s::{_type(field)}[]" for field in arrays)
    statement = (
        f"UPDATE {table} SET {', '.join(assigned)} FROM unnest({unnested}) AS new ({_columns(arrays)}) "
        f"WHERE {table}.{_column(key)} = new.{_column(key)}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*same.values(), *(_array(*item) for item in arrays.items())])


def _is_constant(column: Sequence[Any]) -> bool:
    return column.count(column[0]) == len(column)


def _array(field: Field, column: Sequence[Any]) -> str | list[Any]:
    """The column as PostgreSQL writes an array."""
    kind = field.get_internal_type()
    if kind in UNQUOTED:
        return "{" + ",".join(["NULL" if value is None else str(value) for value in column]) + "}"
    if kind in QUOTED:
        return "{" + ",".join(["NULL" if value is None else _quoted(str(value)) for value in column]) + "}"
    return list(column)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _values(rows: Sequence[Model], fields: list[Field]) -> Iterable[Sequence[Any]]:
    """Per row what to store in these fields."""
    read = attrgetter(*[field.attname for field in fields])
    asked = [(index, prepare) for index, field in enumerate(fields) if (prepare := _prepared(field))]
    for row in rows:
        values = list(read(row))
        for index, prepare in asked:
            values[index] = prepare(row)
        yield values


def _prepared(field: Field) -> Get | None:
    """How to get at what is stored; None where the attribute says it as it stands."""
    stamps = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    if stamps or not type(field).__module__.startswith("django.db.models."):
        return lambda row: field.get_db_prep_save(field.pre_save(row, row._state.adding), connection)
    if isinstance(field, JSONField):
        return _json(field)
    if field.get_internal_type() in UNQUOTED | QUOTED:
        return None
    return lambda row: field.get_db_prep_save(field.pre_save(row, row._state.adding), connection)


def _json(field: JSONField) -> Get:
    def text(row: Model) -> str | None:
        value = getattr(row, field.attname)
        return None if value is None else json.dumps(value, cls=field.encoder)

    return text


def _field(row: Model, name: str) -> Field:
    return next(field for field in row._meta.concrete_fields if field.name == name)


def _columns(fields: Iterable[Field]) -> str:
    return ", ".join(map(_column, fields))


def _column(field: Field) -> str:
    return connection.ops.quote_name(str(field.column))


def _type(field: Field) -> str:
    """The column's type without its length: a cast would cut a text that is too long, while the table refuses it."""
    return re.sub(r"\(.*\)", "", field.db_type(connection) or "text")
