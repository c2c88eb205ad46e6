"""Which data is a person's own, told by each app for its models (`docs/design.md`, One's own data and Being forgotten).

Tests compare the tables with all models and columns, so that a new one is decided about.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import FileField, Model, Q, QuerySet
from django.utils.functional import Promise


@dataclass(frozen=True)
class Leaving:
    """A customer who is being forgotten, as they were until now."""

    key: int
    number: str
    name: str
    email: str
    addresses: frozenset[str]
    """All that are known, `email` too."""
    called: frozenset[str]
    """Their name, their company and the addresses."""
    marks: frozenset[str]
    """By what else they are found: external ID and phone."""
    language: str
    """In which they are written to for the last time."""
    by: int
    """The key of who forgets them."""
    at: datetime


@dataclass(frozen=True)
class Deleted:
    """The rows go with the person."""

    goes: str | Promise
    """In words, for whoever forgets them."""


@dataclass(frozen=True)
class Kept:
    """The rows stay without the person: some columns as they are, others with something else written over them."""

    what: str | Promise
    """In words, for whoever forgets them."""
    why: str | Promise
    columns: tuple[str, ...]
    goes: str | Promise = ""
    """What is written over, in words."""
    overwritten: Mapping[str, Any] = field(default_factory=dict)
    """A value for each column, an expression, or a function of the `Leaving`."""


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
    once_forgotten: Deleted | Kept
    left_out: Mapping[str, str] = field(default_factory=dict)
    """The fields that the person does not get, and why; besides its key, what leads to the person, and texts to search in."""
    only: Q = field(default_factory=Q)

    def rows(self, person: int) -> QuerySet[Model]:
        """Those of the person with this key which they get, oldest first."""
        return self.all_rows(person).filter(self.only).order_by("pk")

    def all_rows(self, person: int) -> QuerySet[Model]:
        return self.model._default_manager.filter(**{self.person: person})

    @property
    def file_column(self) -> str | None:
        """The column that holds a file, where the model has one."""
        names = {each.name for each in self.model._meta.concrete_fields if isinstance(each, FileField)}
        return next((column for column in self.columns if column in names), None)


TABLES: list[Table] = []
"""Those of all apps; each app adds its own when it is ready."""


@dataclass(frozen=True)
class Eraser:
    """What is to be done beside the tables when somebody is forgotten, in the same transaction and before them."""

    goes: str | Promise
    """What goes, in words, for whoever forgets them; empty for what goes without saying."""
    erase: Callable[[Leaving], None]


ERASERS: list[Eraser] = []
"""Those of all apps, as `TABLES`."""

OBSTACLES: list[Callable[[int], Iterable[str]]] = []
"""Each says in sentences what stands in the way of forgetting the person with this key; each app adds its own."""
