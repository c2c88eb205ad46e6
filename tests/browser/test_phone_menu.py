"""On a phone the header takes one line; its menu opens by tapping, by keyboard, and without a script."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import new_context
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)
NARROW = {"width": 320, "height": 700}
PLACES = ["Subscriptions", "Invoices", "Support", "Account"]


def header(visitor):
    return visitor.page.get_by_role("banner")


def is_one_line(visitor):
    return header(visitor).bounding_box()["height"] <= 72


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_opened_and_left_by_keyboard(visitor, customer, hosting, scheme):
    visitor.page.set_viewport_size(NARROW)
    visitor.page.emulate_media(color_scheme=scheme)
    visitor.signs_in(customer).opens("/").finds_the_page_sound()
    assert is_one_line(visitor)
    menu = header(visitor).get_by_text("Menu", exact=True)
    menu.focus()
    visitor.page.keyboard.press("Enter")
    for place in PLACES:
        visitor.page.keyboard.press("Tab")
        expect(header(visitor).get_by_role("link", name=place, exact=True)).to_be_focused()
    visitor.finds_the_page_sound()
    visitor.page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    expect(header(visitor).get_by_role("link", name="Account", exact=True)).to_have_count(0)
    assert is_one_line(visitor)


def test_what_is_open_covers_nothing(visitor, customer, hosting):
    """The page begins below it."""
    visitor.page.set_viewport_size(NARROW)
    visitor.signs_in(customer).opens("/")
    header(visitor).get_by_text("Menu", exact=True).click()
    box = header(visitor).bounding_box()
    assert visitor.page.get_by_role("heading", level=1).bounding_box()["y"] >= box["y"] + box["height"]
    visitor.presses("Invoices").finds_the_page_sound()
    assert visitor.page.url.endswith("/invoices/")
    assert is_one_line(visitor)


def test_it_works_without_a_script(chromium, live_server, clock, customer, hosting):
    context = new_context(chromium, java_script_enabled=False)
    visitor = Visitor(context.new_page(), live_server.url)
    visitor.page.set_viewport_size(NARROW)
    visitor.signs_in(customer).opens("/")
    header(visitor).get_by_text("Menu", exact=True).click()
    visitor.presses("Support").sees("New support request")
    context.close()


def test_where_there_is_room_the_places_stand_in_the_header(visitor, customer, hosting):
    visitor.signs_in(customer).opens("/")
    expect(header(visitor).get_by_text("Menu", exact=True)).to_be_hidden()
    for place in PLACES:
        expect(header(visitor).get_by_role("link", name=place, exact=True)).to_be_visible()
