import pytest
from django.test import Client

from tests.conftest import signed_in

ADDRESS = "/accounts/mails/"

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("person", "words"),
    [("alice", "Receipts for what you do yourself"), ("agent", "New requests, what customers write")],
)
def test_one_switches_mails_off_and_on_again(person, words, request):
    user = request.getfixturevalue(person)
    client = signed_in(user)
    assert words in client.get(ADDRESS).content.decode()
    assert "Your mail settings are saved." in client.post(ADDRESS, {}, follow=True).content.decode()
    user.refresh_from_db()
    assert not user.wants_status_mails
    assert "checked" not in client.get(ADDRESS).content.decode()
    client.post(ADDRESS, {"wants_status_mails": "on"})
    user.refresh_from_db()
    assert user.wants_status_mails


def test_customers_choose_reminders_for_themselves_and_staff_have_none(alice, agent):
    page = signed_in(alice).get(ADDRESS).content.decode()
    assert "Before a period of six months or more renews we always write." in page
    signed_in(alice).post(ADDRESS, {"wants_status_mails": "on"})
    alice.refresh_from_db()
    assert (alice.wants_status_mails, alice.wants_reminders) == (True, False)
    assert "wants_reminders" not in signed_in(agent).get(ADDRESS).content.decode()
    signed_in(agent).post(ADDRESS, {})
    agent.refresh_from_db()
    assert (agent.wants_status_mails, agent.wants_reminders) == (False, True)


def test_nothing_else_can_be_sent_along(alice):
    signed_in(alice).post(ADDRESS, {"wants_status_mails": "on", "is_staff": "on", "email": "other@example.com"})
    alice.refresh_from_db()
    assert (alice.is_staff, alice.email) == (False, "alice@example.com")


def test_every_page_leads_there(as_alice):
    assert f'href="{ADDRESS}"' in as_alice.get("/").content.decode()


def test_whoever_is_not_signed_in_signs_in_first(db):
    assert Client().get(ADDRESS).url == f"/accounts/login/?next={ADDRESS}"
