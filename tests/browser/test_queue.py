"""Support staff in their queue: search, filter, keyboard, and several tickets at once."""

import pytest
from playwright.sync_api import expect

from support.models import Ticket
from tests.browser.conftest import new_context, with_password
from tests.browser.visitor import Visitor
from tests.pages import confirm

pytestmark = pytest.mark.django_db(transaction=True)

QUEUE = "/admin/support/ticket/"


@pytest.fixture
def tickets(hosting, as_alice):
    """A request to cancel and two questions of Alice's."""
    confirm(as_alice, f"/subscriptions/{hosting.number}/cancel/", reason="too_expensive")
    for subject, kind in (("Slow server", "technical"), ("Which invoice?", "billing")):
        confirm(as_alice, "/support/new/", type=kind, subscription="", subject=subject, body="Please help.")
    return {ticket.subject: ticket for ticket in Ticket.objects.all()}


@pytest.fixture
def staff(visitor, agent, tickets):
    return visitor.signs_in(with_password(agent)).opens(QUEUE)


def focused(staff):
    return staff.page.evaluate("document.activeElement.textContent.trim()")


def test_staff_search_and_filter_the_queue(staff):
    staff.sees("Slow server", "Which invoice?", "Too expensive").finds_the_page_sound(".pa")
    staff.page.get_by_label("Search", exact=True).fill("slow")
    staff.presses("Filter").sees("Slow server")
    expect(staff.page.get_by_role("link", name="Which invoice?")).to_have_count(0)
    staff.presses("Clear")
    staff.page.get_by_label("Type", exact=True).select_option("billing")
    staff.presses("Filter").sees("Which invoice?")
    expect(staff.page.get_by_role("link", name="Slow server")).to_have_count(0)


def test_the_queue_is_worked_through_by_keyboard(staff, tickets, agent):
    page = staff.page
    page.keyboard.press("j")
    first = focused(staff)
    page.keyboard.press("j")
    assert focused(staff) not in ("", first)
    page.keyboard.press("k")
    assert focused(staff) == first
    with page.expect_navigation():
        page.keyboard.press("a")
    staff.sees("1 ticket changed.")
    tickets[first].refresh_from_db()
    assert tickets[first].assignee == agent
    page.keyboard.press("?")
    expect(page.get_by_text("assign it to me")).to_be_visible()
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    staff.sees(first)
    assert page.url.endswith(f"{QUEUE}{tickets[first].pk}/change/")


def test_typing_into_the_search_moves_nothing(staff):
    staff.page.keyboard.press("/")
    staff.page.keyboard.type("jak?")
    assert staff.page.get_by_label("Search", exact=True).input_value() == "jak?"
    assert not Ticket.objects.exclude(assignee=None).exists()


def test_the_same_is_possible_with_the_mouse(staff, agent):
    staff.page.get_by_role("button", name="Take").first.click()
    staff.sees("1 ticket changed.")
    staff.page.get_by_label("Choose all of this page").check()
    staff.page.locator("select[name=priority]").last.select_option("4")
    staff.presses("Set priority").sees("3 tickets changed.")
    assert set(Ticket.objects.values_list("priority", flat=True)) == {4}
    assert Ticket.objects.filter(assignee=agent).count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_queue_fits_a_phone(chromium, live_server, agent, tickets, scheme):
    context = new_context(chromium, color_scheme=scheme)
    staff = Visitor(context.new_page(), live_server.url)
    staff.page.set_viewport_size({"width": 320, "height": 800})
    staff.signs_in(with_password(agent)).opens(QUEUE).finds_the_page_sound(".pa")
    context.close()
