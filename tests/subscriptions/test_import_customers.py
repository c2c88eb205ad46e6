"""The columns of an import that say who a customer is in the other system, and who is invoiced."""

import csv
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from portal_project.accounts.models import InvoicedParty, User
from subscriptions.models import Subscription
from tests.factories import UserFactory
from tests.subscriptions.test_import import RIGHT, TODAY

pytestmark = pytest.mark.django_db

AHN = {
    "customer_external_id": "crm 17",
    "customer_company": "Ahn Ceramics B.V.",
    "customer_street": "Oudegracht 1",
    "customer_postal_code": "3511 ab",
    "customer_city": "Utrecht",
    "customer_country": "nl",
    "customer_vat_number": "nl 1234.56.782.b01",
    "customer_invoice_email": "Books@Ahn.example",
}


@pytest.fixture
def load(tmp_path, clock):
    """Import rows, each right but for what is given; returns what the command printed, or what it refused."""

    def load(*rows: dict[str, str]) -> list[str]:
        clock(TODAY)
        out, path = StringIO(), tmp_path / "rows.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, dict.fromkeys(name for row in (RIGHT, *rows) for name in row))
            writer.writeheader()
            writer.writerows({**RIGHT, "external_id": f"A-{n}", **row} for n, row in enumerate(rows, start=1))
        try:
            call_command("import_subscriptions", str(path), stdout=out, stderr=out)
        except CommandError as error:
            return [*out.getvalue().splitlines(), str(error)]
        return out.getvalue().splitlines()

    return load


def test_a_new_customer_comes_with_their_id_and_who_is_invoiced(load):
    load(AHN)
    ada = User.objects.get(external_id="crm 17")
    assert ada.number.startswith("C-")
    party = ada.invoiced_party
    assert (party.kind, party.vat_number, party.invoice_email) == ("business", "NL123456782B01", "books@ahn.example")
    assert party.lines(ada.name) == [
        "Ahn Ceramics B.V.",
        "Oudegracht 1",
        "3511 AB Utrecht",
        "Netherlands",
        "NL123456782B01",
    ]
    assert User.objects.filter(search_text__matches="crm 17").get() == ada


def test_without_these_columns_nobody_has_a_party(load):
    load({})
    assert User.objects.get().external_id is None
    assert not InvoicedParty.objects.exists()


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"customer_city": "Utrecht"}, "consumer"),
        ({"customer_company": "Ahn"}, "business"),
        ({"customer_company": "Ahn", "customer_kind": "Consumer"}, "consumer"),
        ({"customer_kind": "business"}, "business"),
    ],
)
def test_whoever_has_a_company_is_a_business_unless_the_row_says_something_else(load, row, kind):
    load(row)
    assert InvoicedParty.objects.get().kind == kind


def test_the_first_row_that_says_something_counts(load):
    load({}, {"customer_city": "Utrecht"}, {"customer_city": "Leiden", "customer_external_id": "17"})
    ada = User.objects.get()
    assert (ada.invoiced_party.city, ada.external_id) == ("Utrecht", "17")


def test_who_is_known_keeps_what_they_have_and_gets_what_they_lack(load):
    ada, eve = UserFactory(email="ada@example.com"), UserFactory(email="e@b.example", external_id="g")
    InvoicedParty.objects.create(user=ada, city="Leiden")
    load(AHN, {"customer_email": "E@B.example", "customer_external_id": "g", "customer_city": "Delft"})
    for user in (ada, eve):
        user.refresh_from_db()
    assert (ada.external_id, ada.invoiced_party.city) == ("crm 17", "Leiden")
    assert (eve.external_id, eve.invoiced_party.city) == ("g", "Delft")
    assert load(AHN) == [
        "Imported 0 subscriptions (0 new customers, 0 new products, 0 new plans); 1 was already there."
    ]


def test_a_customer_has_one_id_and_an_id_one_customer(load):
    UserFactory(email="e@b.example", external_id="g")
    assert load(
        {"customer_external_id": "a"},
        {"customer_external_id": "b"},
        {"customer_email": "bob@example.com", "customer_external_id": "a"},
        {"customer_email": "bob@example.com", "customer_external_id": "g"},
        {"customer_email": "e@b.example", "customer_external_id": "g 2"},
        {"customer_external_id": "a\u200b"},
    ) == [
        'line 3, column customer_external_id: ada@example.com has the ID "a" on line 2; a customer has one',
        'line 4, column customer_external_id: "a" is the ID of ada@example.com on line 2; give each customer an ID of their own',
        'line 5, column customer_external_id: "g" is the ID of e@b.example in the portal; give each customer an ID of their own',
        'line 6, column customer_external_id: e@b.example has the ID "g" in the portal; a customer has one',
        "4 errors in 4 of 6 rows; nothing was written.",
    ]


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("country", "Holland", '"Holland" is not a country; write its code like NL'),
        ("country", "EU", '"EU" is not a country; write its code like NL'),
        ("kind", "ngo", '"ngo" is not a kind of customer; write business or consumer'),
        ("invoice_email", "books", '"books" is not an e-mail address; write it like books@example.com'),
        ("company", "x" * 151, "has 151 characters; at most 150 fit"),
        ("street", "x" * 100_000, "has 100000 characters; at most 500 fit"),
        ("vat_number", "NL123456783B01", '"NL123456783B01": A digit or letter of this VAT number is wrong or missing'),
    ],
)
def test_what_cannot_be_is_refused_in_words(load, column, cell, said):
    *problems, verdict = load(AHN | {f"customer_{column}": cell})
    assert said in problems[0]
    assert problems[0].startswith(f"line 2, column customer_{column}: ")
    assert verdict == "1 error in 1 of 1 row; nothing was written."
    assert not Subscription.objects.exists()


def test_odd_letters_are_read_as_everywhere(load):
    load(
        AHN
        | {"customer_vat_number": "NL١٢٣٤٥٦٧٨٢B٠١", "customer_city": "Ko\u0308ln\u200b", "customer_street": "a\r\nb"}
    )
    party = InvoicedParty.objects.get()
    assert (party.vat_number, party.city, party.street) == ("NL123456782B01", "Köln", "a b")
