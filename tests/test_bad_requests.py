"""What the portal does not take is told on a page of its own, with the limit where there is one."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

LOGIN = "/accounts/login/"


@pytest.mark.parametrize(
    ("limit", "sent", "status", "told"),
    [
        (
            {"DATA_UPLOAD_MAX_MEMORY_SIZE": 5120},
            {"login": "x" * 6000},
            413,
            "may have up to 5.0\xa0KB; what you sent is longer.",
        ),
        ({"DATA_UPLOAD_MAX_NUMBER_FIELDS": 20}, {f"f{n}": "" for n in range(30)}, 400, "may have up to 20 fields;"),
        (
            {"DATA_UPLOAD_MAX_NUMBER_FILES": 2},
            {"files": [SimpleUploadedFile(f"{n}.txt", b"1") for n in range(3)]},
            400,
            "takes up to 2 files;",
        ),
    ],
)
@pytest.mark.parametrize("checks", [True, False], ids=["read by the check of the token", "read by the page"])
def test_more_than_a_form_may_have_is_told_with_the_limit(db, settings, limit, sent, status, told, checks):
    for name, value in limit.items():
        setattr(settings, name, value)
    client = Client(enforce_csrf_checks=checks)
    client.get(LOGIN)
    response = client.post(LOGIN, sent)
    assert response.status_code == status
    assert told in response.content.decode()
    assert response["Cache-Control"] == "private, no-store"
    assert "default-src 'none'" in response["Content-Security-Policy"]


@pytest.mark.parametrize(
    "request_",
    [
        {"headers": {"host": "elsewhere.example.com"}},
        {"data": b"not a form", "content_type": "multipart/form-data; boundary=\xe4"},
    ],
    ids=["a name that is not ours", "a broken form"],
)
def test_what_cannot_be_read_is_told_calmly(client, db, request_):
    response = client.post(LOGIN, **request_)
    assert response.status_code == 400
    assert "Your browser sent something that the portal cannot read." in response.content.decode()


@pytest.mark.parametrize("address", ["/accounts/address/drop/", "/accounts/language/choose/"])
def test_an_address_that_only_takes_what_a_button_sends_says_so(as_alice, address):
    response = as_alice.get(address)
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "There is nothing to see at this address" in response.content.decode()
    assert response["Content-Type"] == "text/html; charset=utf-8"
