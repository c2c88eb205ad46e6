"""The second step of signing in: set up, asked for, limited, taken away."""

import html
import re
import time
from datetime import timedelta
from urllib.parse import unquote

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import get_resolver

from portal_project.accounts.models import User
from portal_project.mail.models import OutgoingMail
from tests.conftest import signed_in
from tests.factories import UserFactory
from tests.pages import confirm, hidden_inputs

LOGIN, STEP, AGAIN = "/accounts/login/", "/accounts/2fa/authenticate/", "/accounts/reauthenticate/"
INDEX, ON, OFF = "/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/2fa/totp/deactivate/"
CODES, NEW_CODES = "/accounts/2fa/recovery-codes/", "/accounts/2fa/recovery-codes/generate/"
PASSWORD = "correct horse battery"
OWNER, STRANGER = "192.0.2.1", "198.51.100.7"


@pytest.fixture
def clock():
    with time_machine.travel("2026-03-10 12:00 +0000", tick=False) as traveller:
        yield traveller


@pytest.fixture
def carol(db, clock):
    return User.objects.create_user("carol@example.com", PASSWORD, name="Carol")


def shown(secret, later=0):
    """What the app shows, so many half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def sign_in(address=OWNER):
    client = Client(REMOTE_ADDR=address)
    response = client.post(LOGIN, {"login": "carol@example.com", "password": PASSWORD})
    return client, response.url


def prove(client):
    client.post(AGAIN, {"password": PASSWORD})


def begin(client):
    """The key that the page shows for the app."""
    return re.search("<code>([A-Z2-7 ]+)</code>", client.get(ON).text)[1].replace(" ", "")


@pytest.fixture
def protected(carol, clock):
    """Carol's secret and recovery codes, and the browser in which she has switched it on."""
    client, _ = sign_in()
    prove(client)
    secret = begin(client)
    assert client.post(ON, {"code": shown(secret)}).url == CODES
    codes = re.findall(r"<code>(\d{8})</code>", client.get(CODES).text)
    clock.shift(timedelta(minutes=2))
    return secret, codes, client


def test_it_is_set_up_by_picture_or_key_and_confirmed_by_a_code(carol):
    client, _ = sign_in()
    assert client.get(ON).url.startswith(AGAIN)
    prove(client)
    page = client.get(ON).text
    assert 'src="data:image/svg+xml;base64,' in page
    secret = re.search("<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")
    assert f"secret={secret}" in html.unescape(page)
    wrong = client.post(ON, {"code": "000000"})
    assert "This code is not right" in wrong.text
    assert secret in html.unescape(wrong.text)
    assert not Authenticator.objects.exists()
    response = client.post(ON, {"code": shown(secret)})
    assert response.url == CODES
    assert ">On<" in client.get(INDEX).text
    assert client.post(ON, {"code": shown(secret)}).url == client.get(ON).url == INDEX


def test_each_change_is_told_by_mail(carol, django_capture_on_commit_callbacks):
    client, _ = sign_in()
    prove(client)
    secret = begin(client)
    client.defaults["HTTP_USER_AGENT"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    for page, typed in ((ON, {"code": shown(secret)}), (NEW_CODES, {}), (OFF, {})):
        with django_capture_on_commit_callbacks(execute=True):
            client.post(page, typed)
    told = [mail.context for mail in OutgoingMail.objects.order_by("pk")]
    assert [each["subject"] for each in told] == [
        "Your authenticator app is set up",
        "You have new recovery codes",
        "Your authenticator app is removed",
    ]
    assert all("Browser: Firefox on Linux" in each["text"] for each in told)
    assert all("reset your password at once" in each["text"] for each in told)


def test_the_code_is_asked_for_after_the_password(protected):
    secret, _, _ = protected
    client, leads_to = sign_in()
    assert leads_to == STEP
    assert client.get("/").url.startswith(LOGIN)
    assert client.post(STEP, {"code": f" {shown(secret)[:3]} {shown(secret)[3:]}"}).url == "/"
    assert client.get("/").status_code == 200


def test_it_is_asked_for_after_a_code_by_mail_too(protected):
    secret, _, _ = protected
    client = Client()
    client.post("/accounts/login/code/", {"email": "carol@example.com"})
    mail = OutgoingMail.objects.order_by("pk").last().context["text"]
    code = re.search(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})?)\s*$", mail, re.MULTILINE)[1]
    assert client.post("/accounts/login/code/confirm/", {"code": code}).url == STEP
    assert client.post(STEP, {"code": shown(secret)}).url == "/"


