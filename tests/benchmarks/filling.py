"""Rows by the million, by `INSERT … SELECT`. It knows no app, so that every benchmark's own models can be filled."""

from collections.abc import Mapping

from django.db import connection
from django.db.models import Model


def fill(sample: Model, expressions: Mapping[str, str], source: str) -> None:
    with connection.cursor() as cursor:
        statement, values = insert_select(sample, expressions, source)
        cursor.execute(statement.replace("%", "%%").replace("%%s", "%s"), values)


def insert_select(sample: Model, expressions: Mapping[str, str], source: str) -> tuple[str, list[object]]:
    """An INSERT whose columns without an expression all hold what the sample holds, so that new columns need nothing here."""
    fields = [field for field in sample._meta.concrete_fields if not (field.primary_key or field.generated)]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    chosen = [expressions.get(field.attname, f"%s::{field.db_type(connection)}") for field in fields]
    values = [
        field.get_db_prep_save(getattr(sample, field.attname), connection)
        for field in fields
        if field.attname not in expressions
    ]
    return f'INSERT INTO "{sample._meta.db_table}" ({columns}) SELECT {", ".join(chosen)} FROM {source}', values
