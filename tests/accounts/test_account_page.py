"""Your account: who one is, who is invoiced, and where to change it."""

import unicodedata

import pytest
from django.test import Client

from portal_project.accounts.models import InvoicedParty, User
from tests.pages import filled_in

ACCOUNT, PERSON, INVOICING = "/accounts/", "/accounts/person/", "/accounts/invoicing/"
AHN = {
    "kind": "business",
    "company": "Ahn Ceramics B.V.",
    "second_line": "Attn. the bookkeeper",
    "street": "Oudegracht 1\r\nback door",
    "postal_code": "3511 ab",
    "city": "Utrecht",
    "region": "",
    "country": "NL",
    "vat_number": "nl 1234.56.782.b01",
    "invoice_email": "Books@Ahn.example",
}


def text_of(response):
    return response.content.decode()


def test_it_shows_who_one_is_and_leads_to_password_and_mails(as_alice, alice):
    alice.phone = "+31 30 123 4567"
    alice.save()
    page = text_of(as_alice.get(ACCOUNT))
    for shown in ("Alice Ahn", "+31 30 123 4567", "alice@example.com", "Yours is not given yet"):
        assert shown in page
    for address in ("/accounts/password/change/", "/accounts/mails/", PERSON, INVOICING):
        assert f'href="{address}"' in page


def test_every_page_leads_there(as_alice):
    assert f'href="{ACCOUNT}"' in text_of(as_alice.get("/"))


@pytest.mark.parametrize("address", [ACCOUNT, PERSON, INVOICING])
def test_whoever_is_not_signed_in_signs_in_first(db, address):
    assert Client().get(address).url == f"/accounts/login/?next={address}"


def test_one_changes_name_and_phone_and_nothing_else(as_alice, alice):
    sent = {
        "name": " Alice\u200b  Ahn-Berg ",
        "phone": "+٣١ 30 123\u2013456",
        "email": "x@example.com",
        "is_staff": "on",
    }
    shown = as_alice.post(PERSON, sent, follow=True)
    assert "Your details are saved." in text_of(shown)
    alice.refresh_from_db()
    assert (alice.name, alice.phone) == ("Alice Ahn-Berg", "+31 30 123-456")
    assert (alice.email, alice.is_staff) == ("alice@example.com", False)
    # What searches find follows.
    assert User.objects.filter(search_text__matches="berg").exists()


@pytest.mark.parametrize("phone", ["call me", "+", "1" * 41, "9" * 100_000, "12\0"])
def test_a_phone_that_is_none_is_said_beside_it_and_all_is_kept(as_alice, alice, phone):
    response = as_alice.post(PERSON, {"name": "New Name", "phone": phone})
    assert 'aria-invalid="true"' in text_of(response)
    assert filled_in(response)["name"] == "New Name"
    alice.refresh_from_db()
    assert (alice.name, alice.phone) == ("Alice Ahn", "")


def test_one_says_who_is_invoiced_and_sees_it_as_invoices_will_say_it(as_alice, alice):
    assert filled_in(as_alice.get(INVOICING))["kind"] == "consumer"
    page = text_of(as_alice.post(INVOICING, AHN, follow=True))
    assert "Saved. Your next invoices will say so." in page
    lines = ["Ahn Ceramics B.V.", "Attn. the bookkeeper", "Oudegracht 1", "back door", "3511 AB Utrecht", "Netherlands"]
    assert "<br>".join([*lines, "NL123456782B01", "alice@example.com", "books@ahn.example"]) in page
    party = InvoicedParty.objects.get(user=alice)
    assert (party.kind, party.street, party.vat_number) == ("business", "Oudegracht 1\nback door", "NL123456782B01")
    assert filled_in(as_alice.get(INVOICING)).items() >= {"country": "NL", "company": "Ahn Ceramics B.V."}.items()


def test_a_vat_number_that_cannot_be_is_said_beside_it_and_all_is_kept(as_alice):
    response = as_alice.post(INVOICING, AHN | {"vat_number": "NL123456783B01"})
    assert "its check digit does not fit" in text_of(response)
    assert filled_in(response).items() >= {"vat_number": "NL123456783B01", "city": "Utrecht", "country": "NL"}.items()
    assert not InvoicedParty.objects.exists()


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("vat_number", "NL١٢٣٤٥٦٧٨٢B٠١", "NL123456782B01"),
        ("postal_code", "３５１１\u00a0ab\u200b", "3511 AB"),
        ("city", unicodedata.normalize("NFD", "Köln"), "Köln"),
        ("company", "\u200b", ""),
        ("street", "a\rb\u2028c", "a\nb\nc"),
        ("invoice_email", "books@AHN.EXAMPLE", "books@ahn.example"),
    ],
)
def test_it_is_kept_in_one_form(as_alice, name, typed, kept):
    assert as_alice.post(INVOICING, AHN | {name: typed}).status_code == 302
    assert getattr(InvoicedParty.objects.get(), name) == kept


@pytest.mark.parametrize("odd", ["a\0b", "x" * 100_000])
def test_what_no_field_can_hold_is_an_error_beside_each(as_alice, odd):
    page = text_of(as_alice.post(INVOICING, dict.fromkeys(AHN, odd)))
    assert page.count('class="errorlist"') == len(AHN)
    assert not InvoicedParty.objects.exists()


def test_staff_are_customers_of_nobody(as_agent):
    page = text_of(as_agent.get(ACCOUNT))
    assert "Who we invoice" not in page
    assert as_agent.get(INVOICING).status_code == 404
    assert as_agent.get(PERSON).status_code == 200


def test_merchants_change_it_on_the_page_of_the_person_and_support_reads_it(as_merchant, as_agent, alice):
    address = f"/admin/accounts/user/{alice.pk}/change/"
    inline = {"TOTAL_FORMS": 1, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1, "0-user": alice.pk}
    inline |= {f"0-{name}": value for name, value in AHN.items()}
    sent = {f"invoiced_party-{name}": value for name, value in inline.items()}
    person = {"email": alice.email, "name": alice.name, "phone": "030 1234567", "is_active": "on"}
    wrong = as_merchant.post(address, person | sent | {"invoiced_party-0-vat_number": "NL1"})
    assert "not written like a VAT number" in text_of(wrong)
    assert as_merchant.post(address, person | sent).status_code == 302
    assert InvoicedParty.objects.get(user=alice).vat_number == "NL123456782B01"
    assert "Ahn Ceramics B.V." in text_of(as_agent.get(address))
    assert as_agent.post(address, person | sent).status_code == 403


def test_the_page_of_staff_has_no_such_part(as_merchant, agent):
    assert "invoiced_party" not in text_of(as_merchant.get(f"/admin/accounts/user/{agent.pk}/change/"))


def test_one_chooses_light_or_dark_for_every_page(as_alice, alice):
    assert 'data-appearance="system"' in text_of(as_alice.get("/"))
    assert "Saved." in text_of(as_alice.post("/accounts/appearance/", {"appearance": "dark"}, follow=True))
    page = text_of(as_alice.get("/"))
    assert 'data-appearance="dark"' in page
    assert '<meta name="color-scheme" content="dark">' in page
    assert 'aria-invalid="true"' in text_of(as_alice.post("/accounts/appearance/", {"appearance": "sepia"}))
    alice.refresh_from_db()
    assert alice.appearance == "dark"


def test_strangers_see_what_their_device_has(db):
    page = text_of(Client().get("/accounts/login/"))
    assert "data-appearance" not in page
    assert '<meta name="color-scheme" content="light dark">' in page
