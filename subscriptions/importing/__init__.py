"""Subscriptions from another system: read a file, check all of it, and only then write it (`docs/import.md`).

`files` reads the text, `cells` one cell, `row_form` one row, `checking` them all, and `writing` saves what is new.
"""

from portal_project.common.csv_files import FileError
from subscriptions.importing.checking import Checked, check
from subscriptions.importing.files import read
from subscriptions.importing.rows import End, Row
from subscriptions.importing.writing import Stopped, Summary, write

__all__ = ["Checked", "End", "FileError", "Row", "Stopped", "Summary", "check", "read", "write"]
