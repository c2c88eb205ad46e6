import re

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError
from django.test import Client, override_settings

from portal_project.accounts.models import Merchant, User
from portal_project.mail.models import OutgoingMail
from tests.conftest import signed_in
from tests.factories import UserFactory
from tests.pages import confirm

LOGIN = "/accounts/login/"


@pytest.fixture
def carol(db):
    return User.objects.create_user("Carol@Example.com", "correct horse battery", name="Carol")


def test_e_mail_and_password_open_the_portal(client, carol):
    response = client.post(LOGIN, {"login": "carol@example.com", "password": "correct horse battery"})
    assert (response.status_code, response.url) == (302, "/")


def test_the_case_of_the_address_does_not_matter(client, carol):
    response = client.post(LOGIN, {"login": "CAROL@example.COM", "password": "correct horse battery"})
    assert response.status_code == 302


def test_a_code_by_mail_opens_it_too(client, carol):
    client.post("/accounts/login/code/", {"email": carol.email})
    text = OutgoingMail.objects.get().context["text"]
    code = re.search(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})?)\s*$", text, re.MULTILINE)[1]
    client.post("/accounts/login/code/confirm/", {"code": code})
    assert client.get("/").status_code == 200


def test_an_unknown_address_gets_the_same_answer(client, carol):
    known = client.post("/accounts/login/code/", {"email": carol.email})
    unknown = Client().post("/accounts/login/code/", {"email": "nobody@example.com"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)


def test_strangers_cannot_sign_up_unless_they_may(client, db):
    typed = {"email": "new@example.com", "password1": "correct horse battery", "password2": "correct horse battery"}
    client.post("/accounts/signup/", typed)
    assert not User.objects.exists()
    with override_settings(ALLOW_SIGNUP=True):
        client.post("/accounts/signup/", typed)
    assert User.objects.get().is_staff is False


def test_the_admins_own_sign_in_leads_to_the_limited_one(client, db):
    response = client.get("/admin/", follow=True)
    assert response.request["PATH_INFO"] == LOGIN


def test_staff_land_in_the_admin_and_customers_do_not_get_there(agent, alice):
    assert signed_in(agent).get("/").url == "/admin/"
    assert signed_in(alice).get("/admin/").status_code == 302


def test_every_page_but_the_public_ones_needs_a_sign_in(client, db):
    for path in ("/", "/subscriptions/", "/support/", "/support/new/", "/subscriptions/S-000000/"):
        assert client.get(path).url.startswith(LOGIN)
    for path in (LOGIN, "/healthz", "/brand.css"):
        assert client.get(path).status_code == 200


def test_the_policy_is_strict_in_the_portal_and_looser_in_the_admin_alone(client, as_agent):
    portal = client.get(LOGIN)["Content-Security-Policy"]
    assert "unsafe" not in portal
    assert "default-src 'none'" in portal
    admin = as_agent.get("/admin/")["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in admin
    assert "'unsafe-eval'" in admin


def test_the_accent_colour_is_the_merchants(client, db):
    Merchant(pk=1, accent_color="#b91c1c").save()
    assert "--brand: #b91c1c" in client.get("/brand.css").content.decode()


def test_a_merchant_gives_nobody_rights_and_changes_no_staff(as_merchant, merchant, agent, alice):
    people = "/admin/accounts/user"
    as_merchant.post(f"{people}/{alice.pk}/change/", {"email": alice.email, "name": "Alice", "is_superuser": "on"})
    alice.refresh_from_db()
    assert (alice.is_superuser, alice.is_staff) == (False, False)
    assert as_merchant.post(f"{people}/{agent.pk}/change/", {"email": "x@example.com"}).status_code == 403
    assert as_merchant.post(f"{people}/{agent.pk}/password/", {"password1": "a", "password2": "a"}).status_code == 403


def test_a_merchant_adds_a_customer_who_then_signs_in_by_code(as_merchant, client):
    response = confirm(
        as_merchant, "/admin/accounts/user/add/", email="dora@example.com", name="Dora", usable_password="false"
    )
    assert response.status_code == 302
    assert User.objects.get(email="dora@example.com").is_staff is False
    client.post("/accounts/login/code/", {"email": "dora@example.com"})
    assert OutgoingMail.objects.get().recipient == "dora@example.com"


def test_an_address_belongs_to_one_person_whatever_its_case(carol):
    with pytest.raises(IntegrityError):
        UserFactory(email="CAROL@example.com")


def test_nobody_adds_an_address_of_somebody_else(as_alice, client, alice, bob):
    """A second address could otherwise receive another person's codes, or keep them from getting theirs."""
    assert as_alice.get("/accounts/email/").status_code == 404
    as_alice.post("/accounts/email/", {"action_add": "", "email": bob.email})
    assert not EmailAddress.objects.exists()


def test_an_address_that_was_changed_no_longer_signs_in(client, carol):
    EmailAddress.objects.create(user=carol, email=carol.email, verified=True, primary=True)
    carol.email = "new@example.com"
    carol.save()
    Client().post("/accounts/login/code/", {"email": "carol@example.com"})
    assert "code" not in OutgoingMail.objects.get().context["subject"].lower()
    Client().post("/accounts/login/code/", {"email": "new@example.com"})
    assert OutgoingMail.objects.filter(recipient="new@example.com").exists()


def test_a_customer_who_opens_the_admin_is_told_no(as_alice):
    response = as_alice.get("/admin/", follow=True)
    assert response.status_code == 403
