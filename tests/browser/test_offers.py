"""Staff offer something to whoever is leaving: it is accepted on a phone in the dark, or passed by without a script."""

from datetime import date

import pytest
from playwright.sync_api import expect

from support.models import CancellationRequest, Offer, Ticket
from tests.browser.conftest import new_context, with_password
from tests.browser.visitor import Visitor
from tests.pages import confirm

pytestmark = pytest.mark.django_db(transaction=True)
STRENGTH = "e => ['color', 'backgroundColor', 'borderTopColor', 'fontSize', 'fontWeight'].map(name => getComputedStyle(e)[name])"


@pytest.fixture
def leaving(hosting, as_alice):
    """It ends on 1 May."""
    confirm(as_alice, f"/subscriptions/{hosting.number}/cancel/", reason="too_expensive", message="Too much.")
    return hosting


@pytest.fixture
def another(chromium, live_server):
    """Opens a further browser, as somebody else has it."""
    opened = []

    def open_one(**options):
        opened.append(new_context(chromium, **options))
        return Visitor(opened[-1].new_page(), live_server.url)

    yield open_one
    for context in opened:
        context.close()


def finds_both_ways_equally_strong(visitor, accept="See what it means, and accept"):
    """Accepting, and going on with the end."""
    page = visitor.page
    ways = page.get_by_role("link", name=accept).or_(page.get_by_role("button", name=accept))
    looks = [each.first.evaluate(STRENGTH) for each in (ways, page.get_by_role("button", name="Go on canceling"))]
    assert looks[0] == looks[1], f"{page.url}: one way is stronger than the other"


def test_staff_offer_a_discount_on_the_ticket_and_the_customer_accepts_it(visitor, another, customer, agent, leaving):
    ticket = Ticket.objects.get()
    staff = another().signs_in(with_password(agent)).opens(f"/admin/support/ticket/{ticket.pk}/change/")
    staff.presses("Make an offer").sees("Choose below, and see here what it leads to.")
    staff.page.get_by_label("Discount (%)").fill("20")
    staff.page.get_by_label("On how many invoices").fill("3")
    staff.page.get_by_label("On how many invoices").press("Tab")
    staff.sees("€80.00", "it costs €60.00", "It no longer ends on 1 May 2026.")
    staff.page.get_by_label("Message (optional)").fill("Stay, Alice!")
    staff.finds_the_admin_sound().presses("Make an offer").sees("The offer is made. The customer is told by mail.")

    visitor.page.set_viewport_size({"width": 320, "height": 700})
    visitor.page.emulate_media(color_scheme="dark")
    visitor.signs_in(customer)
    for path in ("/", leaving.get_absolute_url(), ticket.get_absolute_url()):
        visitor.opens(path).sees("An offer for", "20 % off the next 3 invoices", "Stay, Alice!").finds_the_page_sound()
        finds_both_ways_equally_strong(visitor)
    visitor.presses("See what it means, and accept").sees("It no longer ends on 1 May 2026.", "€80.00")
    visitor.finds_the_page_sound()
    finds_both_ways_equally_strong(visitor, "Accept the offer")
    visitor.presses("Accept the offer").sees("The discount is yours.").finds_the_status("active")
    visitor.finds_the_page_sound().opens("/")
    expect(visitor.page.get_by_text("An offer for")).to_have_count(0)
    staff.page.reload()
    staff.sees("Offer, 20 % off the next 3 invoices: Accepted", "Decision: Offer accepted")


def test_without_a_script_a_customer_goes_on_canceling_and_may_still_accept(visitor, another, customer, agent, leaving):
    """What is offered is a pause until a day that the customer picks."""
    Offer.objects.create(request=CancellationRequest.objects.get(), made_by=agent, kind="pause")
    alice = another(java_script_enabled=False).signs_in(customer).opens("/")
    alice.presses("Go on canceling").sees("Nothing changes: ", "ends on 1 May 2026.")
    alice.presses("See what it means, and accept").sees("Resumes by itself on 1 May 2026.")
    alice.presses("Go on canceling").sees("Nothing changes: ", "ends on 1 May 2026.")
    assert Offer.objects.get().is_open
    alice.presses("See what it means, and accept")
    alice.page.fill("[name=resumes_on]", "2026-06-10")
    alice.presses("Accept the offer").sees("Nothing has been done yet", "Resumes by itself on 10 June 2026.")
    alice.presses("Accept the offer").finds_the_status("paused")
    leaving.refresh_from_db()
    assert (leaving.resumes_on, leaving.cancels_on) == (date(2026, 6, 10), None)
