from datetime import date
from decimal import Decimal

import pytest

from portal_project.accounts.models import Merchant
from subscriptions.models import Invoice
from tests.conftest import signed_in
from tests.factories import PlanFactory, ProductFactory, started
from tests.pages import MORE_OF_BUSINESS, filled_in, hidden_inputs

LIST = "/admin/subscriptions/invoice/"


@pytest.fixture
def invoice(alice, clock):
    """Of 20 March over 100.00 with 21 % tax, due on 3 April; today is the 5th."""
    Merchant(
        pk=1, name="Acme", street="High Street 1\nUtrecht", vat_number="NL1", payment_instructions="IBAN NL00 ACME"
    ).save()
    clock(date(2026, 4, 5))
    started(alice, date(2026, 3, 20), PlanFactory(product=ProductFactory(name="Hosting", tax_rate=21)))
    return Invoice.objects.get()


def admin_page(invoice, verb):
    return f"{LIST}{invoice.pk}/{verb}/"


def test_it_copies_what_was_true_when_it_was_made(invoice):
    Merchant.objects.update(name="Renamed", payment_days=60)
    invoice.subscription.product.tax_rate = 9
    invoice.subscription.product.save()
    invoice.refresh_from_db()
    assert invoice.seller == "Acme\nHigh Street 1\nUtrecht\nNL1"
    assert invoice.buyer == "Alice Ahn\nalice@example.com"
    assert (invoice.tax_rate, invoice.tax, invoice.due_on) == (21, Decimal("17.36"), date(2026, 4, 3))
    assert invoice.lines == [
        {"kind": "full", "product": "Hosting", "plan": "Monthly", "days": 31, "of": 31, "amount": "100.00"}
    ]


def test_it_names_the_parties_as_they_were_when_it_was_issued(as_alice, as_merchant, alice, invoice):
    """The business changes its own page, the customer theirs; what was issued before says what it said."""
    business = {"name": "Acme", "accent_color": "#0f766e", "payment_days": 14} | MORE_OF_BUSINESS
    business |= {"company": "Acme Inc.", "street": "1 Main St", "city": "Springfield"}
    business |= {"region": "IL", "postal_code": "62701", "country": "US", "vat_number": "EIN 12-3456789"}
    assert as_merchant.post("/admin/accounts/merchant/1/change/", business).status_code == 302
    hers = {"kind": "business", "company": "Ahn Ltd", "street": "1 High St", "city": "Leeds", "postal_code": "ls1 1aa"}
    hers |= {"country": "GB", "vat_number": "980780684", "invoice_email": "books@ahn.example"}
    assert as_alice.post("/accounts/invoicing/", hers).status_code == 302
    started(alice, date(2026, 4, 5))
    old, new = Invoice.objects.order_by("number")
    assert old.seller == "Acme\nHigh Street 1\nUtrecht\nNL1"
    assert old.buyer == "Alice Ahn\nalice@example.com"
    assert new.seller == "Acme Inc.\n1 Main St\nSpringfield, IL 62701\nUnited States\nEIN 12-3456789"
    lines = ["Ahn Ltd", "1 High St", "Leeds", "LS1 1AA", "United Kingdom", "GB980780684"]
    assert new.buyer == "\n".join([*lines, "alice@example.com", "books@ahn.example"])
    assert "<br>".join(lines) in as_alice.get(new.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("country", "lines"),
    [
        ("", ["1234 Town", "North"]),
        ("NL", ["1234 Town", "North", "Netherlands"]),
        ("AU", ["Town, North 1234", "Australia"]),
        ("IE", ["Town", "North", "1234", "Ireland"]),
    ],
)
def test_an_address_is_written_as_its_country_does(country, lines):
    party = Merchant(postal_code="1234", city="Town", region="North", country=country)
    assert party.seller.split("\n")[1:] == lines


def test_its_page_says_what_it_is_for_and_how_to_pay(as_alice, invoice):
    text = as_alice.get(invoice.get_absolute_url()).content.decode()
    for shown in (
        "Invoice 000001",
        "Overdue",
        "Hosting, Monthly",
        "€100.00",
        "€17.36 of tax at 21 %",
        "IBAN NL00 ACME",
    ):
        assert shown in text
    assert "Invoice 000001" in as_alice.get("/invoices/").content.decode()


def test_another_customers_invoice_is_a_404(bob, invoice):
    assert signed_in(bob).get(invoice.get_absolute_url()).status_code == 404


def test_a_merchant_records_a_payment_with_who_and_when(as_merchant, merchant, invoice):
    as_merchant.post(admin_page(invoice, "record-payment"), {"received_on": "2026-04-02", "reference": "Bank 17"})
    invoice.refresh_from_db()
    assert (invoice.status, invoice.paid_on, invoice.payment_reference) == ("paid", date(2026, 4, 2), "Bank 17")
    assert (invoice.settled_by, invoice.settled_at.date()) == (merchant, date(2026, 4, 5))


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-04-06", "A payment is recorded once it is received: today at the latest."),
        ("2025-03-18", "issued on 20 March 2026; its payment cannot have been received before 19 March 2025."),
        ("0001-01-01", "cannot have been received before 19 March 2025."),
    ],
)
def test_a_payment_is_received_neither_in_the_future_nor_long_before_its_invoice(as_merchant, invoice, day, said):
    response = as_merchant.post(admin_page(invoice, "record-payment"), {"received_on": day, "reference": "Bank 17"})
    assert said in response.content.decode()
    assert filled_in(response).items() >= {"received_on": day, "reference": "Bank 17"}.items()
    invoice.refresh_from_db()
    assert invoice.status == "open"


def test_a_payment_may_come_a_year_ahead_of_its_invoice(as_merchant, invoice):
    as_merchant.post(admin_page(invoice, "record-payment"), {"received_on": "2025-03-19"})
    invoice.refresh_from_db()
    assert invoice.paid_on == date(2025, 3, 19)


def test_only_an_open_invoice_is_voided_or_paid(as_merchant, invoice):
    as_merchant.post(admin_page(invoice, "void"))
    invoice.refresh_from_db()
    assert (invoice.status, invoice.settled_by.email) == ("void", "merchant@example.com")
    response = as_merchant.post(admin_page(invoice, "record-payment"), {"received_on": "2026-04-02"})
    assert response.status_code == 409
    assert "Invoice 000001 is void." in response.content.decode()


def test_support_reads_invoices_and_settles_none(as_agent, invoice):
    assert as_agent.get(f"{LIST}{invoice.pk}/change/").status_code == 200
    for verb in ("record-payment", "void"):
        assert as_agent.post(admin_page(invoice, verb), {"received_on": "2026-04-02"}).status_code == 403
    assert as_agent.get(f"{LIST}import-payments/").status_code == 403
    invoice.refresh_from_db()
    assert invoice.status == "open"


def test_the_list_filters_what_is_overdue(as_merchant, alice, invoice):
    started(alice, date(2026, 4, 1))
    text = as_merchant.get(LIST, {"overdue": "yes"}).content.decode()
    assert "000001" in text
    assert "000002" not in text


def test_a_get_settles_nothing(as_merchant, invoice):
    assert hidden_inputs(as_merchant.get(admin_page(invoice, "void")))
    invoice.refresh_from_db()
    assert invoice.status == "open"
