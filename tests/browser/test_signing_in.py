"""Signing in as people do it, where it takes more than a password."""

import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.utils import timezone
from playwright.sync_api import expect

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
    sound(visitor.presses("Switch on").sees("Two-step sign-in is on.", "We show them only now"))
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
    visitor.opens("/accounts/2fa/totp/deactivate/").sees("Is it you?").presses("Use a code from your app")
    page.get_by_label("Code").fill(codes[1])
    sound(visitor).presses("Continue")
    sound(visitor.sees("Nothing has happened yet.")).presses("Switch off").sees("Two-step sign-in is off.")
