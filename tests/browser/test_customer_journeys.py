"""What a customer does, from the sign-in page to the result."""

import re
from datetime import date

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, expect

from portal_project.mail.models import OutgoingMail
from subscriptions.models import LinkedService
from support.models import Ticket
from tests.browser.conftest import new_context
from tests.browser.visitor import PASSWORD, Visitor
from tests.factories import PlanFactory, started

pytestmark = pytest.mark.django_db(transaction=True)


def test_signing_in_with_a_code_from_an_e_mail(visitor, customer):
    visitor.opens("/").finds_the_page_sound()
    visitor.opens("/accounts/login/code/").finds_the_page_sound()
    visitor.page.fill("[name=email]", customer.email)
    visitor.page.locator("main form button").first.click()
    expect(visitor.page.locator("[name=code]")).to_be_visible()
    visitor.finds_the_page_sound()
    text = OutgoingMail.objects.get().context["text"]
    visitor.page.fill("[name=code]", re.search(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})?)\s*$", text, re.MULTILINE)[1])
    visitor.page.locator("main form button").first.click()
    visitor.page.wait_for_url(visitor.home + "/")
    visitor.finds_the_page_sound()


def test_a_wrong_password_is_said_and_the_address_is_kept(visitor, customer):
    visitor.opens("/accounts/login/")
    visitor.page.fill("[name=login]", customer.email)
    visitor.page.fill("[name=password]", "wrong")
    visitor.presses("Sign in").sees("not correct").finds_the_page_sound()
    expect(visitor.page.locator("[name=login]")).to_have_value(customer.email)


@pytest.mark.parametrize(
    ("pause", "cancel", "buttons", "absent"),
    [
        (True, True, ["Pause Subscription", "Cancel Subscription"], []),
        (True, False, ["Pause Subscription"], ["Cancel Subscription"]),
        (False, True, ["Cancel Subscription"], ["Pause Subscription"]),
        (False, False, [], ["Pause Subscription", "Cancel Subscription"]),
    ],
)
def test_the_page_shows_exactly_what_the_product_allows(visitor, customer, pause, cancel, buttons, absent):
    subscription = started(customer, date(2026, 3, 20), allow_pause=pause, allow_cancel=cancel)
    LinkedService.objects.create(subscription=subscription, name="example.org")
    visitor.signs_in(customer).opens(subscription.get_absolute_url()).finds_the_status("active")
    for button in buttons:
        expect(visitor.page.get_by_role("link", name=button, exact=True)).to_be_visible()
    visitor.does_not_see(*absent).finds_the_page_sound()
    if not cancel:
        visitor.presses("Contact us to cancel" if pause else "Contact us for any change").finds_the_page_sound()
        expect(visitor.page.locator("[name=type]")).to_have_value("cancel" if pause else "general")
        expect(visitor.page.locator("[name=subscription]")).to_have_value(subscription.number)


def test_pausing_until_a_day_and_resuming_earlier(visitor, customer, hosting):
    visitor.signs_in_by_form(customer).opens(hosting.get_absolute_url())
    visitor.presses("Pause Subscription").finds_the_page_sound()
    visitor.page.get_by_label("Until a day that I choose").check()
    visitor.page.fill("[name=resumes_on]", "2026-05-10")
    visitor.page.locator("[name=resumes_on]").dispatch_event("change")
    visitor.sees("10 May 2026", "€33.33").finds_the_page_sound()
    visitor.presses("Pause Subscription").sees("Receipt R-", "What was done").finds_it_sound_in_the_dark_too()
    visitor.finds_the_page_sound().finds_the_status("paused")
    visitor.sees("10 May 2026").finds_the_page_sound()
    visitor.presses("Resume Subscription").finds_the_page_sound()
    visitor.presses("Resume Subscription").finds_the_status("active").finds_the_page_sound()
    hosting.refresh_from_db()
    assert (hosting.status, hosting.period_end) == ("active", date(2026, 4, 20))


def test_requesting_a_cancellation_and_withdrawing_it(visitor, customer, hosting):
    visitor.signs_in(customer).opens(hosting.get_absolute_url())
    visitor.presses("Cancel Subscription").sees("1 May 2026", "30 days’ notice").finds_the_page_sound()
    visitor.page.get_by_label("Too expensive").check()
    visitor.page.fill("[name=message]", "The price went up.")
    visitor.presses("Request cancellation").finds_the_status("active")
    expect(visitor.page.locator("main")).to_have_attribute("data-cancels-on", "2026-05-01")
    visitor.sees("1 April 2026", "1 May 2026").does_not_see("Cancel Subscription").finds_the_page_sound()
    visitor.opens("/support/").sees("Cancel").finds_the_page_sound()
    visitor.opens(hosting.get_absolute_url()).presses("Withdraw cancellation").finds_the_page_sound()
    visitor.presses("Withdraw cancellation").finds_the_status("active").finds_the_page_sound()
    expect(visitor.page.get_by_role("link", name="Cancel Subscription", exact=True)).to_be_visible()
    assert visitor.page.locator("main").get_attribute("data-cancels-on") is None


def test_a_forgotten_reason_is_said_and_the_message_is_kept(visitor, customer, hosting):
    visitor.signs_in(customer).opens(f"/subscriptions/{hosting.number}/cancel/")
    visitor.page.evaluate("document.querySelectorAll('[required]').forEach(field => field.required = false)")
    visitor.page.fill("[name=message]", "My own words.")
    visitor.presses("Request cancellation").sees("Choose a reason").finds_the_page_sound()
    expect(visitor.page.locator("[name=message]")).to_have_value("My own words.")


