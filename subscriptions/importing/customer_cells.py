"""The columns about a row's customer: who signs in, and who is invoiced."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from django import forms
from django.utils.translation import gettext_lazy

from portal_project.accounts.models import InvoicedParty
from portal_project.accounts.party import FIELDS
from portal_project.common import normalize
from subscriptions.importing import cells
from subscriptions.importing.cells import Cell


class CustomerCells(forms.Form):
    """The part of a row's form that is about its customer."""

    customer_email = Cell(
        gettext_lazy("an e-mail address"), gettext_lazy("write it like ada@example.com"), cells.email, longest=254
    )
    customer_name = Cell(gettext_lazy("a name"), "", longest=150, required=False)
    customer_external_id = Cell(gettext_lazy("an ID"), "", normalize.identifier, longest=100, required=False)
    customer_kind = Cell(
        gettext_lazy("a kind of customer"),
        gettext_lazy("write business or consumer"),
        lambda text: InvoicedParty.Kind(text.lower()),
        required=False,
    )
    customer_company = Cell(gettext_lazy("a company"), "", longest=150, required=False)
    customer_second_line = Cell(gettext_lazy("a line"), "", longest=150, required=False)
    customer_street = Cell(gettext_lazy("a street"), "", longest=500, required=False)
    customer_postal_code = Cell(gettext_lazy("a postal code"), "", cells.postal_code, longest=20, required=False)
    customer_city = Cell(gettext_lazy("a city"), "", longest=100, required=False)
    customer_region = Cell(gettext_lazy("a region"), "", longest=100, required=False)
    customer_country = Cell(
        gettext_lazy("a country"), gettext_lazy("write its code like NL"), cells.country, required=False
    )
    customer_vat_number = Cell(gettext_lazy("a VAT number"), "", normalize.number, longest=50, required=False)
    customer_invoice_email = Cell(
        gettext_lazy("an e-mail address"),
        gettext_lazy("write it like books@example.com"),
        cells.email,
        longest=254,
        required=False,
    )


@dataclass(frozen=True)
class Customer:
    """What a right row says of its customer; `party` holds the fields of an `InvoicedParty`, and nothing where none is given."""

    email: str
    name: str
    external_id: str
    party: Mapping[str, str]

    @classmethod
    def given(cls, given: Mapping[str, Any]) -> Self:
        """From the values of a valid form. Whoever has a company is a business, unless the row says something else."""
        party = {name: given[f"customer_{name}"] or "" for name in (*FIELDS, "invoice_email")}
        if any(party.values()) or given["customer_kind"]:
            by_company = InvoicedParty.Kind.BUSINESS if party["company"] else InvoicedParty.Kind.CONSUMER
            party["kind"] = given["customer_kind"] or by_company
        else:
            party = {}
        name, external_id = given["customer_name"] or "", given["customer_external_id"] or ""
        return cls(given["customer_email"], name, external_id, party)
