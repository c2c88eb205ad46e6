"""Staff: invited by a superuser, with a second step where the installation wants one, switched off at once."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.test import Client

from portal_project.accounts.models import User
from portal_project.mail.models import OutgoingMail
from tests.conftest import signed_in
from tests.factories import UserFactory
from tests.pages import filled_in, hidden_inputs
from tests.support.test_races import at_once

LIST = "/admin/accounts/user/"
INVITE = f"{LIST}invite/"
DORA = {"email": "Dora@example.com", "name": "Dora Dahl", "role": "support"}
PASSWORD = "correct horse battery"


@pytest.fixture
def owner(db):
    return UserFactory(email="owner@example.com", name="Olga Owner", is_staff=True, is_superuser=True)


@pytest.fixture
def as_owner(owner):
    return signed_in(owner)


def link(mail):
    return re.search(r"http://portal\.test(/\S+)", mail.context["text"])[1]


def follow(address):
    """Choose a password by the link of the mail."""
    client = Client()
    page = client.get(address, follow=True)
    chosen = client.post(page.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    return page, chosen


def change(client, person, **typed):
    """On their page in the admin; what is empty is switched off."""
    address = f"{LIST}{person.pk}/change/"
    page = client.get(address)
    sent = filled_in(page) | hidden_inputs(page) | typed
    client.post(address, {name: value for name, value in sent.items() if value})


@pytest.mark.parametrize(
    ("role", "groups", "is_superuser"),
    [("support", ["Support"], False), ("merchant", ["Merchants"], False), ("superuser", [], True)],
)
def test_who_is_invited_chooses_a_password_and_has_the_rights_of_the_role(as_owner, role, groups, is_superuser):
    assert as_owner.post(INVITE, DORA | {"role": role}, follow=True).redirect_chain[-1][0] == LIST
    dora = User.objects.get(email="dora@example.com")
    assert (dora.is_staff, dora.is_superuser, dora.has_usable_password()) == (True, is_superuser, False)
    assert [group.name for group in dora.groups.all()] == groups
    mail = OutgoingMail.objects.get(recipient="dora@example.com")
    assert (mail.context["subject"], "3 days, and once" in mail.context["text"]) == (
        "Your account with Subscription Portal",
        True,
    )
    follow(link(mail))
    client = Client()
    client.post("/accounts/login/", {"login": "dora@example.com", "password": PASSWORD})
    assert client.get("/admin/").status_code == 200
    assert LogEntry.objects.get(object_id=str(dora.pk)).change_message == f"Invited as {role}."


def test_the_link_works_once_and_for_three_days(as_owner):
    with time_machine.travel("2026-03-10 12:00 +0000", tick=False) as clock:
        as_owner.post(INVITE, DORA)
        address = link(OutgoingMail.objects.get(recipient="dora@example.com"))
        clock.shift(timedelta(days=3, seconds=1))
        assert "password1" not in Client().get(address, follow=True).text
        clock.move_to("2026-03-12 12:00 +0000")
        follow(address)
        assert "password1" not in Client().get(address, follow=True).text
        mail = OutgoingMail.objects.filter(recipient="dora@example.com").earliest("pk")
        assert (mail.expires_at - mail.created_at).days == 3


def test_an_invitation_is_sent_again_until_it_is_taken(as_owner):
    as_owner.post(INVITE, DORA)
    dora = User.objects.get(email="dora@example.com")
    page, again = f"{LIST}{dora.pk}/change/", f"{LIST}{dora.pk}/invite-again/"
    assert again in as_owner.get(page).text
    assert "Nothing has happened yet." in as_owner.get(again).text
    as_owner.post(again)
    first, second = OutgoingMail.objects.filter(recipient="dora@example.com").order_by("pk")
    assert "password1" not in Client().get(link(first), follow=True).text
    follow(link(second))
    assert again not in as_owner.get(page).text
    assert "so nothing was sent" in as_owner.post(again, follow=True).text


def test_the_link_is_void_for_who_was_switched_off_also_while_its_page_is_open(as_owner):
    as_owner.post(INVITE, DORA)
    address = link(OutgoingMail.objects.get(recipient="dora@example.com"))
    client = Client()
    page = client.get(address, follow=True)
    change(as_owner, User.objects.get(email="dora@example.com"), is_active="")
    typed = {"password1": PASSWORD, "password2": PASSWORD}
    assert "This link no longer works" in client.post(page.request["PATH_INFO"], typed).text
    assert "This link no longer works" in Client().get(address, follow=True).text
    assert not User.objects.get(email="dora@example.com").has_usable_password()


@pytest.mark.parametrize("taken", [{"groups": ""}, {"is_staff": ""}])
def test_whose_role_was_taken_meanwhile_chooses_a_password_that_opens_nothing(as_owner, taken):
    as_owner.post(INVITE, DORA)
    change(as_owner, User.objects.get(email="dora@example.com"), **taken)
    follow(link(OutgoingMail.objects.get(recipient="dora@example.com")))
    client = Client()
    client.post("/accounts/login/", {"login": "dora@example.com", "password": PASSWORD})
    assert client.get("/accounts/").status_code == 200
    assert client.get("/admin/support/ticket/").status_code in (302, 403)


def test_an_address_that_has_an_account_is_refused_and_what_was_typed_stays(as_owner, alice):
    page = as_owner.post(INVITE, DORA | {"email": " ALICE@example.com"})
    assert "There is already an account with this address." in page.text
    assert 'value="Dora Dahl"' in page.text
    alice.refresh_from_db()
    assert not alice.is_staff
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize(
    "typed", [{"email": "dora"}, {"email": "d\0@example.com"}, {"name": ""}, {"name": "d" * 100_000}, {"role": "owner"}]
)
def test_what_cannot_be_is_refused(as_owner, typed):
    assert as_owner.post(INVITE, DORA | typed).status_code == 200
    assert not User.objects.filter(name__startswith="Dora").exists()


def test_nobody_but_a_superuser_invites(as_merchant, as_agent, as_alice, client):
    for who in (as_merchant, as_agent):
        assert INVITE not in who.get(LIST).text
        assert [who.get(INVITE).status_code, who.post(INVITE, DORA).status_code] == [403, 403]
    for who in (as_alice, client):
        who.post(INVITE, DORA)
    assert not User.objects.filter(email="dora@example.com").exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_superusers_invite_one_person_once(owner):
    tabs = [signed_in(owner) for _ in range(2)]
    answers = at_once(*[lambda tab=tab: tab.post(INVITE, DORA).status_code for tab in tabs])
    assert sorted(answers) == [200, 302]
    assert OutgoingMail.objects.filter(recipient="dora@example.com").count() == 1


def test_who_is_switched_off_is_signed_out_for_good(as_owner, agent, as_agent):
    as_agent.get("/admin/")
    for is_active in ("", "on"):
        change(as_owner, agent, is_active=is_active)
        agent.refresh_from_db()
        assert agent.is_active == bool(is_active)
        assert as_agent.get("/admin/").url == "/admin/login/?next=/admin/"


def test_the_admin_asks_for_a_second_step_where_the_installation_wants_one(as_agent, agent, settings):
    assert as_agent.get("/admin/").status_code == 200
    settings.ADMIN_REQUIRES_MFA = True
    for address in ("/admin/", "/admin/support/ticket/"):
        assert as_agent.get(address).url == "/accounts/2fa/"
    assert as_agent.post("/admin/support/savedreply/add/", {"title": "x", "body": "y"}).url == "/accounts/2fa/"
    assert "Set yours up here." in as_agent.get("/accounts/2fa/").text
    Authenticator.objects.create(user=agent, type=Authenticator.Type.TOTP, data={})
    assert as_agent.get("/admin/").status_code == 200


def test_customers_and_strangers_are_asked_for_nothing_more(as_alice, client, settings):
    settings.ADMIN_REQUIRES_MFA = True
    assert as_alice.get("/").status_code == 200
    assert as_alice.get("/admin/").url == "/admin/login/?next=/admin/"
    assert client.get("/admin/").url == "/admin/login/?next=/admin/"
