"""How often somebody may try to sign in or ask for a mail, and that nobody uses up what is another's."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client, RequestFactory

from portal_project.accounts import limits
from portal_project.accounts.models import User
from portal_project.mail.models import OutgoingMail

LOGIN, CODE, RESET = "/accounts/login/", "/accounts/login/code/", "/accounts/password/reset/"
PASSWORD = "correct horse battery"
OWNER, STRANGER = "192.0.2.1", "198.51.100.7"


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def clock():
    with time_machine.travel("2026-03-10 12:00 +0000", tick=False) as traveller:
        yield traveller


@pytest.fixture
def carol(db, clock):
    return User.objects.create_user("carol@example.com", PASSWORD, name="Carol")


def sign_in(address, password=PASSWORD, email="carol@example.com", **headers):
    return Client().post(LOGIN, {"login": email, "password": password}, REMOTE_ADDR=address, **headers)


def wrong(address, times=5, **more):
    return [sign_in(address, "wrong", **more) for _ in range(times)][-1]


def test_wrong_passwords_of_a_stranger_do_not_lock_the_owner_out(carol):
    assert wrong(STRANGER, 6).status_code == 429
    assert sign_in(STRANGER).status_code == 429
    assert sign_in(OWNER).status_code == 302


def test_a_refused_attempt_says_when_to_try_again_and_keeps_the_address_alone(carol, clock):
    wrong(OWNER)
    clock.shift(timedelta(minutes=2))
    page = sign_in(OWNER)
    assert page.status_code == 429
    text = page.content.decode()
    assert "There were too many attempts. Please try again in 3 minutes." in text
    assert 'value="carol@example.com"' in text
    assert PASSWORD not in text
    clock.shift(timedelta(minutes=3))
    assert sign_in(OWNER).status_code == 302


def test_signing_in_forgets_the_wrong_passwords_of_this_account_at_this_address(carol):
    wrong(OWNER, 4)
    assert sign_in(OWNER).status_code == 302
    assert wrong(OWNER, 4).status_code == 200
    assert sign_in(OWNER).status_code == 302


def test_many_addresses_together_are_stopped_for_one_account_until_it_has_a_new_password(carol, client):
    User.objects.create_user("dora@example.com", PASSWORD)
    for number in range(9):
        request = RequestFactory().post(LOGIN, REMOTE_ADDR=f"203.0.113.{number}")
        for _ in range(5):
            limits.consume(request, "password", carol.email)
    assert wrong("203.0.113.9").status_code == 200
    assert "Please try again in 60 minutes." in sign_in(OWNER).content.decode()
    assert sign_in(OWNER, email="dora@example.com").status_code == 302
    client.post(RESET, {"email": carol.email})
    link = re.search(r"http://\S+(/accounts/password/reset/key/\S+)", OutgoingMail.objects.get().context["text"])[1]
    client.post(client.get(link).url, {"password1": "new horse battery", "password2": "new horse battery"})
    assert sign_in(OWNER, "new horse battery").status_code == 302


def test_one_patient_stranger_does_not_use_up_the_accounts_limit(carol, clock):
    for _ in range(5):
        last = wrong(STRANGER)
        clock.shift(timedelta(minutes=5))
    assert "Please try again in 40 minutes." in last.content.decode()
    assert sign_in(OWNER).status_code == 302


def test_a_crowded_cache_forgets_no_limit(carol):
    wrong(OWNER)
    cache.set_many({f"{number}": number for number in range(400)})
    assert sign_in(OWNER).status_code == 429


def test_one_address_is_stopped_for_all_accounts(carol):
    for number in range(10):
        wrong(STRANGER, 1, email=f"somebody{number}@example.com")
    assert sign_in(STRANGER).status_code == 429


@pytest.mark.parametrize("email", ["CAROL@example.com", " carol@example.com ", "carol@EXAMPLE.com"])
def test_another_way_to_write_an_address_has_no_attempts_of_its_own(carol, email):
    wrong(OWNER)
    assert sign_in(OWNER, email=email).status_code == 429


@pytest.mark.parametrize(("address", "mails"), [(CODE, 3), (RESET, 5)])
def test_mails_that_a_stranger_asked_for_are_not_taken_from_the_owners(carol, address, mails):
    for _ in range(mails):
        assert Client().post(address, {"email": carol.email}, REMOTE_ADDR=STRANGER).status_code == 302
    refused = Client().post(address, {"email": carol.email}, REMOTE_ADDR=STRANGER)
    assert refused.status_code == 429
    assert "There were too many attempts. Please try again in 1 minute." in refused.content.decode()
    assert f'value="{carol.email}"' in refused.content.decode()
    assert Client().post(address, {"email": carol.email}, REMOTE_ADDR=OWNER).status_code == 302
    assert OutgoingMail.objects.count() == mails + 1


def test_wrong_codes_end_that_attempt_alone(carol, client):
    stranger = Client()
    for visitor in (client, stranger):
        visitor.post(CODE, {"email": carol.email})
    for _ in range(3):
        response = stranger.post("/accounts/login/code/confirm/", {"code": "WRONG"}, follow=True)
    assert "That was the wrong code too often. Ask for a new one." in response.content.decode()
    text = OutgoingMail.objects.order_by("pk")[0].context["text"]
    code = re.search(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})?)\s*$", text, re.MULTILINE)[1]
    assert client.post("/accounts/login/code/confirm/", {"code": code}).url == "/"


def test_giving_the_password_once_more_counts_for_the_address_it_is_given_at(carol, client):
    wrong(STRANGER)
    client.force_login(carol, backend="django.contrib.auth.backends.ModelBackend")
    for _ in range(5):
        assert client.post("/accounts/reauthenticate/", {"password": "wrong"}).status_code == 200
    page = client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert page.status_code == 429
    assert "Please try again in 5 minutes." in page.content.decode()


def test_allauths_own_limits_lead_back_to_what_was_typed(carol, settings):
    settings.ALLOW_SIGNUP = True
    settings.ACCOUNT_RATE_LIMITS = {"signup": "1/m/ip"}
    for _ in range(2):
        page = Client().post("/accounts/signup/?next=/support/", {"email": "eve@example.com", "password1": PASSWORD})
    assert page.status_code == 429
    assert "Try again in a minute." in page.content.decode()
    assert PASSWORD not in page.content.decode()
    back = Client().get(page.context["back"]).content.decode()
    assert 'value="eve@example.com"' in back
    assert 'value="/support/"' in back


@pytest.fixture
def _behind_proxy(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1


@pytest.mark.sampled
@pytest.mark.usefixtures("_behind_proxy")
@pytest.mark.parametrize(
    "forwarded",
    ["unknown", "", ",", "192.0.2.1, unknown", "_hidden", "192.0.2.1:port", "[::1", "fe80::1%eth0", "x" * 4000],
)
def test_whoever_the_proxy_does_not_name_may_sign_in(carol, forwarded):
    assert Client().get(LOGIN, HTTP_X_FORWARDED_FOR=forwarded).status_code == 200
    assert wrong("127.0.0.1", HTTP_X_FORWARDED_FOR=forwarded).status_code == 200
    assert sign_in("127.0.0.1", HTTP_X_FORWARDED_FOR=forwarded).status_code == 429
    assert sign_in("127.0.0.1", HTTP_X_FORWARDED_FOR=OWNER).status_code == 302


@pytest.mark.usefixtures("_behind_proxy")
def test_all_whom_the_proxy_does_not_name_share_one_limit(carol):
    for forwarded in ("unknown", "", "_hidden", "somebody", "[::1"):
        wrong("", 1, HTTP_X_FORWARDED_FOR=forwarded)
    assert sign_in("", HTTP_X_FORWARDED_FOR="unknown").status_code == 429


@pytest.mark.usefixtures("_behind_proxy")
@pytest.mark.parametrize(
    ("first", "second", "are_one"),
    [
        ("2001:db8::1", "2001:db8::ffff", True),
        ("[2001:db8::1]:4711", "2001:db8::2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.0.2.1:4711", "192.0.2.1", True),
        ("203.0.113.9, 192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
    ],
)
def test_an_address_is_one_however_it_is_written_and_ipv6_counts_by_network(carol, first, second, are_one):
    wrong("127.0.0.1", HTTP_X_FORWARDED_FOR=first)
    assert sign_in("127.0.0.1", HTTP_X_FORWARDED_FOR=second).status_code == (429 if are_one else 302)
