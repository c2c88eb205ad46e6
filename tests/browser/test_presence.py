"""Two of the staff at one ticket, each in a browser of their own."""

import pytest
from playwright.sync_api import expect

from support.models import Ticket
from tests.browser.conftest import new_context
from tests.browser.visitor import Visitor
from tests.pages import confirm

pytestmark = pytest.mark.django_db(transaction=True)

TYPED = {"type": "general", "subscription": "", "subject": "A question", "body": "How do I…?"}
# As when one comes back to the window; otherwise the page waits for twenty seconds.
LOOKS = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture
def page_of_it(as_alice):
    confirm(as_alice, "/support/new/", **TYPED)
    return f"/admin/support/ticket/{Ticket.objects.get().pk}/change/"


def test_staff_see_who_is_at_a_ticket_while_they_are_and_who_writes(
    chromium, visitor, live_server, page_of_it, agent, merchant
):
    visitor.signs_in(merchant).opens(page_of_it).sees("Nobody has taken it.")
    other = new_context(chromium)
    sam = Visitor(other.new_page(), live_server.url).signs_in(agent).opens(page_of_it)
    sam.sees("Mia Merchant has this ticket open.").finds_the_admin_sound()
    visitor.page.evaluate(LOOKS)
    visitor.sees("Sam Support has this ticket open.")
    with sam.page.expect_response("**/presence/"):
        sam.page.get_by_label("Message", exact=True).press_sequentially("Try")
    visitor.page.evaluate(LOOKS)
    visitor.sees("Sam Support is writing an answer.").finds_the_admin_sound()
    expect(visitor.page.get_by_role("status")).to_contain_text("Sam Support is writing an answer.")
    sam.presses("Take").sees("The ticket is yours.", "Sam Support took it on 1 April 2026")
    expect(sam.page.get_by_label("Message", exact=True)).to_have_value("Try")
    sam.presses("Add reply").sees("Reply added and sent.")
    visitor.page.evaluate(LOOKS)
    visitor.sees("Sam Support answered at ", "Your text is kept")
    visitor.page.get_by_label("Message", exact=True).fill("Mine")
    visitor.presses("Add reply").sees("while you were writing. Look first").finds_the_admin_sound()
    expect(visitor.page.get_by_label("Message", exact=True)).to_have_value("Mine")
    visitor.page.set_viewport_size({"width": 320, "height": 800})
    visitor.finds_that_it_fits()
    assert (visitor.complaints, sam.complaints) == ([], [])
    other.close()
