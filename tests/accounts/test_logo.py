"""The business's logo, where people see it."""

from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from portal_project.accounts.models import Merchant
from tests.factories import started
from tests.pages import MORE_OF_BUSINESS

IMAGE = '<img class="logo" src="/logo/birch.png" alt="%s">'


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


def test_a_logo_whose_file_is_lost_keeps_nobody_from_changing_the_business(as_merchant, logo):
    assert as_merchant.post(ADMIN, BUSINESS).status_code == 302
    assert (Merchant.load().name, Merchant.load().logo.name) == ("Birch", "logo/birch.png")


BUSINESS = {
    "name": "Birch",
    "accent_color": "#0f766e",
    "payment_days": 14,
    **MORE_OF_BUSINESS,
}
ADMIN = "/admin/accounts/merchant/1/change/"


def a_file(content, name="logo.png"):
    return SimpleUploadedFile(name, content)


def a_png():
    file = BytesIO()
    Image.new("RGB", (40, 20), "teal").save(file, "PNG")
    return file.getvalue()


def test_a_merchant_gives_a_logo_that_everybody_can_load_from_where_the_admin_shows_it(as_merchant, client, db):
    as_merchant.post(ADMIN, BUSINESS | {"logo": a_file(a_png(), "Our logo.PNG")})
    address = Merchant.load().logo_url
    assert address == Merchant.load().logo.url
    assert address in as_merchant.get(ADMIN).content.decode()
    response = client.get(address)
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    assert b"".join(response.streaming_content) == a_png()


def test_a_jpeg_with_a_second_picture_is_a_logo_too(as_merchant, client, db):
    file = BytesIO()
    Image.new("RGB", (8, 8)).save(file, "MPO", save_all=True, append_images=[Image.new("RGB", (4, 4))])
    as_merchant.post(ADMIN, BUSINESS | {"logo": a_file(file.getvalue(), "logo.jpg")})
    response = client.get(Merchant.load().logo_url)
    assert (response.status_code, response["Content-Type"]) == (200, "image/jpeg")


def test_a_picture_that_browsers_do_not_show_is_no_logo(as_merchant, db):
    file = BytesIO()
    Image.new("RGB", (8, 8)).save(file, "TIFF")
    page = as_merchant.post(ADMIN, BUSINESS | {"logo": a_file(file.getvalue(), "logo.tif")}).content.decode()
    assert "Choose a PNG, JPEG, GIF or WebP image; save another kind as PNG first." in page


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (a_file(b"<svg><script>alert(1)</script></svg>", "logo.svg"), "Upload a valid image."),
        (a_file(b"MZ" + bytes(100)), "Upload a valid image."),
        (a_file(a_png() + bytes(1024 * 1024)), "This file is larger than 1 MB. Choose a smaller one."),
    ],
    ids=["a page", "a program", "too large"],
)
def test_what_is_no_image_or_too_large_is_refused_in_words(as_merchant, db, file, told):
    file.seek(0)
    assert told in as_merchant.post(ADMIN, BUSINESS | {"logo": file}).content.decode()
    assert not Merchant.load().logo


def test_without_a_logo_its_address_is_a_404(client, db):
    assert client.get("/logo/birch.png").status_code == 404
