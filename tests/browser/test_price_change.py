"""A merchant announces a price on the page of a subscription; its customer reads of it, and how to leave, until it is dropped."""

import pytest
from playwright.sync_api import expect

from portal_project.mail.models import OutgoingMail
from portal_project.mail.rendering import render
from tests.browser.conftest import new_context
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)
LINES = "cell => { const text = new Range(); text.selectNodeContents(cell); return text.getClientRects().length }"
ANNOUNCED = "Price change: €120.00 / month from 20 May 2026."


@pytest.mark.parametrize("width", [1440, 360])
def test_it_is_announced_read_and_dropped(visitor, chromium, live_server, customer, merchant, hosting, width):
    context = new_context(chromium, viewport={"width": width, "height": 900})
    staff = Visitor(context.new_page(), live_server.url)
    visitor.page.set_viewport_size({"width": width, "height": 900})
    staff.signs_in(merchant).opens(f"/admin/subscriptions/subscription/{hosting.pk}/change/")
    staff.presses("Change price").sees("Alice Ahn, alice@example.com", "it costs €100.00 / month now")
    staff.finds_the_admin_sound()
    staff.page.get_by_label("New price").fill("120")
    staff.page.get_by_label("New price").press("Tab")
    staff.sees("New price: €120.00 / month from 20 May 2026", "Until then it costs €100.00 / month.", "how to cancel")
    staff.finds_the_admin_sound().presses("Change price").sees("The price change is noted.")
    staff.sees("€120.00 instead of €100.00").finds_the_admin_sound()
    if width == 1440:
        assert staff.page.get_by_role("cell", name="1 Apr 2026").evaluate(LINES) == 1

    visitor.signs_in(customer).opens(hosting.get_absolute_url()).sees(ANNOUNCED, "€100.00 / month")
    visitor.finds_the_page_sound().presses("Cancel Subscription").finds_the_page_sound()
    announced = render(OutgoingMail.objects.get())
    assert announced.subject == f"The price of {hosting.product} changes"
    assert "costs €120.00 / month from 20 May 2026. Until then it costs €100.00 / month." in announced.text
    assert f"{hosting.get_absolute_url()}cancel/" in announced.text

    staff.presses("Drop the price change").finds_the_admin_sound()
    staff.presses("Drop the price change").sees("The price change is dropped.")
    visitor.opens(hosting.get_absolute_url()).sees("€100.00 / month").finds_the_page_sound()
    expect(visitor.page.locator("body")).not_to_contain_text("Price change:")
    assert render(OutgoingMail.objects.latest("pk")).subject == f"The price of {hosting.product} stays as it is"
    hosting.refresh_from_db()
    assert (hosting.amount, hosting.new_amount) == (100, None)
    context.close()


def test_without_a_script_the_bills_are_shown_before_it_is_done(
    chromium, live_server, clock, customer, merchant, hosting
):
    context = new_context(chromium, viewport={"width": 360, "height": 900}, java_script_enabled=False)
    staff = Visitor(context.new_page(), live_server.url)
    staff.signs_in(merchant).opens(f"/admin/subscriptions/subscription/{hosting.pk}/change/").presses("Change price")
    staff.page.get_by_label("New price").fill("120")
    staff.presses("Show the dates and amounts").sees("New price: €120.00 / month from 20 May 2026")
    staff.page.get_by_label("New price").fill("130")
    staff.presses("Change price").sees("Nothing has been done yet", "New price: €130.00 / month from 20 May 2026")
    staff.presses("Change price").sees("The price change is noted.", "€130.00 instead of €100.00")
    staff.presses("Drop the price change").presses("Drop the price change").sees("The price change is dropped.")
    context.close()
