"""From a file to its rows of text."""

from pathlib import Path

from django.utils.translation import gettext as _

from portal_project.common import csv_files
from portal_project.common.csv_files import Columns, FileError, Line
from subscriptions.importing.row_form import COLUMNS, OPTIONAL

NAMES = Columns(tuple(name for name in COLUMNS if name not in OPTIONAL), OPTIONAL)


def read(path: Path, columns: Columns = NAMES) -> list[Line]:
    """The rows of a CSV file. Raises `FileError`."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileError(_("%(file)s cannot be read: %(reason)s.") % {"file": path, "reason": error.strerror}) from error
    return csv_files.read(content, columns)
