"""The form of a product with its preview: what customers will see follows what is filled in, and nothing is saved by looking."""

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import Visitor
from tests.factories import ProductFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner(visitor, merchant):
    return visitor.signs_in(merchant)


def shown(visitor: Visitor):
    return visitor.page.frame_locator("[data-preview] iframe")


def test_the_preview_follows_the_form_before_it_is_saved(owner, hosting):
    owner.opens(f"/admin/products/product/{hosting.product.pk}/change/")
    active, cancel = shown(owner).locator("[data-seen=active]"), shown(owner).locator("[data-seen=cancel]")
    expect(active).to_contain_text("Pause Subscription")
    expect(owner.page.get_by_role("button", name="Show preview")).to_be_hidden()
    owner.page.get_by_label("Allow Subscription Pause").uncheck()
    expect(active).to_contain_text("Pausing is not offered here")
    expect(active).not_to_contain_text("Pause Subscription")
    told = shown(owner).locator("[aria-live]")
    expect(told).to_contain_text("On 1 subscription customers will no longer see “Pause Subscription”.")
    owner.page.locator("[name=notice_days]").fill("60")
    expect(cancel).to_contain_text("60 days’ notice from 1 April 2026 ends on 31 May 2026")
    owner.page.locator("[name=notice_days]").fill("600")
    expect(shown(owner).locator("main")).to_contain_text("Notice period (days): Ensure this value")
    owner.page.locator("[name=notice_days]").fill("0")
    expect(cancel).to_contain_text("There is no notice period")
    owner.page.locator("[name=cancellation_mode]").select_option("immediate")
    expect(cancel).to_contain_text("Ends today, 1 April 2026")
    owner.finds_the_admin_sound()
    hosting.product.refresh_from_db()
    assert (hosting.product.allow_pause, hosting.product.notice_days) == (True, 30)


def test_a_form_that_came_back_unsaved_is_what_the_preview_shows(owner, hosting):
    owner.opens(f"/admin/products/product/{hosting.product.pk}/change/")
    owner.page.get_by_label("Allow Subscription Pause").uncheck()
    owner.presses("Save").sees("Nothing is saved yet.")
    expect(shown(owner).locator("[data-seen=active]")).to_contain_text("Pausing is not offered here")


def test_where_it_cannot_follow_the_button_is_there_again(owner, hosting):
    owner.opens(f"/admin/products/product/{hosting.product.pk}/change/")
    owner.page.route("**/preview/", lambda route: route.abort())
    owner.page.get_by_label("Allow Subscription Pause").uncheck()
    expect(owner.page.get_by_role("button", name="Show preview")).to_be_visible()
    owner.complaints.clear()


def test_enter_in_a_field_saves_and_does_not_ask_for_the_preview(owner, hosting):
    owner.opens(f"/admin/products/product/{hosting.product.pk}/change/")
    name = owner.page.locator("[name=name]")
    name.fill("Web space")
    with owner.page.expect_navigation():
        name.press("Enter")
    owner.sees("was changed successfully")


def test_the_preview_is_as_dark_as_the_admin_whatever_the_device_has(owner, hosting):
    owner.page.add_init_script("localStorage.setItem('adminTheme', '\"dark\"')")
    owner.opens(f"/admin/products/product/{hosting.product.pk}/change/")
    expect(shown(owner).locator("html")).to_have_attribute("data-appearance", "dark")


def test_nothing_opens_in_the_preview(owner, hosting):
    owner.opens(f"/admin/products/product/{hosting.product.pk}/change/")
    shown(owner).get_by_role("link", name="Pause Subscription").click()
    expect(shown(owner).locator("[data-seen=active]")).to_contain_text("Pause Subscription")
    assert owner.page.url.endswith("/change/")
    assert len(owner.page.context.pages) == 1
    # The browser says that it opened nothing.
    owner.complaints.clear()


def test_without_the_script_a_button_shows_it_and_nothing_typed_is_lost(owner, hosting):
    owner.page.route("**/product_preview.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    owner.opens(f"/admin/products/product/{hosting.product.pk}/change/")
    pause = owner.page.get_by_label("Allow Subscription Pause")
    pause.uncheck()
    expect(shown(owner).locator("[data-seen=active]")).to_contain_text("Pause Subscription")
    owner.page.get_by_role("button", name="Show preview").click()
    expect(shown(owner).locator("[data-seen=active]")).to_contain_text("Pausing is not offered here")
    assert owner.page.url.endswith("/change/")
    expect(pause).not_to_be_checked()


@pytest.mark.parametrize("width", [1440, 1024, 360])
def test_form_and_preview_fit_in_light_and_dark(owner, hosting, width):
    owner.page.set_viewport_size({"width": width, "height": 800})
    owner.opens(f"/admin/products/product/{hosting.product.pk}/change/").finds_that_it_fits()
    form, frame = (owner.page.locator(each).bounding_box() for each in (".pa-previewed fieldset", "iframe"))
    stands_beside = frame["x"] > form["x"] + form["width"]
    assert stands_beside == (width == 1440)
    owner.opens(f"/admin/products/product/{hosting.product.pk}/preview/").finds_the_page_sound()
    owner.finds_it_sound_in_the_dark_too()


def test_the_actions_are_copied_to_another_product_after_a_look_at_what_differs(owner, hosting):
    mail = ProductFactory(name="Mail", allow_pause=False)
    owner.opens(f"/admin/products/product/{hosting.product.pk}/change/").presses("Copy to other products")
    owner.finds_the_admin_sound()
    owner.page.get_by_label("Mail (1 setting differs)").check()
    owner.presses("Show what differs").sees("Nothing has happened yet.", "Allow Subscription Pause")
    for width in (360, 1024, 1440):
        owner.page.set_viewport_size({"width": width, "height": 800})
        owner.finds_the_admin_sound()
    owner.presses("Copy").sees("The Customer Portal Actions are the same now.")
    mail.refresh_from_db()
    assert mail.allow_pause
