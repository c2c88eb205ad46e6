"""The pages while the database is away, busy or not migrated: calm, and nothing that was typed is lost."""

import sqlite3

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction

from portal_project.common.database import is_unavailable
from support.models import Message, Ticket
from tests.conftest import signed_in
from tests.databases import CLOSED, instead
from tests.factories import UserFactory
from tests.pages import confirm, hidden_inputs

LOGIN, NEW = "/accounts/login/", "/support/new/"
TYPED = {"type": "general", "subscription": "", "subject": "A <question>", "body": "Line 1\r\nLine 2, “quoted”"}
PAGES = [
    *("/", "/subscriptions/", "/invoices/?after=3&x=%22", "/support/", NEW, LOGIN, "/accounts/mails/", "/nowhere/"),
    *("/admin/", "/admin/support/ticket/", "/brand.css", "/logo/logo.png"),
]


@pytest.fixture
def visitor(as_alice):
    as_alice.raise_request_exception = False
    return as_alice


@pytest.fixture
def away(db):
    with instead(CLOSED):
        yield


@pytest.mark.parametrize("path", PAGES)
def test_every_page_asks_to_try_again(visitor, away, path):
    response = visitor.get(path)
    page = response.content.decode()
    assert response.status_code == 503
    assert f'href="{path.replace("&", "&amp;")}">Try again</a>' in page
    assert response["Retry-After"] == "5"
    assert response["Cache-Control"] == "private, no-store"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    # Nobody is signed out by it.
    assert not response.cookies
    assert visitor.head(path).status_code == 503


def test_what_is_needed_to_show_the_page_is_there(client, away):
    response = client.get("/static/portal/portal.css")
    assert (response.status_code, response["Cache-Control"]) == (200, "max-age=60, public")


def test_what_was_sent_can_be_sent_again(visitor, away):
    page = visitor.post(f"{NEW}?type=general", TYPED | {"many": ["1", "2"], "csrfmiddlewaretoken": "abc"})
    assert page.status_code == 503
    assert hidden_inputs(page).items() >= (TYPED | {"csrfmiddlewaretoken": "abc"}).items()
    text = page.content.decode()
    assert 'method="post" action="/support/new/?type=general"' in text
    assert text.count('name="many"') == 2


def test_a_password_is_never_sent_back(visitor, away):
    page = visitor.post(LOGIN, {"login": "alice@example.com", "password": "correct horse", "next": "/invoices/"})
    assert hidden_inputs(page) == {"login": "alice@example.com", "next": "/invoices/"}
    assert "correct horse" not in page.content.decode()
    assert '<input type="password" name="password" required' in page.content.decode()


def test_files_are_asked_for_by_their_names(visitor, away):
    files = [SimpleUploadedFile("log.txt", b"1"), SimpleUploadedFile("<b>.txt", b"2")]
    page = visitor.post(NEW, TYPED | {"files": files})
    text = page.content.decode()
    assert hidden_inputs(page) == TYPED
    assert "Choose again: log.txt, &lt;b&gt;.txt" in text
    assert '<input type="file" name="files" multiple required' in text
    assert 'enctype="multipart/form-data"' in text


def test_staff_lose_nothing_either(as_agent, away):
    as_agent.raise_request_exception = False
    page = as_agent.post("/admin/support/savedreply/add/", {"name": "Hello", "body": "Good day", "_continue": "Save"})
    assert hidden_inputs(page) == {"name": "Hello", "body": "Good day", "_continue": "Save"}


@pytest.fixture
def on_disk(db, tmp_path):
    """A copy of the tests' database in a file, which others may lock; it waits for them but a moment."""
    if connection.vendor != "sqlite":
        pytest.skip("SQLite alone lets one writer wait for all of another's transaction")
    file = tmp_path / "portal.sqlite3"
    connection.ensure_connection()
    file.write_bytes(connection.connection.serialize())
    options = {"timeout": 0.05, "transaction_mode": "IMMEDIATE"}
    with instead({"ENGINE": "django.db.backends.sqlite3", "NAME": file, "OPTIONS": options}):
        yield file


def test_what_a_busy_database_did_not_take_is_taken_a_moment_later(on_disk):
    visitor = signed_in(UserFactory())
    visitor.raise_request_exception = False
    confirm(visitor, NEW, **TYPED)
    ticket = Ticket.objects.get()
    form = hidden_inputs(visitor.get(ticket.get_absolute_url())) | {"body": "More."}
    writer = sqlite3.connect(on_disk)
    writer.execute("BEGIN IMMEDIATE")
    busy = visitor.post(ticket.get_absolute_url(), form)
    writer.rollback()
    assert (busy.status_code, hidden_inputs(busy)) == (503, form)
    assert visitor.post(ticket.get_absolute_url(), hidden_inputs(busy)).status_code == 302
    assert Message.objects.filter(body="More.").count() == 1


@pytest.mark.parametrize(
    ("statement", "unavailable"),
    [
        ("SELECT * FROM not_there", True),
        ("SELECT not_there FROM accounts_user", True),
        ("INSERT INTO accounts_user (not_there) VALUES (1)", True),
        ("SELECT * FRM accounts_user", False),
        ("INSERT INTO accounts_user (id) VALUES (1)", False),
    ],
)
def test_a_mistake_is_not_taken_for_a_database_that_is_away(db, statement, unavailable):
    with pytest.raises(DatabaseError) as failed, transaction.atomic():
        connection.cursor().execute(statement)
    assert is_unavailable(failed.value) is unavailable
