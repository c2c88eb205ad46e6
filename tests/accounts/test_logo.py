"""The business's logo, where people see it."""

from datetime import date

import pytest

from portal_project.accounts.models import Merchant
from tests.factories import started

IMAGE = '<img class="logo" src="/logo?birch" alt="%s">'


@pytest.fixture
def logo(db):
    Merchant.objects.update_or_create(pk=1, defaults={"name": "Birch & Lane", "logo": "logo/birch.png"})


def test_the_logo_stands_in_the_header_in_place_of_the_name(client, logo):
    page = client.get("/accounts/login/").content.decode()
    assert IMAGE % "Birch &amp; Lane" in page
    assert 'class="mark"' not in page


def test_without_a_logo_the_name_stands_there(client, db):
    page = client.get("/accounts/login/").content.decode()
    assert 'class="mark"' in page
    assert 'class="logo"' not in page


def test_the_logo_stands_on_an_invoice(as_alice, alice, clock, logo):
    clock(date(2026, 3, 20))
    invoice = started(alice, date(2026, 3, 20)).invoices.get()
    assert IMAGE % "" in as_alice.get(invoice.get_absolute_url()).content.decode()
