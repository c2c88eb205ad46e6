"""Finding text by one rule on any database: every word of the term is any part of the folded text (`folding`)."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Lookup, Model, Q, TextField

from portal_project.common.folding import fold, part, words


def each_word(term: str, places: Iterable[str]) -> Q:
    """Every word of the term in any of the places, lookups of a `SearchTextField` each."""
    typed = words(term)
    condition = Q() if typed else Q(pk__in=[])
    for word in typed:
        condition &= Q(*((f"{place}__matches", word) for place in places), _connector=Q.OR)
    return condition


class SearchTextField(TextField):
    """The folded text of other fields, written whenever the row is (see `Searchable`); `filter(text__matches=term)`.

    To migrations it is a plain text, which they fill and index (`migrating`).
    """

    def __init__(self, *args: Any, of: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"blank": True, "default": "", "editable": False})
        self.of = of

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs

    def pre_save(self, model_instance: Model, add: bool) -> str:
        folded = fold("\n".join(getattr(model_instance, name) or "" for name in self.of))
        setattr(model_instance, self.attname, folded)
        return folded


@SearchTextField.register_lookup
class Matches(Lookup):
    """Whether the text fits every word of the term."""

    lookup_name = "matches"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        wanted = [part(word) for word in words(self.rhs)]
        if not wanted:
            raise EmptyResultSet
        column, params = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            # Folded text has no sign that means something in a pattern.
            one, values = f"{column} LIKE %s", [f"%{each}%" for each in wanted]
        else:
            one, values = f"instr({column}, %s) > 0", wanted
        return f"({' AND '.join([one] * len(values))})", tuple(every for value in values for every in (*params, value))


def with_search_text(model: type[Model], names: Iterable[str]) -> list[str]:
    """The names of fields to write, and those of the folded texts that are made of them."""
    written = list(names)
    return written + [
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, SearchTextField) and set(field.of) & set(written) and field.name not in written
    ]


class Searchable(Model):
    """Writes its `SearchTextField` also where only some fields are saved."""

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields is not None:
            update_fields = with_search_text(type(self), update_fields)
        super().save(*args, update_fields=update_fields, **kwargs)
