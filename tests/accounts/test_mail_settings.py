import pytest
from django.test import Client

from tests.conftest import signed_in

ADDRESS = "/accounts/mails/"

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("person", "words"), [("alice", "Confirmations of a cancellation"), ("agent", "New requests, what customers write")]
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


def test_nothing_else_can_be_sent_along(alice):
    signed_in(alice).post(ADDRESS, {"wants_status_mails": "on", "is_staff": "on", "email": "other@example.com"})
    alice.refresh_from_db()
    assert (alice.is_staff, alice.email) == (False, "alice@example.com")


def test_every_page_leads_there(as_alice):
    assert f'href="{ADDRESS}"' in as_alice.get("/").content.decode()


def test_whoever_is_not_signed_in_signs_in_first(db):
    assert Client().get(ADDRESS).url == f"/accounts/login/?next={ADDRESS}"
