"""What is wrong with a file: as a whole, or in one of its cells."""

from dataclasses import dataclass

from django.utils.translation import gettext as _


class FileError(Exception):
    """The file as a whole cannot be read; the message is for the person who chose it."""


@dataclass(frozen=True)
class CellProblem:
    """What is wrong in one cell, or in a whole line where `column` is empty."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        if self.column:
            return _("line %(line)d, column %(column)s: %(message)s") % vars(self)
        return _("line %(line)d: %(message)s") % vars(self)
