"""Mails with a code or a link to sign in with: where they lead, how long they are good for, and what stays of them."""

import re
from datetime import timedelta
from importlib import import_module
from smtplib import SMTPDataError
from types import SimpleNamespace
from unittest.mock import patch

import pytest
import time_machine
from django.apps import apps
from django.core import mail as django_mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from portal_project.accounts.models import User
from portal_project.mail import outbox, tasks
from portal_project.mail.models import MailServer, OutgoingMail
from portal_project.mail.rendering import render
from tests.mail.reading import LINK

pytestmark = pytest.mark.django_db

CODE, CONFIRM = "/accounts/login/code/", "/accounts/login/code/confirm/"
RESET, SIGN_UP = "/accounts/password/reset/", "/accounts/signup/"
PASSWORD = "correct horse battery"
LIST = "/admin/mail/outgoingmail/"
BACKEND = "django.core.mail.backends.locmem.EmailBackend.send_messages"


@pytest.fixture
def carol(db):
    return User.objects.create_user("carol@example.com", PASSWORD, name="Carol")


def after(**time):
    return time_machine.travel(timezone.now() + timedelta(**time), tick=False)


def newest():
    return OutgoingMail.objects.latest("id")


def written(client, path, typed, **headers):
    client.post(path, typed, **headers)
    return newest()


def code_in(mail):
    return re.search(r"^[A-Z0-9-]{4,}$", mail.context["text"], re.MULTILINE)[0]


def asked(client, carol):
    """A code that Carol has asked for in this browser, and its mail."""
    mail = written(client, CODE, {"email": carol.email})
    return code_in(mail), mail


@pytest.mark.parametrize(
    ("path", "typed", "links"),
    [
        (RESET, {"email": "carol@example.com"}, 1),
        (RESET, {"email": "nobody@example.com"}, 0),
        (CODE, {"email": "carol@example.com"}, 0),
        (CODE, {"email": "nobody@example.com"}, 0),
        (SIGN_UP, {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}, 1),
        (SIGN_UP, {"email": "carol@example.com", "password1": PASSWORD, "password2": PASSWORD}, 1),
    ],
)
def test_links_lead_to_the_portal_whatever_host_was_asked(client, carol, settings, path, typed, links):
    settings.ALLOW_SIGNUP, settings.ACCOUNT_EMAIL_VERIFICATION = True, "mandatory"
    mail = written(client, path, typed, headers={"host": "localhost:8123"})
    assert mail.recipient == typed["email"]
    found = re.findall(LINK, mail.context["text"])
    assert len(found) == links
    for link in found + re.findall(LINK, render(mail).text):
        assert link.startswith("http://portal.test/")
        assert client.get(link.removeprefix("http://portal.test")).status_code in (200, 302)


def test_a_code_says_that_it_works_for_15_minutes_and_does(client, carol):
    code, mail = asked(client, carol)
    assert "It works for 15 minutes, and once." in mail.context["text"]
    with after(minutes=14, seconds=59):
        client.post(CONFIRM, {"code": code})
        assert client.get("/").status_code == 200


@pytest.mark.parametrize("minutes", [15.1, 60])
def test_a_code_that_is_typed_too_late_is_said_to_have_expired(client, carol, minutes):
    code, _mail = asked(client, carol)
    with after(minutes=minutes):
        page = client.post(CONFIRM, {"code": code}, follow=True)
        assert page.request["PATH_INFO"] == CODE
        assert "This code has expired. Ask for a new one." in page.content.decode()
        assert client.get("/").status_code == 302


def test_a_wrong_code_is_not_said_to_have_expired(client, carol):
    asked(client, carol)
    for _ in range(3):
        page = client.post(CONFIRM, {"code": "WRONG-CODE"}, follow=True)
        assert "expired" not in page.content.decode()


def test_a_reset_link_says_that_it_works_for_3_days_and_does(client, carol):
    mail = written(client, RESET, {"email": carol.email})
    assert "It works for 3 days, and once." in mail.context["text"]
    (link,) = re.findall(LINK, mail.context["text"])
    path = link.removeprefix("http://portal.test")
    with after(days=2, hours=23):
        assert Client().get(path).status_code == 302
    with after(days=3, seconds=1):
        assert "This link no longer works" in Client().get(path).content.decode()


