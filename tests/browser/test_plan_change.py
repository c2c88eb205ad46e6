"""A customer looks at the plans, chooses one on a phone in the dark or without a script, and drops it again."""

from datetime import date

import pytest
from playwright.sync_api import expect

from subscriptions.models import Subscription
from tests.browser.conftest import new_context
from tests.browser.visitor import Visitor
from tests.factories import PlanFactory, ProductFactory, started

pytestmark = pytest.mark.django_db(transaction=True)
ENDS_DISCOUNT = "With the change of plan on 20 April 2026 the discount ends"


@pytest.fixture
def hosting(visitor, customer):
    """100.00 a month, billed until 20 April, with a discount."""
    product = ProductFactory(name="Hosting", allow_plan_change=True)
    for name, amount, interval in (("Small", 40, "month"), ("Yearly", 900, "year")):
        PlanFactory(product=product, name=name, amount=amount, interval=interval, is_open_to_change=True)
    subscription = started(customer, date(2026, 3, 20), PlanFactory(product=product))
    Subscription.objects.update(discount_percent=10, discount_invoices_left=3)
    return subscription


def test_a_plan_is_chosen_replaced_and_dropped(visitor, customer, hosting):
    visitor.signs_in(customer).opens(hosting.get_absolute_url()).finds_the_page_sound()
    visitor.presses("Change plan").sees("Nothing changes so far").finds_the_page_sound()
    visitor.page.get_by_label("Yearly, €900.00 / year").check()
    visitor.sees("Changes to Yearly, €900.00 / year, from 20 April 2026", ENDS_DISCOUNT).finds_the_page_sound()
    visitor.page.get_by_label("Small, €40.00 / month").check()
    visitor.sees("Changes to Small, €40.00 / month, from 20 April 2026", "€36.00")
    expect(visitor.page.get_by_text(ENDS_DISCOUNT)).to_have_count(0)
    visitor.presses("Change plan").finds_the_status("active").sees("Change of plan: Small").finds_the_page_sound()
    visitor.presses("Change plan")
    visitor.page.get_by_label("Yearly, €900.00 / year").check()
    visitor.sees("This takes the place of another change of plan: Small").presses("Change plan")
    visitor.finds_the_status("active").sees("Change of plan: Yearly", ENDS_DISCOUNT).finds_the_page_sound()
    visitor.presses("Drop the plan change").sees("It stays on Monthly").finds_the_page_sound()
    visitor.presses("Drop the plan change").finds_the_status("active").does_not_see("Drop the plan change")
    hosting.refresh_from_db()
    assert (hosting.next_plan, hosting.plan.name) == (None, "Monthly")


def test_on_a_narrow_phone_in_the_dark_it_is_chosen_by_keyboard(visitor, customer, hosting):
    visitor.page.set_viewport_size({"width": 320, "height": 700})
    visitor.page.emulate_media(color_scheme="dark")
    visitor.signs_in(customer).opens(hosting.get_absolute_url()).finds_the_page_sound()
    visitor.presses("Change plan").finds_the_page_sound()
    visitor.page.get_by_label("Small, €40.00 / month").focus()
    visitor.page.keyboard.press("ArrowDown")
    visitor.sees("Changes to Yearly").finds_the_page_sound()
    visitor.page.get_by_role("button", name="Change plan", exact=True).focus()
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")
    visitor.finds_the_status("active").sees("Change of plan: Yearly").finds_the_page_sound()
    visitor.presses("Drop the plan change").finds_the_page_sound()


def test_without_a_script_the_effect_is_shown_before_it_is_done(chromium, live_server, clock, customer, hosting):
    context = new_context(chromium, java_script_enabled=False)
    visitor = Visitor(context.new_page(), live_server.url)
    visitor.signs_in(customer).opens(hosting.get_absolute_url()).presses("Change plan")
    visitor.page.get_by_label("Small, €40.00 / month").check()
    visitor.presses("Show the dates and amounts").sees("Changes to Small, €40.00 / month, from 20 April 2026")
    visitor.page.get_by_label("Yearly, €900.00 / year").check()
    visitor.presses("Change plan").sees("Nothing has been done yet", "Changes to Yearly", ENDS_DISCOUNT)
    visitor.presses("Change plan").finds_the_status("active").sees("Change of plan: Yearly")
    visitor.presses("Drop the plan change").presses("Drop the plan change").does_not_see("Drop the plan change")
    context.close()


def test_where_it_is_not_offered_the_page_says_so_and_whom_to_ask(visitor, customer):
    subscription = started(customer, date(2026, 3, 20), name="Hosting")
    visitor.signs_in(customer).opens(subscription.get_absolute_url()).does_not_see("Change plan")
    visitor.sees("Changing the plan is not offered here for Hosting.").presses("Contact us about the plan")
    expect(visitor.page.locator("[name=subscription]")).to_have_value(subscription.number)
