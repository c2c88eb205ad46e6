"""One person has one account, in whatever way the address is typed."""

import re
from importlib import import_module
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from portal_project.accounts.models import User
from portal_project.mail.models import OutgoingMail
from tests.factories import UserFactory
from tests.pages import hidden_inputs

LOGIN, ADD = "/accounts/login/", "/admin/accounts/user/add/"
PASSWORD = "correct horse battery"
WRITTEN = [
    "ada@xn--mnchen-3ya.example",
    "ada@münchen.example",
    "ada@mu\u0308nchen.example",
    "ADA@MÜNCHEN.example",
    "ada@mün\u200bchen.example",
    " a\u200dda@münchen.example\u2060",
]

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return User.objects.create_user("ada@münchen.example", PASSWORD, name="Ada")


@pytest.mark.parametrize("written", WRITTEN)
def test_any_way_to_write_the_address_signs_in(client, ada, written):
    response = client.post(LOGIN, {"login": written, "password": PASSWORD})
    assert (response.status_code, response.url) == (302, "/")


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("page", ["/accounts/login/code/", "/accounts/password/reset/"])
def test_codes_and_reset_links_go_to_the_address_that_is_kept(client, ada, written, page):
    client.post(page, {"email": written})
    mail = OutgoingMail.objects.get()
    assert mail.recipient == "ada@xn--mnchen-3ya.example"
    # A stranger's mail has neither a code nor a link with a key.
    assert re.search(r"/reset/key/|^\s*[A-Z0-9]{3,}-[A-Z0-9]{3,}\s*$", mail.context["text"], re.MULTILINE)


def test_a_code_is_read_with_the_blanks_and_dashes_that_copying_brings(client, ada):
    client.post("/accounts/login/code/", {"email": ada.email})
    text = OutgoingMail.objects.get().context["text"]
    code = re.search(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})?)\s*$", text, re.MULTILINE)[1]
    client.post("/accounts/login/code/confirm/", {"code": "\u200b" + code.replace("-", "\u2011")})
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("written", WRITTEN)
def test_staff_cannot_make_a_second_account_for_an_address(admin_client, ada, written):
    form = hidden_inputs(admin_client.get(ADD)) | {"usable_password": "false", "email": written, "name": "Ada"}
    response = admin_client.post(ADD, form)
    assert "There is already a user with this e-mail address." in response.content.decode()
    assert User.objects.filter(name="Ada").count() == 1


def test_what_staff_type_is_kept_as_it_is_seen(admin_client):
    form = hidden_inputs(admin_client.get(ADD)) | {"usable_password": "false"}
    admin_client.post(ADD, form | {"email": "Zoe\u200b@Example.com", "name": "Zoe\u0308\r\nO'Neil\u200b"})
    assert User.objects.filter(email="zoe@example.com", name="Zoë O'Neil").exists()


def test_a_name_of_nothing_that_is_seen_is_no_name(admin_client):
    form = hidden_inputs(admin_client.get(ADD)) | {"usable_password": "false"}
    admin_client.post(ADD, form | {"email": "zoe@example.com", "name": "\u200b\u3164"})
    assert User.objects.get(email="zoe@example.com").name == ""


@override_settings(ALLOW_SIGNUP=True)
def test_signing_up_again_in_another_spelling_makes_no_second_account(client, ada):
    typed = {"email": WRITTEN[3], "password1": PASSWORD + "2", "password2": PASSWORD + "2"}
    client.post("/accounts/signup/", typed)
    assert User.objects.count() == 1


def test_the_address_in_a_file_is_its_customer(ada, tmp_path, clock):
    rows = tmp_path / "rows.csv"
    rows.write_text(
        "external_id,customer_email,product,plan,amount,currency,interval,status,started_on,billed_until\n"
        "A\u200b-1,Ada@Mu\u0308nchen.example,Cafe\u0301,Big,1.00,EUR,month,active,2026-03-01,2026-04-01\n"
        "A-2,ada\u200b@münchen.example,Caf\u00e9,Big\u200b,1.00,EUR,month,active,2026-03-01,2026-04-01\n"
    )
    call_command("import_subscriptions", str(rows), stdout=StringIO())
    kept = ada.subscriptions.order_by("external_id").values_list("external_id", "plan__product__name", "plan__name")
    assert list(kept) == [("A-1", "Café", "Big"), ("A-2", "Café", "Big")]
    assert User.objects.count() == 1
    again = StringIO()
    call_command("import_subscriptions", str(rows), stdout=again)
    assert "2 were already there" in again.getvalue()


@pytest.mark.parametrize("written", WRITTEN)
def test_commands_find_the_account_too(ada, written):
    assert User.objects.get_by_natural_key(written) == ada


def test_a_password_is_taken_as_it_is_typed(client):
    User.objects.create_user("bo@example.com", "cafe\u0301\u200b horse ")
    for wrong in ("café horse", "cafe\u0301 horse "):
        assert client.post(LOGIN, {"login": "bo@example.com", "password": wrong}).status_code == 200
    assert client.post(LOGIN, {"login": "bo@example.com", "password": "cafe\u0301\u200b horse "}).status_code == 302


def raw(user, **columns):
    """Written past the fields, as an earlier version did."""
    names = ", ".join(f"{name} = %s" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE accounts_user SET {names} WHERE id = %s", [*columns.values(), user.pk])


def migrate():
    import_module("portal_project.accounts.migrations.0005_normalize_text").write_people_anew(apps, None)


def test_the_migration_writes_what_is_there_anew(capsys):
    user = UserFactory()
    raw(user, email="Ada@Mu\u0308nchen.example", name="Ada\nByron\u200b")
    migrate()
    user.refresh_from_db()
    assert (user.email, user.name) == ("ada@xn--mnchen-3ya.example", "Ada Byron")
    assert capsys.readouterr().out == ""


def test_the_migration_lists_accounts_that_would_be_one_and_leaves_them(capsys):
    first, second = UserFactory(), UserFactory(email="ada@example.com")
    raw(first, email="ADA@exam\u200bple.com")
    migrate()
    assert list(User.objects.order_by("pk").values_list("email", flat=True)) == [
        "ADA@exam\u200bple.com",
        "ada@example.com",
    ]
    told = capsys.readouterr().out
    assert f"user {first.pk}: email 'ADA@exam\\u200bple.com' is the same as that of {second.pk}." in told
