"""A merchant helps one customer: finds them, reads all about them, sees the portal with their eyes, and acts in the admin."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from portal_project.accounts.models import InvoicedParty, Viewing
from tests.browser.conftest import new_context, with_password
from tests.browser.visitor import Visitor
from tests.conftest import signed_in
from tests.pages import confirm

pytestmark = pytest.mark.django_db(transaction=True)

WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 320, "height": 800}


@pytest.fixture
def asked(hosting, as_alice, alice):
    """Alice has asked to cancel, and has a company."""
    InvoicedParty.objects.create(user=alice, kind="business", company=f"Ahn Ceramics {'x' * 60}")
    confirm(as_alice, f"/subscriptions/{hosting.number}/cancel/", reason="other", message="Moving")
    return hosting


def test_a_merchant_finds_a_customer_reads_everything_and_acts(visitor, merchant, asked):
    visitor.signs_in(with_password(merchant)).opens("/admin/")
    visitor.page.locator("a[href='/admin/accounts/customer/']").first.click()
    visitor.page.get_by_placeholder("Name, company").fill("ceramics")
    visitor.page.keyboard.press("Enter")
    visitor.page.get_by_role("link", name="Alice Ahn").click()
    visitor.sees(
        "Promised ends",
        "In notice",
        "ends on 1 May 2026",
        "open, due on 3 April 2026",
        "Cancellation requested",
        "Ahn Ceramics",
    )
    for size in (WIDE, PHONE):
        visitor.page.set_viewport_size(size)
        visitor.finds_the_admin_sound()
    visitor.page.get_by_text("What can be done").click()
    visitor.presses("Withdraw cancellation").sees("What will happen").presses("Withdraw cancellation")
    visitor.opens(f"/admin/accounts/customer/{asked.customer_id}/change/").sees("Withdrawn", "next bill €100.00")


def test_a_merchant_sees_the_portal_as_the_customer_does_and_changes_nothing(visitor, merchant, asked):
    customer = f"/admin/accounts/customer/{asked.customer_id}/change/"
    visitor.signs_in(with_password(merchant)).opens(customer).presses("View as customer")
    bar = visitor.page.get_by_role("complementary", name="View as customer")
    for path in ("/", asked.get_absolute_url(), "/support/", "/accounts/"):
        visitor.opens(path)
        for size in (WIDE, PHONE):
            visitor.page.set_viewport_size(size)
            expect(bar).to_contain_text("Alice Ahn")
            visitor.finds_the_page_sound().finds_it_sound_in_the_dark_too()
        visitor.page.emulate_media(media="print")
        expect(bar).to_be_visible()
        expect(bar.get_by_role("button")).to_be_hidden()
        visitor.page.emulate_media(media="screen")
    visitor.opens(f"{asked.get_absolute_url()}withdraw/").sees("Nothing has happened yet")
    visitor.presses("Withdraw cancellation").sees("You are reading only").finds_the_page_sound()
    asked.refresh_from_db()
    assert asked.cancels_on is not None
    beside = Visitor(visitor.page.context.new_page(), visitor.home)
    beside.opens(customer).sees("Mia Merchant")
    visitor.presses("Back to the admin")
    assert visitor.page.url == visitor.home + customer
    assert Viewing.objects.get().staff == merchant


def test_the_way_back_needs_no_script(chromium, live_server, merchant, asked):
    context = new_context(chromium, java_script_enabled=False, viewport=PHONE)
    visitor = Visitor(context.new_page(), live_server.url)
    staff = signed_in(merchant)
    staff.post(f"/admin/accounts/customer/{asked.customer_id}/view-as/")
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": staff.session.session_key, "url": visitor.home}
    context.add_cookies([cookie])
    visitor.opens("/").sees("You see the portal as Alice Ahn").presses("Back to the admin").sees("Promised ends")
    context.close()


def test_what_a_choice_leads_to_is_not_asked_with_a_customers_eyes(visitor, merchant, alice, hosting):
    visitor.signs_in(merchant).opens(f"/admin/accounts/customer/{alice.pk}/change/").presses("View as customer")
    visitor.opens(f"{hosting.get_absolute_url()}pause/")
    visitor.page.locator("[name=length]").nth(1).check()
    expect(visitor.page.locator("[data-effect]")).to_contain_text("You are reading only")
