"""What people get for what they change of their account."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from portal_project.accounts import changes
from portal_project.accounts.forgetting import forget
from portal_project.accounts.models import AddressChange, InvoicedParty, Merchant, User
from portal_project.accounts.models.address_change import CONFIRM, UNDO
from portal_project.mail.models import OutgoingMail
from portal_project.receipts.models import Receipt
from tests.conftest import signed_in
from tests.mail.reading import read
from tests.pages import filled_in, hidden_inputs

PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def _setting(clock, db):
    clock(date(2026, 3, 10))
    Merchant(pk=1, name="Bits & Bytes").save()


def kinds():
    return list(Receipt.objects.order_by("pk").values_list("kind", flat=True))


def templates_to(address):
    return list(OutgoingMail.objects.filter(recipient=address).order_by("pk").values_list("template", flat=True))


def save_party(client, **changed):
    page = client.get("/accounts/invoicing/")
    return client.post("/accounts/invoicing/", filled_in(page) | hidden_inputs(page) | changed)


def test_another_password_is_receipted_with_browser_and_address_in_the_place_of_another_mail(alice):
    alice.set_password(PASSWORD)
    alice.save()
    client = signed_in(alice)
    new = f"{PASSWORD} again"
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    given = Receipt.objects.get()
    assert (given.person, given.kind, given.subscription) == (alice, "password_changed", "")
    assert [label for label, _text in given.facts] == ["Address", "Browser"]
    assert templates_to("alice@example.com") == ["receipts/receipt"]
    text = read("receipts/receipt", client).text
    assert "If it was not you who did this, reset your password at once and write to us." in text
    assert "Your password is changed" in client.get("/receipts/").content.decode()


def test_who_is_invoiced_is_receipted_with_before_and_now(as_alice):
    assert save_party(as_alice, company="Ahn Ltd", city="Leeds").status_code == 302
    given = Receipt.objects.get()
    assert (given.kind, dict(given.facts)["Before"]) == ("invoiced_party_changed", "Alice Ahn\nalice@example.com")
    assert "Ahn Ltd" in dict(given.facts)["Now"]
    assert "Ahn Ltd<br>" in as_alice.get(given.get_absolute_url()).content.decode()


def test_who_saves_what_is_there_gets_none(as_alice):
    save_party(as_alice, city="Leeds")
    save_party(as_alice)
    assert (kinds(), InvoicedParty.objects.get().city) == (["invoiced_party_changed"], "Leeds")


def test_another_address_is_receipted_there_and_that_it_is_undone(alice, client):
    change = AddressChange.objects.create(
        user=alice,
        new_email="new@example.com",
        asked_by=alice,
        asked_at="2026-03-10T12:00Z",
        confirm_until="2026-03-11T12:00Z",
    )
    client.post(f"/accounts/address/confirm/{change.secret(CONFIRM)}/")
    assert templates_to("new@example.com") == ["receipts/receipt"]
    assert dict(Receipt.objects.get().facts) == {"Before": "alice@example.com", "Now": "new@example.com"}
    change.refresh_from_db()
    client.post(f"/accounts/address/undo/{change.secret(UNDO)}/")
    assert kinds() == ["address_changed", "address_undone"]
    assert User.objects.get(pk=alice.pk).email == "alice@example.com"
    assert templates_to("alice@example.com")[-1] == "receipts/receipt"


def test_whoever_is_forgotten_meanwhile_gets_none(alice, merchant):
    forget(alice, by=merchant)
    OutgoingMail.objects.all().delete()
    with pytest.raises(PermissionDenied):
        changes.tell(changes.Change(alice, "password_changed", "Your password is changed", "It was changed."))
    assert not OutgoingMail.objects.exists()
    assert not Receipt.objects.exists()


def test_what_staff_write_makes_none(as_merchant, alice):
    page = as_merchant.get(f"/admin/accounts/user/{alice.pk}/change/")
    assert page.status_code == 200
    as_merchant.post(f"/admin/accounts/user/{alice.pk}/change/", filled_in(page) | hidden_inputs(page) | {"phone": "1"})
    assert not Receipt.objects.exists()
