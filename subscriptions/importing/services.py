"""Linked services from another system: a file of their own, several lines for a subscription (`docs/import.md`)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal_project.common import bulk, normalize, pacing, parsing
from portal_project.common.csv_files import Columns, Line
from portal_project.common.parsing import quoted
from subscriptions.importing import cells, files
from subscriptions.importing.cells import Cell
from subscriptions.importing.checking import Checked, batches
from subscriptions.importing.problems import CellProblem
from subscriptions.importing.row_form import LIKE_A_DATE
from subscriptions.importing.writing import Stopped
from subscriptions.lifecycle import linked_services
from subscriptions.models import LinkedService, Subscription

Identity = tuple[int, str, str]
"""Of a service: the key of its subscription, its kind, its name."""


@dataclass(frozen=True)
class Known:
    """What a line is checked against: subscriptions by external ID, and on which line each service comes first."""

    subscriptions: Mapping[str | None, int]
    first_lines: dict[Identity, int]


class ServiceForm(forms.Form):
    """One line as a form: its fields are the columns."""

    external_id = Cell(
        gettext_lazy("an ID"), gettext_lazy("write the ID of the subscription"), normalize.identifier, longest=100
    )
    kind = Cell(
        gettext_lazy("a kind"),
        gettext_lazy("write domain, hosting, mailbox, certificate or other"),
        lambda text: LinkedService.Kind(text.lower()),
    )
    name = Cell(gettext_lazy("a name"), gettext_lazy("write what it is called"), normalize.identifier, longest=253)
    reference = Cell(gettext_lazy("a reference"), "", normalize.identifier, longest=100, required=False)
    auto_renew = Cell(gettext_lazy("an answer"), gettext_lazy("write yes or no"), cells.yes)
    renews_on = Cell(gettext_lazy("a date"), LIKE_A_DATE, parsing.day, required=False)

    def __init__(self, line: Line, known: Known) -> None:
        super().__init__(dict(line.cells))
        self.line, self.known = line.number, known

    def clean_external_id(self) -> int:
        external_id = self.cleaned_data["external_id"]
        if external_id not in self.known.subscriptions:
            message = _("no subscription has the ID %(cell)s; import the subscriptions first")
            raise forms.ValidationError(message % {"cell": quoted(external_id)})
        return self.known.subscriptions[external_id]

    def clean(self) -> None:
        if self.errors:
            return
        first = self.known.first_lines.setdefault(self.identity, self.line)
        if first != self.line:
            message = _("%(cell)s is already on line %(line)d, for the same subscription")
            self.add_error("name", message % {"cell": quoted(self.cleaned_data["name"]), "line": first})

    @property
    def identity(self) -> Identity:
        return self.cleaned_data["external_id"], str(self.cleaned_data["kind"]), self.cleaned_data["name"]


@dataclass(frozen=True)
class Row:
    """A service as the file describes it; `written` are the values of its fields."""

    line: int
    written: dict[str, Any]


@dataclass
class Summary:
    already_there: int = 0
    services: int = 0

    def __str__(self) -> str:
        services = ngettext("%(n)d linked service", "%(n)d linked services", self.services) % {"n": self.services}
        there = ngettext("%(n)d was already there", "%(n)d were already there", self.already_there)
        return _("Imported %(services)s; %(there)s.") % {
            "services": services,
            "there": there % {"n": self.already_there},
        }


def read(path: Path) -> list[Line]:
    """The lines of a CSV file. Raises `FileError`."""
    return files.read(path, COLUMNS)


def check(lines: list[Line], *, today: date, on_progress: Callable[[int], object] = lambda rows: None) -> Checked:
    """Look at every line. A service that is there already is left as it is, whatever the line says now."""
    checked: Checked[Row] = Checked.of(lines)
    first_lines: dict[Identity, int] = {}
    for batch in batches([line for line in lines if not line.problem]):
        known = Known(_subscriptions(batch), first_lines)
        there = _already_there(known)
        for line in batch:
            form = ServiceForm(line, known)
            if not form.is_valid():
                for column, messages in form.errors.items():
                    checked.problems += [CellProblem(line.number, column, str(message)) for message in messages]
            elif form.identity in there:
                checked.already_there += 1
            else:
                checked.rows.append(Row(line.number, _written(form.cleaned_data)))
        on_progress(len(batch))
    checked.problems.sort(key=lambda problem: problem.line)
    return checked


def write(checked: Checked, *, today: date, on_progress: Callable[[int], object] = lambda rows: None) -> Summary:
    """Save the services of a file without problems. Raises `Stopped`; the same file, checked again, then holds the rest."""
    summary, last_line = Summary(checked.already_there), 0
    try:
        for rows in pacing.batches(checked.rows):
            _write([LinkedService(**row.written) for row in rows], today)
            summary.services += len(rows)
            last_line = rows[-1].line
            on_progress(len(rows))
    except (Exception, KeyboardInterrupt) as error:
        raise Stopped(summary, last_line) from error
    return summary


@transaction.atomic
def _write(services: list[LinkedService], today: date) -> None:
    """One batch. What hangs on a subscription that ends does not renew."""
    keys = {service.subscription_id for service in services}
    list(Subscription.objects.filter(pk__among=keys).order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    bulk.insert(services)
    linked_services.heed_ends(keys, today)


def _subscriptions(lines: list[Line]) -> dict[str | None, int]:
    ids = {normalize.identifier(line.cells["external_id"]) for line in lines}
    return dict(Subscription.objects.filter(external_id__in=ids - {""}).values_list("external_id", "pk"))


def _already_there(known: Known) -> set[Identity]:
    services = LinkedService.objects.of(set(known.subscriptions.values()))
    return set(services.order_by().values_list("subscription", "kind", "name"))


def _written(values: Mapping[str, Any]) -> dict[str, Any]:
    """By the fields of the model; an empty cell is an empty reference, or no date."""
    named = {name: values[name] for name in ("kind", "name", "auto_renew", "renews_on")}
    return named | {"subscription_id": values["external_id"], "reference": values["reference"] or ""}


OPTIONAL = tuple(name for name, cell in ServiceForm.base_fields.items() if not cell.required)
COLUMNS = Columns(tuple(name for name in ServiceForm.base_fields if name not in OPTIONAL), OPTIONAL)