def test_staff_come_to_the_admin_by_it(protected, carol):
    secret, _, _ = protected
    User.objects.filter(pk=carol.pk).update(is_staff=True)
    client = Client()
    page = client.get("/admin/", follow=True)
    sent = hidden_inputs(page) | {"login": carol.email, "password": PASSWORD}
    assert client.post(LOGIN, sent).url == STEP
    assert client.get("/admin/").status_code == 302
    assert client.post(STEP, {"code": shown(secret)}).url == "/admin/"
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("later", [-1, 0, 1])
def test_no_code_is_taken_twice_while_it_is_right(protected, clock, later):
    """With clocks that differ by half a minute either way that is a minute and a half."""
    secret, _, _ = protected
    code = shown(secret, later)
    client, _ = sign_in()
    assert client.post(STEP, {"code": code}).url == "/"
    for _half_minute in range(later + 2):
        other, _ = sign_in(STRANGER)
        page = other.post(STEP, {"code": code})
        assert "This code is not right, or was used before." in page.text
        clock.shift(timedelta(seconds=30))


def test_nor_is_the_one_that_switched_it_on(carol, clock):
    client, _ = sign_in()
    prove(client)
    secret = begin(client)
    client.post(ON, {"code": shown(secret)})
    other, _ = sign_in()
    assert other.post(STEP, {"code": shown(secret)}).status_code == 200


def test_an_old_code_and_one_of_another_account_are_wrong(protected):
    secret, _, _ = protected
    client, _ = sign_in()
    for code in (shown(secret, -2), shown(secret, 2), "000000", "", "x" * 100_000, "\u200b", "a\0b", "١٢٣٤٥٦"):
        assert client.post(STEP, {"code": code}).status_code in (200, 429)
    assert client.get("/").url.startswith(LOGIN)


def test_the_digits_of_any_script_count(protected):
    secret, _, _ = protected
    client, _ = sign_in()
    arabic = shown(secret).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert client.post(STEP, {"code": arabic}).url == "/"


def test_each_recovery_code_signs_in_once_and_the_rest_are_counted(protected):
    _, codes, _ = protected
    assert len(codes) == 10
    client, _ = sign_in()
    assert client.post(STEP, {"code": codes[3]}).url == "/"
    other, _ = sign_in()
    assert other.post(STEP, {"code": codes[3]}).status_code == 200
    assert "You have 9 recovery codes left." in client.get(INDEX).text


def test_recovery_codes_are_told_once_and_the_page_has_them_as_a_file(carol):
    client, _ = sign_in()
    prove(client)
    secret = begin(client)
    client.post(ON, {"code": shown(secret)})
    page = client.get(CODES)
    codes = re.findall(r"<code>(\d{8})</code>", page.text)
    file = re.search('href="data:text/plain;charset=utf-8,([^"]*)"', page.text)[1]
    assert unquote(file).split("\r\n") == [*codes, ""]
    again = client.get(CODES).text
    assert "You have 10 of 10 recovery codes left." in again
    assert not re.search(r"\d{8}", again)
    assert client.get(f"{CODES}download/").status_code == 404


def test_new_recovery_codes_take_the_place_of_the_old(protected):
    _, codes, client = protected
    assert confirm(client, NEW_CODES).url == CODES
    new = re.findall(r"<code>(\d{8})</code>", client.get(CODES).text)
    assert set(new).isdisjoint(codes)
    other, _ = sign_in()
    assert other.post(STEP, {"code": codes[0]}).status_code == 200
    assert other.post(STEP, {"code": new[0]}).url == "/"


def test_every_change_asks_who_one_is(protected, clock):
    _, _, client = protected
    clock.shift(timedelta(minutes=10))
    asked = [client.get(page) for page in (OFF, NEW_CODES, CODES)] + [client.post(page) for page in (OFF, NEW_CODES)]
    assert all(response.url.startswith(AGAIN) for response in asked)
    assert Authenticator.objects.count() == 2


def test_a_code_of_the_app_tells_who_one_is_too(protected, clock):
    secret, _, client = protected
    clock.shift(timedelta(minutes=10))
    assert "Use a code from your app" in client.get(f"{AGAIN}?next={OFF}").text
    assert client.post("/accounts/2fa/reauthenticate/", {"code": shown(secret), "next": OFF}).url == OFF
    assert client.get(OFF).status_code == 200


