"""Passkeys: added, named, used alone and after the password, taken away."""

import json
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.test import Client

from portal_project.accounts.models import User
from portal_project.mail.models import OutgoingMail
from tests.accounts.device import Device, options
from tests.accounts.test_second_step import (
    AGAIN,
    CODES,
    INDEX,
    LOGIN,
    OFF,
    ON,
    PASSWORD,
    STEP,
    begin,
    carol,
    clock,
    prove,
    shown,
)
from tests.conftest import signed_in
from tests.factories import UserFactory
from tests.pages import confirm

__all__ = ["carol", "clock"]
LIST, ADD, SIGN_IN = "/accounts/2fa/webauthn/", "/accounts/2fa/webauthn/add/", "/accounts/2fa/webauthn/login/"
PROVE = "/accounts/2fa/webauthn/reauthenticate/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
REFUSED = "That did not work, so nothing was done."
MALFORMED = [
    "",
    "null",
    "[]",
    "5",
    "{",
    '"\\u0000"',
    "{}",
    '{"id": "x"}',
    '{"rawId": "AA", "response": {"clientDataJSON": "e30", "attestationObject": "oA", "userHandle": "/"}}',
    '{"rawId": "AA", "response": {"clientDataJSON": "é", "authenticatorData": "", "signature": 5}}',
    "[" * 20_000,
    "x" * 100_000,
    "\u200b",
    "a\0b",
]


def browser():
    return Client(HTTP_HOST="localhost", HTTP_USER_AGENT=FIREFOX)


def sign_in(client):
    return client.post(LOGIN, {"login": "carol@example.com", "password": PASSWORD})


def page_of(key, what):
    return f"{LIST}keys/{key}/{what}/"


@pytest.fixture
def client(carol):
    client = browser()
    sign_in(client)
    prove(client)
    return client


def add(client, device, **typed):
    return client.post(ADD, {"name": "Phone", "credential": device.create(options(client.get(ADD)))} | typed)


@pytest.fixture
def device(client):
    device = Device()
    add(client, device)
    return device


def asked(client):
    return client.get(SIGN_IN, headers={"accept": "application/json"}).json()["request_options"]["publicKey"]


def test_it_is_added_with_a_name_and_recovery_codes(client):
    assert "You have none yet." in client.get(LIST).text
    page = client.get(ADD)
    assert 'value="Firefox on Linux"' in page.text
    assert "It also switches" in page.text
    asked_for = options(page)
    assert (asked_for["rp"]["id"], asked_for["user"]["name"]) == ("localhost", "carol@example.com")
    chosen = asked_for["authenticatorSelection"]
    assert (chosen["residentKey"], chosen["userVerification"]) == ("required", "required")
    assert add(client, Device(), name="My phone").url == CODES
    assert add(client, Device(), name="").url == LIST
    page = client.get(LIST).text
    assert "<strong>My phone</strong>" in page
    assert "<strong>Firefox on Linux</strong>" in page
    assert "for a passkey whenever you sign in" in client.get(INDEX).text


def test_it_signs_in_alone(device):
    client = browser()
    assert "Sign in with a passkey" in client.get(LOGIN).text
    response = client.post(SIGN_IN, {"credential": device.get(asked(client)), "next": "/accounts/"})
    assert response.url == "/accounts/"
    assert client.get("/").status_code == 200
    assert "Last used 10 March 2026" in client.get(LIST).text


def test_it_is_asked_for_after_the_password(device):
    client = browser()
    assert sign_in(client).url == STEP
    page = client.get(STEP)
    assert "Enter one of your recovery codes." in page.text
    assert '<label for="id_code">Code</label>' in page.text
    assert client.get("/").status_code == 302
    assert client.post(STEP, {"credential": device.get(options(page))}).url == "/"
    assert client.get("/").status_code == 200


def test_an_answer_counts_once_and_for_its_own_challenge(device):
    client = browser()
    first = device.get(asked(client))
    asked(client)
    assert client.post(SIGN_IN, {"credential": first, "next": "/accounts/"}).url == f"{LOGIN}?next=%2Faccounts%2F"
    assert REFUSED in client.get(LOGIN).text
    second = device.get(asked(client))
    client.post(SIGN_IN, {"credential": second})
    client.post("/accounts/logout/")
    assert client.post(SIGN_IN, {"credential": second}).url.startswith(LOGIN)
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    "other", [{"is_unlocked": False}, {"origin": "https://evil.example"}, {"origin": "http://localhost.evil.example"}]
)
def test_without_finger_or_pin_and_from_another_site_it_opens_nothing(device, other):
    other = Device(**other)
    other.key, other.name, other.user = device.key, device.name, device.user
    client = browser()
    assert client.post(SIGN_IN, {"credential": other.get(asked(client))}).url.startswith(LOGIN)
    sign_in(client)
    page = client.post(STEP, {"credential": other.get(options(client.get(STEP)))})
    assert REFUSED in page.text
    # The page asks anew, and the right one answers.
    assert client.post(STEP, {"credential": device.get(options(page))}).url == "/"


