"""The e-mail address is changed, on one device and then another, and the owner of the old one undoes it."""

import re

import pytest
from playwright.sync_api import expect

from portal_project.mail.models import OutgoingMail
from tests.browser.conftest import new_context
from tests.browser.visitor import PASSWORD, Visitor
from tests.mail.reading import LINK, PORTAL

pytestmark = pytest.mark.django_db(transaction=True)

OLD, NEW = "alice@example.com", "alice@ahn-ceramics-and-porcelain-of-utrecht.example"


@pytest.fixture
def elsewhere(chromium, visitor):
    """Another device, as narrow, and dark."""
    context = new_context(chromium, color_scheme="dark")
    phone = Visitor(context.new_page(), visitor.home)
    phone.page.set_viewport_size({"width": 320, "height": 700})
    yield phone
    context.close()


def link_to(email):
    text = OutgoingMail.objects.filter(recipient=email).latest("id").context["text"]
    return re.search(LINK, text)[0].removeprefix(PORTAL)


def test_asked_here_confirmed_elsewhere_and_undone_by_the_old_address(visitor, customer, elsewhere):
    visitor.page.set_viewport_size({"width": 320, "height": 700})
    visitor.signs_in_by_form(customer).opens("/accounts/").presses("Change e-mail address")
    visitor.page.fill("[name=password]", PASSWORD)
    visitor.presses("Continue").finds_the_page_sound()
    visitor.page.fill("[name=new_email]", OLD)
    visitor.presses("Send the link").sees("This is your e-mail address already.").finds_the_page_sound()
    visitor.page.fill("[name=new_email]", NEW)
    visitor.presses("Send the link").sees("New e-mail address, not confirmed yet", NEW).finds_the_page_sound()
    visitor.presses("Send again").sees(f"We have sent a mail to {NEW}.")

    elsewhere.opens(link_to(NEW)).sees("Nothing has changed yet.").finds_the_page_sound()
    elsewhere.presses("Confirm the new address").sees("Your e-mail address is changed").finds_the_page_sound()
    visitor.opens("/accounts/")
    expect(visitor.page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()

    elsewhere.opens(link_to(OLD)).sees("Undo the change", OLD).finds_the_page_sound()
    elsewhere.presses("Undo the change").sees(f"{OLD} is back. Choose a new password.").finds_the_page_sound()
    for field in ("password1", "password2"):
        elsewhere.page.fill(f"[name={field}]", "another-bicycle")
    elsewhere.presses("Save the new password")
    customer.refresh_from_db()
    assert (customer.email, customer.check_password("another-bicycle")) == (OLD, True)
    elsewhere.opens("/accounts/address/confirm/1:x/").sees("This link no longer works").finds_the_page_sound()
