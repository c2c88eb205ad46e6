"""All that is kept about a person, as a ZIP archive that is written while it is sent."""

import json
import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from portal_project.accounts.models import User
from portal_project.common.personal_data import TABLES, Table

logger = logging.getLogger(__name__)
ROWS = 500
BYTES = 64 * 1024


class _Sent:
    """Where `ZipFile` writes to: what has been written since it was last taken."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        taken, self.parts = b"".join(self.parts), []
        return taken


def archive(person: User) -> Iterator[bytes]:
    """The parts of the archive: a JSON file for each kind of data, the person's files, and what each of them is, in words."""
    sent, now = _Sent(), timezone.localtime()
    with ZipFile(sent, "w") as zipped:  # type: ignore[call-overload]
        for name, parts in _entries(person):
            with zipped.open(_entry(name, now), "w", force_zip64=True) as entry:
                for part in parts:
                    entry.write(part)
                    if packed := sent.take():
                        yield packed
    yield sent.take()


def _entries(person: User) -> Iterator[tuple[str, Iterator[bytes]]]:
    yield _("read me.txt"), iter([_explanation(person).encode()])
    for table in TABLES:
        yield f"{table.name}.json", _as_json(table, person)
        if table.file_column:
            yield from _files(table, table.file_column, person)


def _entry(name: str, now: datetime) -> ZipInfo:
    info = ZipInfo(name, now.timetuple()[:6])
    info.compress_type = ZIP_DEFLATED
    return info


def _explanation(person: User) -> str:
    heading = _("What we keep about %(name)s, %(number)s") % {"name": person.get_full_name(), "number": person.number}
    kinds = [f"{table.name}.json: {table.about}" for table in TABLES]
    return "\n".join([heading, "", *kinds, ""])


def _as_json(table: Table, person: User) -> Iterator[bytes]:
    """A list of rows, one on a line; dates and times in ISO 8601, amounts as text."""
    yield b"["
    before = "\n"
    for row in table.rows(person.pk).values(*table.columns).iterator(chunk_size=ROWS):
        line = json.dumps(_named(table, row), cls=DjangoJSONEncoder, ensure_ascii=False)
        yield f"{before}{line}".encode()
        before = ",\n"
    yield b"\n]\n"


def _named(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """The columns by names without the double underscore; of a file, where it stands in the archive."""
    if column := table.file_column:
        row[column] = _path(table, row["pk"], row["name"])
    return {name.replace("__", "_"): value for name, value in row.items()}


def _path(table: Table, key: int, name: str) -> str:
    return f"{table.name}/{key}-{get_valid_filename(name)}"


def _files(table: Table, column: str, person: User) -> Iterator[tuple[str, Iterator[bytes]]]:
    for key, name, stored in table.rows(person.pk).values_list("pk", "name", column).iterator(chunk_size=ROWS):
        yield _path(table, key, name), _content(stored)


def _content(stored: str) -> Iterator[bytes]:
    """Of a file that cannot be read nothing, or its beginning: the rest of the archive is worth having."""
    try:
        with default_storage.open(stored) as file:
            yield from file.chunks(BYTES)
    except OSError:
        logger.exception("A file could not be read for an archive of personal data.")
