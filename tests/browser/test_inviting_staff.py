"""A superuser invites a colleague, who chooses a password, sets up the second step and works, until they are switched off."""

import re

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect

from portal_project.accounts.models import User
from portal_project.mail.models import OutgoingMail
from portal_project.mail.rendering import render
from support.models import Ticket
from tests.browser.conftest import new_context
from tests.browser.test_signing_in import shown
from tests.browser.visitor import Visitor
from tests.factories import UserFactory
from tests.pages import confirm

pytestmark = pytest.mark.django_db(transaction=True)
CHOSEN = "correct horse battery"


@pytest.fixture
def owner():
    olga = UserFactory(email="owner@example.com", name="Olga Owner", is_staff=True, is_superuser=True)
    Authenticator.objects.create(user=olga, type=Authenticator.Type.TOTP, data={})
    return olga


@pytest.fixture
def colleague(chromium, live_server):
    """A second person with a browser of their own."""
    context = new_context(chromium)
    yield Visitor(context.new_page(), live_server.url)
    context.close()


def test_a_colleague_is_invited_works_and_is_switched_off(visitor, colleague, owner, hosting, as_alice, settings):
    typed = {"type": "general", "subscription": hosting.number, "subject": "A question", "body": "Which day is it?"}
    confirm(as_alice, "/support/new/", **typed)
    ticket = Ticket.objects.get()
    settings.ADMIN_REQUIRES_MFA = True
    visitor.signs_in(owner).opens("/admin/accounts/user/").presses("Invite staff").finds_the_admin_sound()
    visitor.page.get_by_label("E-mail address").fill("dora@example.com")
    visitor.page.get_by_label("Name").fill("Dora Dahl")
    visitor.page.get_by_label("Support: works through tickets").check()
    visitor.presses("Send the invitation").sees("An invitation is on its way to dora@example.com.")

    dora = User.objects.get(email="dora@example.com")
    assert not dora.has_usable_password()
    text = render(OutgoingMail.objects.get(recipient="dora@example.com")).text
    path = re.search(r"https?://[^/]+(/accounts/password/\S+)", text)[1]
    page = colleague.page
    colleague.opens(path).sees("Choose a new password").finds_the_page_sound()
    page.get_by_label("New password", exact=True).fill(CHOSEN)
    page.get_by_label("New password again").fill(CHOSEN)
    colleague.presses("Save the new password").finds_the_page_sound()
    colleague.opens(path).sees("This link no longer works").finds_the_page_sound()

    colleague.opens(f"/admin/support/ticket/{ticket.pk}/change/")
    page.fill("[name=login]", "dora@example.com")
    page.fill("[name=password]", CHOSEN)
    colleague.presses("Sign in")
    colleague.sees("Set yours up here.").finds_the_page_sound()
    colleague.opens("/admin/").sees("Set yours up here.").presses("Set up an authenticator app")
    page.get_by_label("Password").fill(CHOSEN)
    colleague.presses("Continue").finds_the_page_sound()
    secret = page.locator("main code").inner_text().replace(" ", "")
    page.get_by_label("The code that the app shows now").fill(shown(secret))
    colleague.presses("Switch on").sees("Your authenticator app is set up.").presses("I have kept them")

    colleague.opens(f"/admin/support/ticket/{ticket.pk}/change/").sees("Which day is it?").finds_the_page_sound(".pa")
    page.locator("textarea[name=body]").fill("It is the 20th.")
    colleague.presses("Add reply").sees("Reply added and sent.")
    page.locator("textarea[name=body]").fill("And the 20th of May after it.")

    visitor.opens(f"/admin/accounts/user/{dora.pk}/change/")
    visitor.page.locator("[name=is_active]").uncheck()
    visitor.presses("Save")
    colleague.presses("Add reply")
    expect(page).to_have_url(re.compile("/login/"))
    colleague.finds_the_page_sound()
    assert [message.body for message in ticket.messages.all()] == ["Which day is it?", "It is the 20th."]
    page.fill("[name=login]", "dora@example.com")
    page.fill("[name=password]", CHOSEN)
    colleague.presses("Sign in").sees("This account is switched off").finds_the_page_sound()
