import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ARGUMENTS, CHROMIUM, new_context

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