def test_nor_does_a_key_that_is_not_the_accounts(device):
    stranger = Device()
    stranger.name, stranger.user = device.name, device.user
    client = browser()
    assert client.post(SIGN_IN, {"credential": stranger.get(asked(client))}).url.startswith(LOGIN)


def test_one_that_is_not_unlocked_is_not_added(client):
    page = add(client, Device(is_unlocked=False))
    assert REFUSED in page.text
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("said", MALFORMED)
def test_what_no_browser_says_is_refused_in_words(client, device, said):
    page = client.post(ADD, {"name": "Phone", "credential": said})
    assert (page.status_code, "nothing was done" in page.text) == (200, True)
    assert client.post(PROVE, {"credential": said}).status_code == 200
    other = browser()
    asked(other)
    assert other.post(SIGN_IN, {"credential": said}).url.startswith(LOGIN)
    sign_in(other)
    other.get(STEP)
    assert other.post(STEP, {"credential": said}).status_code == 200
    assert other.get("/").status_code == 302


def test_a_user_handle_of_nobody_opens_nothing(device):
    for handle in ("AA", "enp6enp6enp6enp6eg", "MHg", "LTE", "8J-Ygg"):
        client = browser()
        device.user = handle
        assert client.post(SIGN_IN, {"credential": device.get(asked(client))}).url.startswith(LOGIN)


def test_only_what_is_needed_of_an_answer_is_kept(client):
    said = json.loads(Device().create(options(client.get(ADD))))
    said |= {"note": "a\0b", "clientExtensionResults": {"x": "\0"}}
    assert client.post(ADD, {"name": "Phone", "credential": json.dumps(said)}).url == CODES
    kept = Authenticator.objects.get(type="webauthn").data["credential"]
    assert kept.keys() == {"id", "rawId", "type", "response"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  My\u200b  phone ", "My phone"),
        ("Cafe\u0301", "Café"),
        ("\u200b", "Firefox on Linux"),
        ("a\0b", None),
        ("x" * 100_000, None),
        ("<b>&", "<b>&"),
    ],
)
def test_its_name_is_read_as_any_text(client, typed, kept):
    response = add(client, Device(), name=typed)
    names = [each.wrap().name for each in Authenticator.objects.filter(type="webauthn")]
    assert names == ([kept] if kept else [])
    assert response.status_code == (302 if kept else 200)
    add(client, Device(), name="Phone")
    key = Authenticator.objects.filter(type="webauthn").last()
    client.post(page_of(key.pk, "edit"), {"name": typed})
    key.refresh_from_db()
    assert key.wrap().name == (kept if kept and typed != "\u200b" else "Phone")


def test_it_is_renamed_and_removed(client, device):
    key = Authenticator.objects.get(type="webauthn").pk
    assert confirm(client, page_of(key, "edit"), name="Tablet").url == LIST
    assert "<strong>Tablet</strong>" in client.get(LIST).text
    assert "two-step sign-in is then off" in client.get(page_of(key, "remove")).text
    for _time in range(2):
        assert client.post(page_of(key, "remove")).url == LIST
    assert not Authenticator.objects.exists()
    assert client.get(page_of(key, "edit")).url == LIST
    other = browser()
    assert other.post(SIGN_IN, {"credential": device.get(asked(other))}).url.startswith(LOGIN)
    assert sign_in(browser()).url == "/"


def test_nobody_elses_is_renamed_or_removed(device, bob):
    key = Authenticator.objects.get(type="webauthn").pk
    stranger = signed_in(bob)
    bob.set_unusable_password()
    bob.save()
    stranger = signed_in(bob)
    for what in ("edit", "remove"):
        assert stranger.get(page_of(key, what)).url == LIST
        assert stranger.post(page_of(key, what), {"name": "Mine"}).url == LIST
    assert Authenticator.objects.get(type="webauthn").wrap().name == "Phone"


