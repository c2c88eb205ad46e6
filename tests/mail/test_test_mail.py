"""The test mail of the page "System": handed to a real mail server at once, and in words what went wrong with it."""

import re
import socket
from functools import partial
from time import monotonic

import pytest

from portal_project.mail.models import MailServer, OutgoingMail
from tests.conftest import signed_in
from tests.mail.smtp import DRIBBLING, LOCKED, MUTE, SILENT, WORKING, serving
from tests.support.test_races import at_once

pytestmark = pytest.mark.django_db
SEND, SYSTEM, HOME = "/admin/system/test-mail/", "/admin/system/", "/admin/"


@pytest.fixture
def _impatient(settings):
    settings.MAIL_CONNECT_SECONDS = settings.MAIL_SEND_SECONDS = 0.2


@pytest.fixture
def mails_go_to(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"

    def go(address):
        settings.EMAIL_HOST, settings.EMAIL_PORT = address

    return go


def said(client, **sent):
    return [str(message) for message in client.post(SEND, sent, follow=True).context["messages"]]


def found(client):
    """What the page says of the test mail."""
    return next(each.finding for each in client.get(SYSTEM).context["checks"] if each.what.label == "Test mail")


def test_it_goes_to_whoever_asks_at_once_and_past_the_outbox(as_merchant, merchant, mails_go_to):
    with serving(WORKING) as server:
        mails_go_to(server.server_address)
        assert said(as_merchant, recipient="eve@example.com", to="eve@example.com") == [
            f"A test mail for merchant@example.com went to 127.0.0.1:{server.server_address[1]}. See whether it arrives."
        ]
        (mail,) = server.mails
    assert re.search(r"^To: merchant@example.com\r$", mail, re.MULTILINE)
    assert re.search(r"^Subject: Test mail of http://portal.test\r$", mail, re.MULTILINE)
    assert not OutgoingMail.objects.exists()


def test_the_last_one_that_was_taken_is_remembered_until_the_settings_change(as_merchant, mails_go_to, settings):
    with serving(WORKING) as server:
        mails_go_to(server.server_address)
        assert (found(as_merchant).is_well, found(as_merchant).text) == (False, "None was sent yet.")
        said(as_merchant)
    assert found(as_merchant).is_well
    assert found(as_merchant).text.startswith("The mail server took one on ")
    said(as_merchant)
    failed = found(as_merchant)
    assert (failed.is_well, "refuses the connection" in failed.text) == (False, True)
    assert failed.hint.startswith("The mail server took one on ")
    MailServer.objects.update(test_error="")
    settings.EMAIL_HOST_PASSWORD = "another"
    assert (found(as_merchant).is_well, found(as_merchant).hint) == (False, "Send another one.")
    assert "another" not in MailServer.objects.get().test_passed_with


def test_a_server_that_is_not_there_is_told(as_merchant, mails_go_to):
    with socket.create_server(("127.0.0.1", 0)) as closing:
        address = closing.getsockname()
    mails_go_to(address)
    (text,) = said(as_merchant)
    assert f"127.0.0.1:{address[1]} refuses the connection. Are host and port right in EMAIL_URL?" in text
    assert MailServer.objects.get().test_passed_at is None


@pytest.mark.parametrize("kind", [SILENT, DRIBBLING, MUTE])
@pytest.mark.usefixtures("_impatient")
def test_a_server_that_hangs_is_given_up_and_holds_no_page_up(as_merchant, mails_go_to, kind):
    with serving(kind) as server:
        mails_go_to(server.server_address)
        began = monotonic()
        (text,) = said(as_merchant)
        assert as_merchant.get(SYSTEM).status_code == as_merchant.get(HOME).status_code == 200
        assert monotonic() - began < 3
    # Which of the two bounds is first is the machine's affair: that of the whole, or that of one answer.
    assert re.search("hangs: (no answer within 0.2 seconds|timed out)|broke off the connection", text)


def test_a_wrong_password_is_told_and_never_shown(as_merchant, mails_go_to, settings):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "portal", "not-that-one"
    with serving(LOCKED) as server:
        mails_go_to(server.server_address)
        (text,) = said(as_merchant)
    assert "does not accept the user name and password of EMAIL_URL: 535 5.7.8 Who are you?" in text
    assert "not-that-one" not in text + as_merchant.get(SYSTEM).text


def test_what_a_server_cannot_do_is_told(as_merchant, mails_go_to, settings):
    settings.EMAIL_USE_TLS = True
    with serving(WORKING) as server:
        mails_go_to(server.server_address)
        assert "cannot do what EMAIL_URL asks for: STARTTLS" in said(as_merchant)[0]
    settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = False, True
    with serving(WORKING) as server:
        mails_go_to(server.server_address)
        assert "smtp+tls is for port 587, smtp+ssl for 465" in said(as_merchant)[0]


def test_a_name_that_nobody_knows_is_told(as_merchant, mails_go_to):
    mails_go_to(("mail.invalid", 25))
    assert "The name mail.invalid is not known." in said(as_merchant)[0]


def test_one_that_is_taken_ends_the_pause_of_the_server(as_merchant, mails_go_to, clock):
    MailServer.objects.create(pk=1, failures=3, error="timed out", paused_until="2030-01-01T00:00Z")
    with serving(WORKING) as server:
        mails_go_to(server.server_address)
        said(as_merchant)
    assert MailServer.objects.get().paused_until is None


def test_mails_that_reach_nobody_are_no_success(as_merchant):
    said(as_merchant)
    finding = found(as_merchant)
    assert (finding.is_well, finding.text) == (False, "Mails go to the output of the worker, and reach nobody.")


def test_from_the_home_it_leads_back_there(as_merchant):
    assert as_merchant.post(SEND, {"from_home": "1"})["Location"] == HOME
    assert as_merchant.post(SEND)["Location"] == SYSTEM


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_send_one_at_once_both_get_it(merchant, mails_go_to):
    acts = [partial(signed_in(merchant).post, SEND) for _ in range(2)]
    with serving(WORKING) as server:
        mails_go_to(server.server_address)
        assert [response.status_code for response in at_once(*acts)] == [302, 302]
        assert len(server.mails) == 2
    assert MailServer.objects.get().test_error == ""
