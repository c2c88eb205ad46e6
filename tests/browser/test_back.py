import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ARGUMENTS, CHROMIUM, new_context
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(chromium):
    """In a browser that keeps the pages one comes from, as people's do; Playwright's do not unless asked."""
    browser = chromium.browser_type.launch(
        executable_path=CHROMIUM, args=ARGUMENTS, ignore_default_args=["--disable-back-forward-cache"]
    )
    yield new_context(browser).new_page()
    browser.close()


def test_after_signing_out_back_shows_nothing_of_what_was_seen(visitor, customer, hosting):
    invoice = hosting.invoices.get()
    visitor.signs_in_by_form(customer).opens(invoice.get_absolute_url()).sees(invoice.label).presses("Sign out")
    for _ in range(2):
        visitor.page.go_back()
        visitor.page.wait_for_url(lambda url: "/accounts/login/?next=" in url)
        visitor.sees("Sign in")
        expect(visitor.page.locator("body")).not_to_contain_text(invoice.label)


def test_whom_another_browser_has_signed_out_back_shows_nothing_either(visitor, customer, hosting, chromium):
    invoice = hosting.invoices.get()
    visitor.signs_in_by_form(customer).opens(invoice.get_absolute_url()).sees(invoice.label)
    elsewhere = new_context(chromium, viewport={"width": 320, "height": 800})
    owner = Visitor(elsewhere.new_page(), visitor.home).signs_in_by_form(customer).opens("/accounts/sessions/")
    owner.sees("This browser", "Chrome on Linux").finds_the_page_sound()
    owner.presses("Sign out elsewhere").sees(
        "You are signed out everywhere but here.", "You are signed in nowhere else."
    )
    elsewhere.close()
    visitor.opens("/support/").sees("Sign in")
    visitor.page.go_back()
    visitor.page.wait_for_url(lambda url: "/accounts/login/?next=" in url)
    expect(visitor.page.locator("body")).not_to_contain_text(invoice.label)