@pytest.mark.parametrize(
    ("path", "lifetime"), [(CODE, timedelta(minutes=15)), (RESET, timedelta(days=3))], ids=["code", "link"]
)
def test_what_has_expired_is_not_sent_any_more_whether_tried_before_or_not(client, carol, path, lifetime):
    """Neither by the worker that comes after one that died with the mail in its hands, nor after the server was down."""
    with time_machine.travel("2026-03-10 12:00 +0000", tick=False):
        mail = written(client, path, {"email": carol.email})
        tasks._claim(timezone.now())
    MailServer.objects.create(pk=1, failures=3, paused_until=mail.created_at + 2 * lifetime)
    with time_machine.travel(mail.expires_at, tick=False):
        assert tasks.send_pending() == 0
    mail.refresh_from_db()
    assert (mail.state, mail.context) == ("expired", {})
    assert mail.expires_at - mail.created_at == lifetime
    assert django_mail.outbox == []


def test_a_code_is_sent_at_its_second_attempt(client, carol):
    asked(client, carol)
    with patch(BACKEND, side_effect=SMTPDataError(451, b"try later")):
        assert tasks.send_pending() == 0
    with after(minutes=6):
        assert tasks.send_pending() == 1


@pytest.mark.parametrize(
    ("answer", "state", "error"),
    [(None, "sent", ""), (SMTPDataError(554, b"spam: ABCD-1234 is your code"), "failed", "554")],
)
def test_nothing_of_a_secret_stays_once_it_is_sent_or_given_up(client, carol, as_merchant, answer, state, error):
    code, mail = asked(client, carol)
    with patch(BACKEND, side_effect=[answer]):
        tasks.send_pending()
    mail.refresh_from_db()
    assert (mail.state, mail.context, mail.error) == (state, {}, error)
    page = as_merchant.get(f"{LIST}{mail.pk}/change/").content.decode()
    assert code not in page
    assert "Hidden, because it holds, or held, a code or a link to sign in with." in page
    assert "send-again/" not in page
    assert ("it is not sent again" in page) == (state == "failed")


def test_a_secret_is_not_sent_again_and_what_holds_none_is(client, carol, as_merchant):
    secret, plain = asked(client, carol)[1], written(Client(), CODE, {"email": "nobody@example.com"})
    with patch(BACKEND, side_effect=SMTPDataError(554, b"not wanted")):
        tasks.send_pending()
    chosen = {"action": "send_again", "_selected_action": [secret.pk, plain.pk]}
    assert "1 mail is sent again." in as_merchant.post(LIST, chosen, follow=True).content.decode()
    assert outbox.send_again(OutgoingMail.objects.filter(pk=secret.pk)) == 0
    plain.refresh_from_db()
    assert (plain.state, "There is no account" in plain.context["text"]) == ("pending", True)


def test_the_demos_mailbox_keeps_what_it_shows(client, carol, settings):
    code, mail = asked(client, carol)
    settings.DEBUG = True
    tasks.send_pending()
    mail.refresh_from_db()
    assert (mail.state, code_in(mail)) == ("sent", code)


@pytest.mark.parametrize(("debug", "kept"), [(False, {}), (True, {"text": "ABCD-1234"})])
def test_secrets_leave_the_mails_that_are_there_already(settings, debug, kept):
    settings.DEBUG = debug
    told = {"recipient": "carol@example.com", "context": {"text": "ABCD-1234"}}
    sent = {"state": "sent", "sent_at": timezone.now()}
    for key, template, fields in [("1", "ready_made", sent), ("2", "ready_made", {}), ("3", "support/reply", sent)]:
        OutgoingMail.objects.create(key=key, template=template, **told | fields)
    migration = import_module("portal_project.mail.migrations.0006_secrets_leave_mail")
    migration.let_secrets_go(apps, SimpleNamespace(connection=connection))
    gone, waiting, other = OutgoingMail.objects.order_by("key")
    assert (gone.context, waiting.context, other.context) == (kept, told["context"], told["context"])
    assert gone.expires_at == gone.created_at + timedelta(minutes=15)
    assert (waiting.is_secret, other.is_secret) == (True, False)
