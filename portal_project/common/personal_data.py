"""Which data is a person's own, told by each app for its models (`docs/design.md`, One's own data).

A test compares the tables with all models and columns, so that a new one is decided about.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import FileField, Model, Q, QuerySet
from django.utils.functional import Promise


@dataclass(frozen=True)
class Table:
    """The rows of a model that are about one person, and what of them the person gets."""

    name: str
    """Of the file, without its ending; English, like the columns, for programs read it."""
    about: str | Promise
    """What the person reads about it."""
    model: type[Model]
    person: str
    """The lookup that leads from a row to the person."""
    columns: tuple[str, ...]
    """Paths from a row, such as "plan__name"."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """The fields that the person does not get, and why; besides its key, what leads to the person, and texts to search in."""
    only: Q = field(default_factory=Q)

    def rows(self, person: int) -> QuerySet[Model]:
        """Those of the person with this key, oldest first."""
        return self.model._default_manager.filter(self.only, **{self.person: person}).order_by("pk")

    @property
    def file_column(self) -> str | None:
        """The column that holds a file, where the model has one."""
        names = {each.name for each in self.model._meta.concrete_fields if isinstance(each, FileField)}
        return next((column for column in self.columns if column in names), None)


TABLES: list[Table] = []
"""Those of all apps; each app adds its own when it is ready."""