def test_saying_who_is_invoiced(visitor, customer):
    visitor.signs_in(customer).opens("/").presses("Your account").presses("Change who we invoice")
    visitor.page.get_by_label("A business").check()
    visitor.page.get_by_label("Company").fill("Ahn Ceramics B.V.")
    visitor.page.get_by_label("Country").select_option("Netherlands")
    visitor.page.get_by_label("VAT number").fill("NL123456783B01")
    visitor.presses("Save").sees("its check digit does not fit").finds_the_page_sound()
    expect(visitor.page.get_by_label("Company")).to_have_value("Ahn Ceramics B.V.")
    expect(visitor.page.get_by_label("VAT number")).to_be_focused()
    visitor.page.get_by_label("VAT number").fill("NL123456782B01")
    visitor.presses("Save").sees("Saved.", "Ahn Ceramics B.V.", "Netherlands", "NL123456782B01").finds_the_page_sound()


def test_what_is_sent_after_the_session_ended_is_there_again_after_signing_in(visitor, customer):
    visitor.signs_in(customer).opens("/support/new/?type=complaint")
    visitor.page.fill("[name=subject]", "Too slow")
    visitor.page.fill("[name=body]", "Since Monday.")
    Session.objects.all().delete()
    visitor.presses("Send").sees("You were signed out, so this has not been sent.")
    visitor.page.fill("[name=login]", customer.email)
    visitor.page.fill("[name=password]", PASSWORD)
    visitor.presses("Sign in").sees("Here it is again; check it and send it.").finds_the_page_sound()
    expect(visitor.page.locator("[name=type]")).to_have_value("complaint")
    expect(visitor.page.locator("[name=body]")).to_have_value("Since Monday.")
    visitor.presses("Send").sees("We have received your request")
    assert Ticket.objects.get().subject == "Too slow"


def test_canceling_at_once(visitor, customer):
    subscription = started(customer, date(2026, 3, 20), cancellation_mode="immediate")
    visitor.signs_in(customer).opens(subscription.get_absolute_url())
    visitor.presses("Cancel Subscription").sees("refund").finds_the_page_sound()
    visitor.presses("Cancel Subscription").finds_the_status("canceled").finds_the_page_sound()
    visitor.does_not_see("Pause Subscription", "Resume Subscription", "Cancel Subscription")


def test_everything_works_without_script(chromium: Browser, live_server, clock, customer):
    clock(date(2026, 4, 1))
    subscription = started(customer, date(2026, 3, 20))
    context = new_context(chromium, java_script_enabled=False)
    visitor = Visitor(context.new_page(), live_server.url).signs_in_by_form(customer)
    visitor.opens(subscription.get_absolute_url()).presses("Pause Subscription")
    visitor.page.get_by_label("Until a day that I choose").check()
    visitor.page.fill("[name=resumes_on]", "2026-05-10")
    visitor.presses("Show the dates and amounts").sees("€33.33").presses("Pause Subscription").finds_the_status(
        "paused"
    )
    visitor.presses("Resume Subscription").presses("Resume Subscription").finds_the_status("active")
    visitor.presses("Cancel Subscription")
    visitor.page.get_by_label("I’d rather not say").check()
    visitor.presses("Request cancellation").finds_the_status("active")
    visitor.presses("Withdraw cancellation").presses("Withdraw cancellation").finds_the_status("active")
    context.close()


def test_the_keyboard_is_enough(visitor, customer, hosting):
    visitor.signs_in_by_form(customer).opens(hosting.get_absolute_url())
    for _ in range(40):
        visitor.page.keyboard.press("Tab")
        if visitor.page.evaluate("document.activeElement.textContent.trim()") == "Cancel Subscription":
            break
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/cancel/")
    visitor.page.locator("[name=reason]").first.focus()
    visitor.page.keyboard.press("ArrowDown")
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.type("No mouse here.")
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/receipts/**")
    visitor.finds_the_status("active")
    hosting.refresh_from_db()
    assert hosting.cancels_on == date(2026, 5, 1)


def test_every_page_is_sound_at_320_px_in_the_light_in_the_dark_and_with_large_text(visitor, customer):
    visitor.page.set_viewport_size({"width": 320, "height": 700})
    long = started(customer, date(2026, 3, 20), name="Extraordinarily-long-product-name-without-a-single-space-in-it")
    trial = started(customer, date(2026, 3, 30), PlanFactory(trial_days=14))
    visitor.signs_in_by_form(customer).finds_the_page_sound().finds_it_sound_in_the_dark_too()
    paths = ["/subscriptions/", "/support/", "/support/new/", long.get_absolute_url(), trial.get_absolute_url()]
    paths += [f"/subscriptions/{long.number}/{action}/" for action in ("pause", "cancel")]
    paths += [f"/subscriptions/{trial.number}/pause/", "/subscriptions/S-000000/", "/accounts/"]
    paths += ["/accounts/person/", "/accounts/invoicing/", "/accounts/data/", "/accounts/logout/"]
    for path in paths:
        visitor.opens(path).finds_the_page_sound().finds_it_sound_in_the_dark_too()
        visitor.finds_that_it_fits_with_text_twice_as_large()


@pytest.mark.parametrize(("mode", "last"), [("immediate", "Cancel Subscription"), ("request", "Request cancellation")])
def test_from_the_start_page_three_links_and_buttons_cancel(visitor, customer, mode, last):
    """A request asks why, too; no other page and no question stands between."""
    subscription = started(customer, date(2026, 3, 20), name="Hosting", cancellation_mode=mode)
    visitor.signs_in(customer).opens("/").presses("Hosting").presses("Cancel Subscription")
    if mode == "request":
        visitor.page.get_by_label("I’d rather not say").check()
    visitor.presses(last)
    subscription.refresh_from_db()
    assert subscription.canceled_on or subscription.cancels_on
