"""Signing in as people do it, where it takes more than a password."""

import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import new_context

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"width": 320, "height": 800}


def shown(secret):
    """What the app shows now."""
    return format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // 30))


def sound(visitor):
    visitor.finds_the_page_sound()
    size = visitor.page.viewport_size
    visitor.page.set_viewport_size(PHONE)
    visitor.finds_that_it_fits()
    visitor.page.set_viewport_size(size)
    return visitor


def test_the_second_step_is_set_up_used_and_switched_off(visitor, customer):
    page = visitor.page
    sound(visitor.signs_in_by_form(customer).opens("/accounts/").presses("Two-step sign-in"))
    sound(visitor.presses("Set up an authenticator app"))
    page.get_by_label("Password").fill("demo-portal")
    visitor.presses("Continue")
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    assert page.evaluate("document.querySelector('.qr').naturalWidth") > 0
    secret = sound(visitor).page.locator("main code").inner_text().replace(" ", "")
    page.get_by_label("The code that the app shows now").fill(shown(secret))
    sound(visitor.presses("Switch on").sees("Your authenticator app is set up.", "We show them only now"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the codes").click()
    codes = page.locator(".codes code").all_inner_texts()
    assert download.value.path().read_text().split() == codes
    sound(visitor.presses("I have kept them").sees("You have 10 recovery codes left."))
    sound(visitor.presses("Make new recovery codes").sees("Nothing has happened yet."))
    visitor.presses("Keep the old ones").presses("Sign out")
    page.fill("[name=login]", customer.email)
    page.fill("[name=password]", "demo-portal")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/2fa/authenticate/"))
    sound(visitor)
    page.get_by_label("Code").fill(codes[0])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/accounts/" not in url)
    visitor.opens("/accounts/2fa/totp/deactivate/").sees("Is it you?").presses(
        "Use a code from your app or a recovery code"
    )
    page.get_by_label("Code").fill(codes[1])
    sound(visitor).presses("Continue")
    sound(visitor.sees("Nothing has happened yet.")).presses("Switch off").sees("Your authenticator app is removed.")


def with_device(page):
    """A browser with a device that has no passkey yet and is unlocked by a finger."""
    browser = page.context.new_cdp_session(page)
    browser.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    device |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    key = browser.send("WebAuthn.addVirtualAuthenticator", {"options": device})["authenticatorId"]
    return lambda is_unlocked: browser.send(
        "WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": is_unlocked}
    )


def test_a_passkey_is_added_signs_in_alone_and_after_the_password_and_is_removed(visitor, customer):
    page = visitor.page
    unlock = with_device(page)
    sound(visitor.signs_in_by_form(customer).opens("/accounts/").presses("Passkeys").sees("You have none yet."))
    visitor.presses("Add a passkey")
    page.get_by_label("Password").fill("demo-portal")
    visitor.presses("Continue")
    sound(visitor).page.get_by_label("Name").fill("My laptop")
    with page.expect_navigation():
        page.get_by_label("Name").press("Enter")
    sound(visitor.sees("Your passkey is added.", "We show them only now")).presses("I have kept them")
    sound(visitor.sees("You have 10 recovery codes left.")).presses("Your passkeys")
    sound(visitor.sees("My laptop", "Not used yet.")).finds_it_sound_in_the_dark_too()
    visitor.presses("Add a passkey")
    page.get_by_role("button", name="Add a passkey").click()
    sound(visitor.sees("This device has a passkey for your account already")).presses("Back")
    page.get_by_role("link", name="Rename My laptop").click()
    page.get_by_label("Name").fill("Work laptop")
    sound(visitor).presses("Save")

    sound(visitor.presses("Sign out"))
    unlock(False)
    page.get_by_role("button", name="Sign in with a passkey").click()
    sound(visitor.sees("No passkey was used, so nothing was done."))
    unlock(True)
    visitor.presses("Sign in with a passkey")
    page.wait_for_url(lambda url: "/accounts/" not in url)

    visitor.presses("Sign out")
    page.fill("[name=login]", customer.email)
    page.fill("[name=password]", "demo-portal")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/2fa/authenticate/"))
    sound(visitor).presses("Use a passkey")
    page.wait_for_url(lambda url: "/accounts/" not in url)

    visitor.opens("/accounts/2fa/webauthn/")
    page.get_by_role("link", name="Remove Work laptop").click()
    visitor.sees("Is it you?").presses("Use a passkey")
    sound(visitor).presses("Use a passkey")
    sound(visitor.sees("two-step sign-in is then off")).presses("Remove")
    sound(visitor.sees("The passkey is removed.", "You have none yet."))


def test_where_passkeys_cannot_be_used_a_sentence_says_so(visitor, chromium, live_server):
    """The test server has a name, because passkeys belong to one."""
    assert live_server.url.startswith("http://localhost:")
    context = new_context(chromium, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/accounts/login/")
    expect(page.get_by_text("Passkeys need JavaScript")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    context.close()
    visitor.home = live_server.url.replace("localhost", "127.0.0.1")
    sound(visitor.opens("/accounts/login/").sees("opened by an IP address instead of a name"))
