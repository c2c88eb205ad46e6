"""Where somebody is signed in: each browser, and the end of all but this one."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal_project.accounts import clients, sessions
from portal_project.accounts.models import User
from tests.conftest import signed_in
from tests.pages import confirm

PAGE, PASSWORD = "/accounts/sessions/", "correct horse battery"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def carol(db):
    return User.objects.create_user("carol@example.com", PASSWORD, name="Carol")


def sign_in(user_agent=FIREFOX, ip="192.0.2.1"):
    client = Client(HTTP_USER_AGENT=user_agent, REMOTE_ADDR=ip)
    sent = {"login": "carol@example.com", "password": PASSWORD}
    assert client.post("/accounts/login/", sent).status_code == 302
    return client


def listed(client):
    """What the page says of each browser, one text each."""
    page = client.get(PAGE)
    assert page.status_code == 200
    found = re.findall(r"<li>(.*?)</li>", page.text.partition('<ul class="ls">')[2].partition("</ul>")[0], re.DOTALL)
    return [" ".join(re.sub("<[^>]*>", " ", each).split()) for each in found]


def is_out(client):
    return client.get("/").status_code == 302 and "/accounts/login/" in client.get("/").url


def test_each_browser_is_told_in_words_and_which_is_this_one(carol, clock):
    clock(date(2026, 4, 5))
    sign_in(IPHONE, "2001:db8::7")
    here = sign_in()
    assert listed(here) == [
        "Firefox on Windows IP address 192.0.2.1. Last seen 5 April 2026, 12:00. This browser",
        "Safari on iPhone IP address 2001:db8::7. Last seen 5 April 2026, 12:00.",
    ]


def test_signing_out_elsewhere_ends_all_others_and_twice_is_once(carol):
    others, here = [sign_in(IPHONE), sign_in()], sign_in()
    for _time in range(2):
        assert confirm(here, PAGE).url == PAGE
        assert len(listed(here)) == 1
    assert all(is_out(other) for other in others)
    assert not is_out(here)


def test_those_of_others_go_on(carol, alice):
    other, here = signed_in(alice), sign_in()
    other.get("/")
    confirm(here, PAGE)
    assert not is_out(other)


def test_a_new_password_ends_the_others(carol):
    other, here = sign_in(IPHONE), sign_in()
    new = "new horse battery"
    confirm(here, "/accounts/password/change/", oldpassword=PASSWORD, password1=new, password2=new)
    assert len(listed(here)) == 1
    assert is_out(other)


def test_who_signs_out_or_stays_away_too_long_leaves_the_list(carol, clock):
    clock(date(2026, 4, 5))
    sign_in(IPHONE).post("/accounts/logout/")
    sign_in(IPHONE)
    clock(date(2026, 4, 20))
    assert len(listed(sign_in())) == 1


def test_a_session_that_began_without_being_noted_is_ended_too(carol):
    """As those do from before this list was kept."""
    other, here = signed_in(carol), sign_in()
    other.get("/")
    assert len(listed(here)) == 2
    confirm(here, PAGE)
    assert is_out(other)


def test_being_there_is_noted_once_in_five_minutes(carol):
    with time_machine.travel("2026-04-05 12:00 +0000", tick=False) as clock:
        _stay_for_a_while(clock)


def _stay_for_a_while(clock):
    here, began = sign_in(), timezone.now()
    here.get("/")

    def written():
        with CaptureQueriesContext(connection) as captured:
            here.get("/", REMOTE_ADDR="198.51.100.7")
        return [each["sql"] for each in captured if not each["sql"].startswith("SELECT")]

    clock.shift(timedelta(minutes=4))
    assert written() == []
    clock.shift(timedelta(minutes=2))
    assert len(written()) == 1
    assert written() == []
    noted = UserSession.objects.get()
    assert (noted.ip, noted.last_seen_at - began) == ("198.51.100.7", timedelta(minutes=6))


def test_however_many_browsers_the_list_costs_the_same(carol):
    here = sign_in()

    def asked():
        with CaptureQueriesContext(connection) as captured:
            listed(here)
        return len(captured)

    asked()
    few = asked()
    for _ in range(3):
        sign_in()
    assert asked() == few


def test_nothing_is_kept_of_sessions_that_are_over(carol, clock):
    clock(date(2026, 4, 5))
    sign_in()
    sign_in().post("/accounts/logout/")
    sessions.clear()
    assert (UserSession.objects.count(), Session.objects.count()) == (1, 1)
    clock(date(2026, 4, 20))
    sessions.clear()
    assert (UserSession.objects.count(), Session.objects.count()) == (0, 0)


def test_the_address_is_the_one_that_the_proxy_tells(carol, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    told = Client(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.9, 192.0.2.8")
    silent = Client(REMOTE_ADDR="", HTTP_X_FORWARDED_FOR="unknown")
    for client in (told, silent):
        client.post("/accounts/login/", {"login": "carol@example.com", "password": PASSWORD})
    assert {each.split(" Last")[0] for each in listed(told)} == {
        "An unknown browser IP address 192.0.2.8.",
        "An unknown browser IP address unknown.",
    }


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (IPHONE, "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 10; K) Chrome/140.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.5 Safari/605.1.15", "Safari on macOS"),
        ("SomethingElse (Macintosh)", "A browser on macOS"),
        ("<b>" * 200, "An unknown browser"),
        ("", "An unknown browser"),
    ],
)
def test_a_browser_in_words(sent, words):
    assert clients.browser(sent) == words
