"""A disk that takes no more: the form comes again with what was typed and the reason, and nothing half-written stays.

In the place of a full disk stands the limit on how large a file the process may write.
"""

import resource
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from portal_project.accounts.models import Merchant
from portal_project.common.full_disk import LostFile
from support.models import Attachment, Message, Ticket
from tests.pages import MORE_OF_BUSINESS, confirm, hidden_inputs

NEW = "/support/new/"
TYPED = {"type": "general", "subscription": "", "subject": "A question", "body": "My words."}
BUSINESS = {"name": "Birch & Lane", "accent_color": "#0f766e", "payment_days": 14}
BUSINESS |= MORE_OF_BUSINESS
NO_ROOM = "there is no room for files on our side just now"


@contextmanager
def full_disk(room=1000):
    """Files of this process end after so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def ticket(as_alice):
    confirm(as_alice, NEW, **TYPED)
    return Ticket.objects.get()


@pytest.fixture(params=["kept in memory", "written to disk"])
def uploads(request, settings, tmp_path):
    """How a file waits until its form is read; where it is written first, that disk is full already."""
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    if request.param == "written to disk":
        settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0


def files():
    return [SimpleUploadedFile("short.txt", b"1"), SimpleUploadedFile("long.txt", b"One line.\n" * 20000)]


def on_disk(folder):
    return [path for path in Path(folder).rglob("*") if path.is_file()]


def sent_with_no_room(client, page, address, **typed):
    form = hidden_inputs(client.get(page)) | typed
    with full_disk():
        return client.post(address, form | {"files": files()})


@pytest.mark.parametrize("who", ["customer", "staff", "new"])
def test_a_message_whose_files_find_no_room_is_still_there(as_alice, as_agent, ticket, uploads, tmp_path, who):
    staff_page = f"/admin/support/ticket/{ticket.pk}/"
    client, page, address = {
        "customer": (as_alice, ticket.get_absolute_url(), ticket.get_absolute_url()),
        "staff": (as_agent, f"{staff_page}change/", f"{staff_page}reply/"),
        "new": (as_alice, NEW, NEW),
    }[who]
    text = sent_with_no_room(client, page, address, **(TYPED | {"body": "More words."})).content.decode()
    assert NO_ROOM in text
    assert "More words." in text
    assert "Choose your files again: a browser does not keep them." in text
    assert (Ticket.objects.count(), Message.objects.count(), Attachment.objects.count()) == (1, 1, 0)
    assert on_disk(tmp_path) == []


def test_the_same_page_is_sent_once_there_is_room(as_alice, ticket, tmp_path):
    page = sent_with_no_room(as_alice, ticket.get_absolute_url(), ticket.get_absolute_url(), body="More.")
    as_alice.post(ticket.get_absolute_url(), hidden_inputs(page) | {"body": "More.", "files": files()})
    assert Message.objects.filter(body="More.").count() == 1
    assert len(on_disk(tmp_path)) == 2


def test_a_logo_that_finds_no_room_leaves_all_else_filled_in(as_merchant, uploads, tmp_path):
    png = BytesIO()
    Image.new("RGB", (40, 20)).save(png, "PNG")
    sent = BUSINESS | {"logo": SimpleUploadedFile("logo.png", png.getvalue())}
    with full_disk(room=10):
        page = as_merchant.post("/admin/accounts/merchant/1/change/", sent).content.decode()
    assert NO_ROOM in page
    assert 'value="Birch &amp; Lane"' in page
    assert Merchant.load().name != "Birch & Lane"
    assert on_disk(tmp_path) == []


def test_any_field_for_a_file_tells_of_one_that_was_lost():
    with pytest.raises(ValidationError, match=NO_ROOM):
        forms.FileField().clean(LostFile("payments.csv"))


def test_a_folder_for_uploads_that_is_gone_is_told_likewise(as_alice, ticket, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR, settings.FILE_UPLOAD_MAX_MEMORY_SIZE = tmp_path / "gone", 0
    page = confirm(as_alice, ticket.get_absolute_url(), body="More words.", files=files())
    assert NO_ROOM in page.content.decode()
    assert Message.objects.count() == 1