def test_the_same_sent_twice_is_kept_once(client):
    device = Device()
    said = device.create(options(client.get(ADD)))
    assert client.post(ADD, {"name": "Phone", "credential": said}).url == CODES
    assert client.post(ADD, {"name": "Phone", "credential": said}).url == LIST
    assert Authenticator.objects.filter(type="webauthn").count() == 1


def test_every_change_asks_who_one_is_and_a_passkey_tells(client, device, clock):
    key = Authenticator.objects.get(type="webauthn").pk
    clock.shift(timedelta(minutes=10))
    for page in (ADD, page_of(key, "edit"), page_of(key, "remove")):
        assert client.get(page).url.startswith(AGAIN)
        assert client.post(page, {"name": "Mine"}).url.startswith(AGAIN)
    assert "Use a passkey" in client.get(f"{AGAIN}?next={ADD}").text
    page = client.get(f"{PROVE}?next={ADD}")
    assert client.post(PROVE, {"credential": device.get(options(page)), "next": ADD}).url == ADD
    assert client.get(ADD).status_code == 200


def test_beside_an_app_either_goes_without_the_other(client, device, clock):
    secret = begin(client)
    client.post(ON, {"code": shown(secret)})
    clock.shift(timedelta(minutes=2))
    other = browser()
    sign_in(other)
    assert "Enter the code that your authenticator app shows now" in other.get(STEP).text
    assert other.post(STEP, {"code": shown(secret)}).url == "/"
    prove(client)
    assert "Remove the authenticator app?" in client.get(OFF).text
    assert client.post(OFF).url == INDEX
    assert client.get(OFF).url == INDEX
    assert sign_in(browser()).url == STEP
    assert set(Authenticator.objects.values_list("type", flat=True)) == {"webauthn", "recovery_codes"}


def test_each_change_is_told_by_mail(client, device):
    key = Authenticator.objects.get(type="webauthn").pk
    client.post(page_of(key, "remove"))
    told = [mail.context for mail in OutgoingMail.objects.order_by("pk")]
    assert [each["subject"] for each in told] == ["A passkey was added", "A passkey was removed"]
    assert all("Browser: Firefox on Linux" in each["text"] for each in told)
    assert all("reset your password at once" in each["text"] for each in told)


def test_by_an_ip_address_or_without_https_the_pages_say_why_not(carol):
    for address, secure, why in (
        ("127.0.0.1", False, "opened by an IP address instead of a name"),
        ("127.0.0.1", True, "opened by an IP address instead of a name"),
        ("testserver", False, "opened without HTTPS"),
        ("testserver", True, ""),
        ("localhost:8000", False, ""),
    ):
        client = Client(headers={"host": address})
        page = client.get(LOGIN, secure=secure).text
        client.force_login(carol, backend="django.contrib.auth.backends.ModelBackend")
        for text, button in ((page, "Sign in with a passkey"), (client.get(LIST, secure=secure).text, "Add a passkey")):
            assert (button in text) is not bool(why)
            assert why in text


def test_asking_very_often_is_refused_for_a_minute(carol):
    client = browser()
    for _time in range(30):
        asked(client)
        assert client.post(SIGN_IN, {"credential": "{}"}).status_code == 302
    assert client.get(SIGN_IN, headers={"accept": "application/json"}).status_code == 429
    refused = client.post(SIGN_IN, {"credential": "{}"})
    assert (refused.status_code, "Please wait a minute" in refused.text) == (429, True)


def test_a_superuser_and_the_command_remove_it_too(device, carol, capsys):
    root = signed_in(UserFactory(is_staff=True, is_superuser=True))
    page = f"/admin/accounts/user/{carol.pk}"
    assert "passkey since 10 Mar 2026, recovery codes since 10 Mar 2026" in root.get(f"{page}/change/").text
    confirm(root, f"{page}/remove-second-step/")
    assert not Authenticator.objects.exists()
    assert LogEntry.objects.get().get_change_message() == "Removed the second step of signing in."
    told = OutgoingMail.objects.get(context__subject__startswith="Your second step")
    assert "your authenticator app, passkeys and recovery codes no longer work" in told.context["text"]
    call_command("remove_second_step", carol.email)
    assert "has no second step" in capsys.readouterr().out


def test_whoever_is_switched_off_or_forgotten_gets_in_by_none(device, carol):
    User.objects.filter(pk=carol.pk).update(is_active=False)
    client = browser()
    assert client.post(SIGN_IN, {"credential": device.get(asked(client))}).url == "/accounts/inactive/"
    assert client.get("/").status_code == 302
