"""What merchants and support staff do in the admin, and what the customer then sees."""

from datetime import date

import pytest
from playwright.sync_api import expect

from portal_project.mail.models import OutgoingMail
from support.models import Ticket
from tests.browser.conftest import new_context, with_password
from tests.browser.visitor import Visitor
from tests.factories import PlanFactory
from tests.pages import confirm

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff(chromium, live_server):
    """A second person with a browser of their own."""
    context = new_context(chromium)
    yield Visitor(context.new_page(), live_server.url)
    context.close()


def test_a_merchant_switches_an_action_off_and_the_customers_page_follows(visitor, staff, customer, merchant, hosting):
    visitor.signs_in(customer).opens(hosting.get_absolute_url())
    expect(visitor.page.get_by_role("link", name="Pause Subscription", exact=True)).to_be_visible()
    staff.signs_in(with_password(merchant)).opens(f"/admin/products/product/{hosting.product.pk}/change/")
    staff.sees("Customer Portal Actions")
    staff.page.get_by_label("Allow Subscription Pause").uncheck()
    staff.presses("Save").sees("On 1 subscription customers will no longer see “Pause Subscription”.")
    staff.finds_the_admin_sound().presses("Save")
    staff.page.wait_for_url("**/admin/products/product/")
    visitor.page.reload()
    visitor.does_not_see("Pause Subscription").sees("Pausing is not offered here")


def test_the_mode_shows_only_with_canceling_and_the_notice_only_with_requests(staff, merchant, hosting):
    staff.signs_in(with_password(merchant)).opens(f"/admin/products/product/{hosting.product.pk}/change/")
    mode, notice = staff.page.locator("[name=cancellation_mode]"), staff.page.locator("[name=notice_days]")
    expect(notice).to_be_visible()
    mode.select_option("immediate")
    expect(notice).to_be_hidden()
    staff.page.get_by_label("Allow Subscription Cancel").uncheck()
    expect(mode).to_be_hidden()
    staff.page.get_by_label("Allow Subscription Cancel").check()
    mode.select_option("request")
    expect(notice).to_be_visible()


def test_staff_grant_a_discount_and_change_the_plan_seeing_the_bills_follow(visitor, staff, customer, agent, hosting):
    PlanFactory(product=hosting.product, name="Yearly", amount=900, interval="year")
    staff.signs_in(with_password(agent)).opens(f"/admin/subscriptions/subscription/{hosting.pk}/change/")
    staff.presses("Grant a discount").sees("Nothing changes so far: choose below")
    staff.page.get_by_label("Discount (%)").fill("20")
    staff.page.get_by_label("On how many invoices").fill("2")
    staff.page.get_by_label("On how many invoices").press("Tab")
    staff.sees("20 % off the next 2 invoices", "€80.00")
    staff.finds_the_admin_sound().presses("Grant a discount").sees("The discount is granted.")
    staff.presses("Change plan")
    staff.page.get_by_label("Yearly, €900.00 / year").check()
    staff.sees("Changes to Yearly, €900.00 / year, from 20 April 2026", "the discount ends")
    staff.finds_the_admin_sound().presses("Change plan").sees("The plan change is noted.")
    visitor.signs_in(customer).opens(hosting.get_absolute_url())
    visitor.sees("20 % off the next 2 invoices", "Yearly, €900.00 / year, from 20 April 2026").finds_the_page_sound()
    staff.presses("Drop the plan change").sees("It stays on Monthly, €100.00 / month.")
    staff.presses("Drop the plan change").sees("The plan change is dropped.")


def test_staff_read_a_request_answer_it_and_cancel_now(visitor, staff, customer, agent, hosting, as_alice):
    confirm(as_alice, f"/subscriptions/{hosting.number}/cancel/", reason="too_expensive", message="Too much.")
    ticket = Ticket.objects.get()
    staff.signs_in_by_form(with_password(agent)).opens(f"/admin/support/ticket/{ticket.pk}/change/")
    staff.sees("Too expensive", "Too much.", "1 May 2026")
    staff.page.locator("textarea[name=body]").fill("Would half the price help?")
    staff.presses("Add reply").sees("Would half the price help?")
    visitor.signs_in(customer).opens(ticket.get_absolute_url()).sees("Would half the price help?")
    visitor.finds_the_page_sound()
    staff.presses("Cancel now").sees("Alice Ahn, alice@example.com", hosting.product.name)
    staff.presses("Cancel now").sees("The subscription has ended.")
    visitor.opens(hosting.get_absolute_url()).finds_the_status("canceled").finds_the_page_sound()
    hosting.refresh_from_db()
    assert hosting.canceled_on == date(2026, 4, 1)


