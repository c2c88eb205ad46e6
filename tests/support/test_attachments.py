from datetime import date
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from PIL import Image

from support.models import Attachment, Message, Ticket
from support.tickets.attachments import attached, named_by_content
from support.tickets.opening import reply
from tests.conftest import signed_in
from tests.pages import confirm

NEW = "/support/new/"
TYPED = {"type": "general", "subscription": "", "subject": "A question", "body": "See the file."}
MEGABYTE = 1024 * 1024


def picture():
    content = BytesIO()
    Image.new("RGB", (2, 2)).save(content, "PNG")
    return SimpleUploadedFile("screen.png", content.getvalue(), "image/png")


def two_pictures():
    """A JPEG as cameras write it, with a second picture behind the first."""
    content = BytesIO()
    first, second = Image.new("RGB", (8, 8)), Image.new("RGB", (4, 4), "red")
    first.save(content, "MPO", save_all=True, append_images=[second])
    return content.getvalue()


def phone_picture(brands):
    """The beginning of a picture in HEIF: a box "ftyp" of a main brand, a version and compatible brands, then others."""
    box = b"ftyp" + brands[:4] + bytes(4) + brands[4:]
    return (len(box) + 4).to_bytes(4) + box + b"\x00\x00\x00\x08meta"


def text(name="log.txt", content=b"One line.\n", content_type="text/plain"):
    return SimpleUploadedFile(name, content, content_type)


@pytest.fixture
def ticket(as_alice):
    confirm(as_alice, NEW, **TYPED, files=[text()])
    return Ticket.objects.get()


def admin_page(ticket, what="change"):
    return f"/admin/support/ticket/{ticket.pk}/{what}/"


def answer(client, ticket, **typed):
    page = client.get(admin_page(ticket))
    seen = page.context["seen"]
    return client.post(admin_page(ticket, "reply"), {"token": uuid4(), "seen": seen, "sends_mail": "on"} | typed)


def test_a_new_ticket_takes_files_and_its_page_leads_to_them(as_alice, ticket):
    file = Attachment.objects.get()
    page = as_alice.get(ticket.get_absolute_url()).content.decode()
    assert "log.txt" in page
    assert "10\xa0bytes" in page
    assert file.get_absolute_url() in page


def test_a_reply_takes_an_image_a_pdf_and_a_text(as_alice, ticket):
    files = [picture(), text("terms.pdf", b"%PDF-1.7\n"), text("notes.csv", b"a;b\n")]
    confirm(as_alice, ticket.get_absolute_url(), body="Here.", files=files)
    kinds = Attachment.objects.filter(message__body="Here.").values_list("name", "content_type")
    assert list(kinds) == [
        ("screen.png", "image/png"),
        ("terms.pdf", "application/pdf"),
        ("notes.csv", "text/plain; charset=utf-8"),
    ]


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("name", "content", "kept_as", "content_type"),
    [
        ("DSC1.JPG", two_pictures(), "DSC1.JPG", "image/jpeg"),
        ("IMG_1.HEIC", phone_picture(b"heicmif1heic"), "IMG_1.HEIC", "image/heic"),
        ("a.heif", phone_picture(b"mif1mif1heic"), "a.heif", "image/heic"),
        ("a.jpg", phone_picture(b"heixmif1"), "a.jpg.heic", "image/heic"),
        ("a.heic", phone_picture(b"mif1mif1avif"), "a.heic.avif", "image/avif"),
        ("a.txt", "Grüße €".encode("utf-16-le"), None, None),
        ("a.txt", b"\xff\xfe" + "Grüße €".encode("utf-16-le"), "a.txt", "text/plain; charset=utf-16"),
        ("a.csv", b"\xfe\xff" + "हिन्दी;1\r\n".encode("utf-16-be"), "a.csv", "text/plain; charset=utf-16"),
        ("a.txt", b"\xef\xbb\xbf" + "Grüße €".encode(), "a.txt", "text/plain; charset=utf-8"),
        ("a.log", "Grüße €".encode("cp1252"), "a.log", "text/plain; charset=windows-1252"),
        ("film.mp4", phone_picture(b"isomiso2mp41"), None, None),
        ("a.txt", b"\xff\xfe" + "a\0b".encode("utf-16-le"), None, None),
        ("a.txt", b"\xff\xfe\0", None, None),
        ("a.txt", b"caf\xe9\0", None, None),
        ("a.bin", b"\x81\x8d", None, None),
    ],
)
def test_what_phones_cameras_and_windows_write_is_taken(as_alice, ticket, name, content, kept_as, content_type):
    response = confirm(as_alice, ticket.get_absolute_url(), body="Here.", files=[text(name, content)])
    if kept_as:
        file = Attachment.objects.get(message__body="Here.")
        assert (file.name, file.content_type) == (kept_as, content_type)
        download = as_alice.get(file.get_absolute_url())
        assert download["Content-Disposition"].startswith("attachment;")
        assert b"".join(download) == content
    else:
        assert f"“{name}” cannot be taken as it is." in response.content.decode()
        assert not Message.objects.filter(body="Here.").exists()