def test_switched_off_the_password_is_enough_and_nothing_is_left(protected):
    _, _, client = protected
    prove(client)
    for _time in range(2):
        assert client.post(OFF).url == INDEX
    assert not Authenticator.objects.exists()
    for page in (OFF, CODES, NEW_CODES):
        assert client.get(page).url == INDEX
    assert sign_in()[1] == "/"


def test_wrong_codes_are_limited_and_do_not_lock_out_the_owner_elsewhere(protected):
    secret, _, _ = protected
    stranger, _ = sign_in(STRANGER)
    for _time in range(5):
        assert stranger.post(STEP, {"code": "000000"}).status_code == 200
    refused = stranger.post(STEP, {"code": shown(secret)})
    assert refused.status_code == 429
    assert "There were too many attempts. Please try again in 5 minutes." in refused.text
    # Another sign-in begins no new count.
    assert sign_in(STRANGER)[0].post(STEP, {"code": shown(secret)}).status_code == 429
    owner, _ = sign_in()
    assert owner.post(STEP, {"code": shown(secret)}).url == "/"


def test_the_limits_hold_where_it_is_set_up_and_where_one_shows_who_one_is(protected):
    _, _, client = protected
    for page in ("/accounts/2fa/reauthenticate/",):
        for _time in range(5):
            client.post(page, {"code": "000000"})
        assert client.post(page, {"code": "000000"}).status_code == 429


def test_nothing_in_the_database_tells_a_secret(protected):
    secret, codes, _ = protected
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert not any(each in kept for each in (secret, *codes))


def test_a_former_key_still_reads_it_and_a_lost_one_lets_nobody_in(protected, settings):
    secret, codes, _ = protected
    former, settings.SECRET_KEY = settings.SECRET_KEY, "n" * 50
    settings.SECRET_KEY_FALLBACKS = [former]
    client, _ = sign_in()
    assert client.post(STEP, {"code": shown(secret)}).url == "/"
    settings.SECRET_KEY_FALLBACKS = []
    client, _ = sign_in()
    for code in (shown(secret, 1), codes[0]):
        assert client.post(STEP, {"code": code}).status_code == 200


def test_every_address_of_it_has_a_page_or_is_closed():
    """None is left to the pages that come with allauth, which nobody has made look like the rest."""
    found = {name for name in get_resolver().reverse_dict if isinstance(name, str) and name.startswith("mfa_")}
    ours = {"authenticate", "reauthenticate", "index", "activate_totp", "deactivate_totp"}
    ours |= {"view_recovery_codes", "generate_recovery_codes"}
    ours |= {f"{name}_webauthn" for name in ("list", "add", "login", "reauthenticate", "edit", "remove")}
    assert found == {f"mfa_{name}" for name in ours} | {"mfa_download_recovery_codes"}


def test_a_superuser_removes_it_for_somebody_who_is_locked_out(protected, carol):
    root = signed_in(UserFactory(is_staff=True, is_superuser=True))
    page = f"/admin/accounts/user/{carol.pk}"
    assert "authenticator app since 10 Mar 2026, recovery codes since 10 Mar 2026" in root.get(f"{page}/change/").text
    for _time in range(2):
        assert confirm(root, f"{page}/remove-second-step/").url == f"{page}/change/"
    assert sign_in()[1] == "/"
    told = OutgoingMail.objects.get(recipient=carol.email, context__subject__startswith="Your second step")
    assert "your authenticator app, passkeys and recovery codes no longer work" in told.context["text"]
    assert [each.get_change_message() for each in LogEntry.objects.all()] == ["Removed the second step of signing in."]
    assert "remove-second-step" not in root.get(f"{page}/change/").text


def test_nobody_else_does(protected, carol, as_merchant, as_agent):
    page = f"/admin/accounts/user/{carol.pk}"
    for client in (as_merchant, as_agent):
        assert "remove-second-step" not in client.get(f"{page}/change/").text
        assert client.post(f"{page}/remove-second-step/").status_code == 403
    assert Authenticator.objects.count() == 2


def test_a_command_does_for_the_one_superuser(protected, carol, capsys):
    for _time in range(2):
        call_command("remove_second_step", "CAROL@example.com")
    assert capsys.readouterr().out.splitlines() == [
        "carol@example.com signs in without a second step from now on.",
        "carol@example.com has no second step.",
    ]
    with pytest.raises(CommandError, match=re.escape("There is no account with the address nobody@example.com.")):
        call_command("remove_second_step", "nobody@example.com")
