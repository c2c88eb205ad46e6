"""The tables of "Cancellations" as CSV, with an amount a column for each currency."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from portal_project.common import csv_files
from products import money
from support.admin.leaving_filters import BY, OUTCOMES, LeavingForm
from support.reports.leaving import Money, Report, Tally


def rows(form: LeavingForm, found: Report, keys: list[Any]) -> HttpResponseBase:
    """What became of the requests, by what the form says."""
    currencies = found.currencies
    names = [
        str(dict(BY)[form.rows_by]),
        _("Requests"),
        *(str(label) for label in OUTCOMES.values()),
        *(_("Lost a month, %(currency)s") % {"currency": each} for each in currencies),
        _("Ended at once"),
        *(_("Lost at once a month, %(currency)s") % {"currency": each} for each in currencies),
        _("Hours to the first answer (median)"),
    ]
    return _file("cancellations.csv", names, ([form.label(key), *_cells(found.rows[key], currencies)] for key in keys))


def reasons(form: LeavingForm, found: Report) -> HttpResponseBase:
    """Why, with each reason's share of the requests in percent."""
    currencies = found.currencies
    names = [
        _("Reason"),
        _("Requests"),
        _("Share, %"),
        *(_("Lost a month, %(currency)s") % {"currency": each} for each in currencies),
    ]
    lines = (
        [str(form.reasons[code]), tally.requests, found.share(tally), *_amounts(tally.lost, currencies)]
        for code, tally in found.reasons_in_order
    )
    return _file("reasons.csv", names, lines)


def _cells(tally: Tally, currencies: list[str]) -> Iterator[object]:
    yield tally.requests
    yield from (tally.outcomes[decision] for decision in OUTCOMES)
    yield from _amounts(tally.lost, currencies)
    yield tally.at_once
    yield from _amounts(tally.lost_at_once, currencies)
    yield "" if tally.first_answer is None else round(tally.first_answer.total_seconds() / 3600)


def _amounts(of: Money, currencies: list[str]) -> Iterator[Decimal]:
    return (money.rounded(of.by_currency[each], each) for each in currencies)


def _file(name: str, names: Sequence[str], lines: Iterable[Sequence[object]]) -> HttpResponseBase:
    return csv_files.response(name, csv_files.written(names, lines))