def test_what_staff_are_writing_stays_when_they_save_or_turn_the_ticket(staff, agent, hosting, as_alice):
    typed = {"type": "general", "subscription": hosting.number, "subject": "A question", "body": "Please end it."}
    confirm(as_alice, "/support/new/", **typed)
    ticket = Ticket.objects.get()
    staff.signs_in(with_password(agent)).opens(f"/admin/support/ticket/{ticket.pk}/change/")
    answer = staff.page.locator("textarea[name=body]")
    answer.fill("I am looking into it.")
    staff.page.get_by_label("Priority").select_option("4")
    staff.presses("Save").sees("Saved.").finds_the_page_sound(".pa")
    expect(answer).to_have_value("I am looking into it.")
    staff.presses("Turn into a cancellation request").sees("What will happen")
    staff.presses("Back")
    expect(answer).to_have_value("I am looking into it.")
    staff.presses("Add reply").sees("Reply added and sent.")
    ticket.refresh_from_db()
    assert ticket.priority == 4
    assert [event.kind for event in ticket.events.all()] == ["priority"]


def test_staff_pause_and_resume_for_a_customer(staff, agent, hosting):
    staff.signs_in(with_password(agent)).opens(f"/admin/subscriptions/subscription/{hosting.pk}/change/")
    staff.presses("Pause").sees("Alice Ahn, alice@example.com").presses("Pause").sees("Paused")
    staff.presses("Resume").presses("Resume").sees("Active")
    hosting.refresh_from_db()
    assert hosting.status == "active"


def test_a_note_stays_inside_and_a_reply_goes_out(visitor, staff, customer, agent, hosting, as_alice):
    confirm(as_alice, f"/subscriptions/{hosting.number}/cancel/", reason="other", message="Goodbye.")
    ticket = Ticket.objects.get()
    staff.signs_in(with_password(agent)).opens(f"/admin/support/ticket/{ticket.pk}/change/").finds_the_page_sound(".pa")
    staff.page.get_by_label("Internal note").check()
    staff.page.locator("textarea[name=body]").fill("Offer her the small plan.")
    staff.presses("Add note").sees("Internal note added.", "Offer her the small plan.")
    staff.page.locator("textarea[name=body]").fill("Would a smaller plan help?")
    staff.presses("Add reply").sees("Reply added and sent.", "Would a smaller plan help?").finds_the_page_sound(".pa")
    visitor.signs_in(customer).opens(ticket.get_absolute_url()).sees("Would a smaller plan help?")
    assert "Offer her" not in visitor.page.content()


def test_staff_keep_a_subscription_with_the_customers_agreement(visitor, staff, customer, agent, hosting, as_alice):
    confirm(as_alice, f"/subscriptions/{hosting.number}/cancel/", reason="too_expensive")
    ticket = Ticket.objects.get()
    staff.signs_in(with_password(agent)).opens(f"/admin/support/ticket/{ticket.pk}/change/")
    staff.presses("Keep active").sees("Alice Ahn, alice@example.com", hosting.product.name, "20 Apr 2026")
    staff.presses("Keep active").sees("This field is required.").finds_the_page_sound(".pa")
    staff.page.locator("[name=agreement]").fill("By phone: she stays for another year.")
    staff.presses("Keep active").sees("The subscription goes on.")
    visitor.signs_in(customer).opens(ticket.get_absolute_url()).sees("Rejected").finds_the_page_sound()
    visitor.opens(hosting.get_absolute_url()).finds_the_status("active").finds_the_page_sound()
    mail = OutgoingMail.objects.get(template="support/request_kept")
    assert mail.context["agreement"] == "By phone: she stays for another year."


def test_the_ticket_fits_a_phone_in_the_dark(chromium, live_server, agent, hosting, as_alice):
    confirm(as_alice, f"/subscriptions/{hosting.number}/cancel/", reason="other", message="x" * 300)
    context = new_context(chromium, color_scheme="dark")
    staff = Visitor(context.new_page(), live_server.url)
    staff.page.set_viewport_size({"width": 320, "height": 800})
    staff.signs_in(with_password(agent)).opens(f"/admin/support/ticket/{Ticket.objects.get().pk}/change/")
    staff.finds_the_page_sound(".pa")
    context.close()
