"""What is wrong in a file's cells."""

from dataclasses import dataclass

from django.utils.translation import gettext as _


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