def test_a_file_is_only_ever_a_download(as_alice, as_agent, ticket):
    file = Attachment.objects.get()
    for response in (
        as_alice.get(file.get_absolute_url()),
        as_agent.get(f"/admin/support/ticket/{ticket.pk}/files/{file.pk}/"),
    ):
        assert b"".join(response) == b"One line.\n"
        assert response["Content-Disposition"] == 'attachment; filename="log.txt"'
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        (
            text("tool.exe", b"MZ\x00\x01\x02", "text/plain"),
            "“tool.exe” cannot be taken as it is. Send a picture as JPEG",
        ),
        (text("photo.png", b"\x89PNG\r\n\x1a\nnot really", "image/png"), "“photo.png” cannot be taken as it is."),
        (text("long.txt", b"x" * (5 * MEGABYTE + 1)), "“long.txt” is larger than 5 MB."),
        (text("nothing.txt", b""), "“nothing.txt” is empty."),
    ],
)
def test_a_file_that_is_not_taken_is_named_and_the_text_is_kept(as_alice, ticket, file, problem):
    response = confirm(as_alice, ticket.get_absolute_url(), body="My words.", files=[text("good.txt"), file])
    page = response.content.decode()
    assert problem in page
    assert "My words." in page
    assert "Choose your files again: a browser does not keep them." in page
    assert Attachment.objects.count() == 1
    assert Message.objects.count() == 1


def test_at_most_five_files_come_with_a_message(as_alice, ticket):
    six, five = [text(f"{n}.txt") for n in range(6)], [text(f"{n}.txt") for n in range(5)]
    response = confirm(as_alice, ticket.get_absolute_url(), body="Many.", files=six)
    assert "Choose at most 5 files." in response.content.decode()
    confirm(as_alice, ticket.get_absolute_url(), body="Many.", files=five)
    assert Attachment.objects.filter(message__body="Many.").count() == 5


def test_an_error_elsewhere_says_that_the_file_has_to_be_chosen_again(as_alice):
    response = confirm(as_alice, NEW, **(TYPED | {"subject": ""}), files=[text()])
    page = response.content.decode()
    assert "Choose your file again: a browser does not keep it." in page
    assert "See the file." in page
    assert not Ticket.objects.exists()


def test_a_page_in_disguise_is_kept_and_given_back_as_a_text(as_alice, ticket):
    disguised = text("invoice.html", b"<script>alert(1)</script>", "text/html")
    confirm(as_alice, ticket.get_absolute_url(), body="Look.", files=[disguised])
    response = as_alice.get(Attachment.objects.get(message__body="Look.").get_absolute_url())
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="invoice.html.txt"'


@pytest.mark.parametrize(
    ("name", "content_type", "kept"),
    [
        ("a.PNG", "image/png", "a.PNG"),
        ("a.jpeg", "image/jpeg", "a.jpeg"),
        ("a.png", "image/jpeg", "a.png.jpg"),
        ("a", "application/pdf", "a.pdf"),
        ("a.svg", "text/plain; charset=utf-8", "a.svg.txt"),
        ("in\u202egpj.txt", "text/plain; charset=utf-8", "ingpj.txt"),
        ("ä" * 200 + ".pdf", "application/pdf", "ä" * 146 + ".pdf"),
    ],
)
def test_a_file_is_named_by_what_it_is(name, content_type, kept):
    assert named_by_content(name, content_type) == kept


def test_staff_send_files_with_a_reply_and_with_a_note(as_alice, as_agent, ticket):
    answer(as_agent, ticket, body="Attached.", files=[text("offer.txt")])
    answer(as_agent, ticket, body="For us.", is_internal="on", files=[text("secret.txt")])
    staff_page = as_agent.get(admin_page(ticket)).content.decode()
    assert "offer.txt" in staff_page
    assert "secret.txt" in staff_page
    customer_page = as_alice.get(ticket.get_absolute_url()).content.decode()
    assert "offer.txt" in customer_page
    assert "secret.txt" not in customer_page


def test_a_file_belongs_to_one_ticket_and_one_customer(as_alice, as_agent, bob, ticket):
    file = Attachment.objects.get()
    assert signed_in(bob).get(file.get_absolute_url()).status_code == 404
    confirm(as_alice, NEW, **TYPED)
    other = Ticket.objects.exclude(pk=ticket.pk).get()
    assert as_alice.get(f"{other.get_absolute_url()}files/{file.pk}/").status_code == 404
    assert as_agent.get(f"/admin/support/ticket/{other.pk}/files/{file.pk}/").status_code == 404


def test_the_file_of_a_note_does_not_exist_for_the_customer(as_alice, as_agent, ticket):
    answer(as_agent, ticket, body="For us.", is_internal="on", files=[text("secret.txt")])
    file = Attachment.objects.get(name="secret.txt")
    assert as_alice.get(file.get_absolute_url()).status_code == 404


def test_a_file_that_the_disk_has_lost_is_a_404(as_alice, ticket):
    file = Attachment.objects.get()
    default_storage.delete(file.file.name)
    assert as_alice.get(file.get_absolute_url()).status_code == 404


def test_what_is_rolled_back_leaves_neither_row_nor_file(alice, ticket):
    with pytest.raises(ValueError, match="came past its form"):
        reply(
            ticket,
            author=alice,
            body="Half.",
            token=uuid4(),
            today=date(2026, 4, 5),
            files=[text(), text("a", b"\x00")],
        )
    assert not Message.objects.filter(body="Half.").exists()
    assert Attachment.objects.count() == 1
    assert len(default_storage.listdir("attachments")[1]) == 1


def test_what_fails_after_the_files_leaves_none_on_the_disk(alice, ticket):
    """As where a row that the answer refers to has gone meanwhile."""
    message = ticket.messages.get()
    with pytest.raises(Ticket.DoesNotExist), transaction.atomic(), attached(message, [text(), text("b.txt")]):
        Ticket.objects.get(pk=0)
    assert Attachment.objects.count() == 1
    assert len(default_storage.listdir("attachments")[1]) == 1


def test_the_same_form_twice_keeps_its_files_once(as_agent, ticket):
    form = {"token": uuid4(), "body": "Once.", "sends_mail": "on"}
    for _ in range(2):
        as_agent.post(admin_page(ticket, "reply"), form | {"files": [text("once.txt")]})
    assert Attachment.objects.filter(name="once.txt").count() == 1
