"""The lines of an invoice in words: what is billed, for which days, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from products import money
from subscriptions.models import Invoice, LineKind


@dataclass(frozen=True)
class Line:
    text: str
    total: str


def lines_of(invoice: Invoice) -> list[Line]:
    return [Line(_text(line), money.formatted(Decimal(line["amount"]), invoice.currency)) for line in invoice.lines]


def _text(line: Mapping[str, Any]) -> str:
    if line["kind"] == LineKind.DISCOUNT:
        return _("Discount of %(percent)d %%") % line
    name = _("%(product)s, %(plan)s") % line
    if line["kind"] == LineKind.FULL:
        return name
    days = ngettext("%(days)d of %(of)d days", "%(days)d of %(of)d days", line["days"]) % line
    return _("%(name)s: %(why)s, %(days)s") % {"name": name, "why": _why(line["kind"]), "days": days}


def _why(kind: str) -> str:
    return {
        LineKind.DAYS: _("up to the end"),
        LineKind.REST: _("rest of the period"),
        LineKind.GAP: _("from the end of the pause"),
    }[LineKind(kind)]
