"""The preview beside a product's form: what it shows is what the customer's own pages show, and nothing is written for it."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from products.models import Product
from tests.conftest import signed_in
from tests.factories import PlanFactory, ProductFactory, UserFactory, started
from tests.pages import confirm, filled_in, hidden_inputs
from tests.products.test_portal_actions import FIELDS, with_plan

TODAY = date(2026, 4, 1)
BEGAN = TODAY - timedelta(days=10)
NEW = "/admin/products/product/add/preview/"
COMBINATIONS = [
    {"allow_pause": pause, "allow_cancel": cancel, "cancellation_mode": mode}
    for pause in (True, False)
    for cancel in (True, False)
    for mode in ("request", "immediate")
]
OTHER_SETTINGS = [
    {"notice_days": 0},
    {"notice_days": 365},
    {"pause_starts": "period_end"},
    {"resume_rule": "give_back"},
    {"max_pause_days": 14},
    {"max_pause_days": 45, "pause_starts": "period_end", "resume_rule": "give_back"},
    {"allow_plan_change": True},
]


@pytest.fixture(autouse=True)
def _today(clock, db):
    clock(TODAY)


def address(product: Product) -> str:
    return f"/admin/products/product/{product.pk}/preview/"


def part(html: str, begin: str, end: str) -> str:
    """The words between two marks, as a customer reads them: with links and buttons, and with the example's numbers."""
    found = re.search(f"{begin}(.*?){end}", html, re.DOTALL)
    text = re.sub(r"<(?!a |/a)[^>]*>", " ", found[1]) if found else ""
    return " ".join(unescape(re.sub(r"\b([ST])-[0-9A-Z]{6,7}\b", r"\1-EXAMPLE", text)).split())


def seen(html: str, name: str) -> str:
    return re.search(
        f'<section class="card stack" data-seen="{name}">(.*?)(?=<section class="card stack"|</main>)', html, re.DOTALL
    )[1]


def buttons(html: str) -> str:
    return part(html, '<div class="actions">', "</div>")


def effect(html: str) -> str:
    return part(html, "<h2>What will happen</h2>", "</section>")


def effect_in_preview(html: str) -> str:
    return part(html, '<div class="effect">', "</div>")


def refused(html: str) -> str:
    return part(html, "<p>", "</p>")


@pytest.mark.parametrize("actions", [*COMBINATIONS, *OTHER_SETTINGS])
def test_the_preview_shows_what_the_customers_own_pages_show(as_merchant, as_alice, alice, actions):
    hosting = started(alice, BEGAN, **actions)
    preview = as_merchant.get(address(hosting.product)).content.decode()
    page = f"/subscriptions/{hosting.number}/"
    assert buttons(seen(preview, "active")) == buttons(as_alice.get(page).content.decode()) != ""

    answers = {
        "cancel": as_alice.get(f"{page}cancel/"),
        "pause": as_alice.post(
            f"{page}pause/", {"length": "open" if hosting.product.max_pause_days == 14 else "1", "preview": "1"}
        ),
    }
    for name, answer in answers.items():
        html = answer.content.decode()
        if answer.status_code == 200:
            assert effect_in_preview(seen(preview, name)) == effect(html) != ""
        else:
            assert answer.status_code == 403
            assert refused(seen(preview, name)) in unescape(html)


@pytest.mark.parametrize("notice", [0, 30, 365])
def test_in_notice_it_shows_the_banner_of_the_customers_page(as_merchant, as_alice, alice, notice):
    hosting = started(alice, BEGAN, notice_days=notice)
    preview = as_merchant.get(address(hosting.product)).content.decode()
    confirm(as_alice, f"/subscriptions/{hosting.number}/cancel/", reason="other")
    page = as_alice.get(f"/subscriptions/{hosting.number}/").content.decode()
    banner = '<section class="notice" role="status">'
    assert part(seen(preview, "notice"), banner, "</section>") == part(page, banner, "</section>") != ""


def test_the_form_is_shown_as_it_stands_before_it_is_saved(as_merchant, alice):
    hosting = started(alice, BEGAN)
    form = as_merchant.get(f"/admin/products/product/{hosting.product.pk}/change/")
    assert f'formaction="{address(hosting.product)}"' in form.content.decode()
    sent = hidden_inputs(form) | filled_in(form)
    assert "Pause Subscription" in seen(as_merchant.post(address(hosting.product), sent).content.decode(), "active")
    del sent["allow_pause"]
    text = seen(as_merchant.post(address(hosting.product), sent | {"notice_days": "60"}).content.decode(), "active")
    assert "Pause Subscription" not in text
    assert f"Pausing is not offered here for {hosting.product.name}." in text
    hosting.product.refresh_from_db()
    assert (hosting.product.allow_pause, hosting.product.notice_days) == (True, 30)


def test_the_plans_of_the_form_count_as_they_stand(as_merchant):
    sold = with_plan("12.50", "USD") | {"plans-0-is_active": "on"}
    html = as_merchant.post(NEW, sold).content.decode()
    assert "For example a customer on Monthly, $12.50 / month, since 22 March 2026." in html
    html = as_merchant.post(NEW, sold | {"plans-0-DELETE": "on"}).content.decode()
    assert "For example a customer on Example, €100.00 / month" in html
    html = as_merchant.post(NEW, with_plan("12.50", "USD")).content.decode()
    assert "For example a customer on Example, €100.00 / month" in html


def test_a_new_product_is_shown_before_anything_is_filled_in(as_merchant):
    assert "Ends on <strong>1 May 2026</strong>" in as_merchant.get(NEW).content.decode()


def test_what_cannot_be_saved_is_said_in_words(as_merchant):
    product = ProductFactory()
    wrong = with_plan("10.005", "EUR") | {"notice_days": "400"}
    html = as_merchant.post(address(product), wrong).content.decode()
    assert "Notice period (days): Ensure this value is less than or equal to 365." in html
    assert "Plan 1: Price: EUR has 2 digits after the point." in html
    assert "data-seen" not in html


@pytest.mark.parametrize("typed", ["\0", "Name\u200b", "e\u0301", "x" * 100_000, "a\r\nb"])
def test_nothing_that_is_typed_breaks_it(as_merchant, typed):
    response = as_merchant.post(NEW, FIELDS | {"name": typed, "max_pause_days": typed})
    assert response.status_code == 200
    assert "Longest pause (days):" in response.content.decode()


def test_dates_that_not_every_month_and_year_has_are_worked_out(as_merchant):
    html = as_merchant.get(address(ProductFactory(notice_days=30))).content.decode()
    text = part(seen(html, "worked"), "<h2>Worked dates</h2>", "$")
    for said in (
        "Every month from 31 January 2027",
        "31 January 2027, 28 February 2027, 31 March 2027, 30 April 2027",
        "Cancel asked for on 12 February 2027 Ends on 14 March 2027 30 days’ notice from 12 February 2027",
        "Paused on 12 February 2027 for a month Billed next on 12 March 2027",
        "Every month from 29 February 2028",
        "Every year from 29 February 2028",
        "29 February 2028, 28 February 2029, 28 February 2030, 28 February 2031",
        "Ends on 28 February 2029",
    ):
        assert said in text


def test_nothing_is_written_and_what_it_costs_does_not_grow(as_merchant, alice):
    hosting = started(alice, BEGAN)
    page = f"/admin/products/product/{hosting.product.pk}/change/"
    sent = hidden_inputs(as_merchant.get(page)) | filled_in(as_merchant.get(page))

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            as_merchant.get(address(hosting.product))
            as_merchant.post(address(hosting.product), sent)
        written = [each["sql"] for each in queries if not re.match(r"\(?SELECT|SAVEPOINT|RELEASE", each["sql"])]
        assert written == []
        return len(queries)

    few = asked()
    for _ in range(5):
        started(UserFactory(), BEGAN, hosting.plan)
    assert asked() == few <= 75


def test_only_who_may_see_the_form_may_ask_and_only_who_may_fill_it_in_may_send_it(
    client, as_alice, as_agent, as_merchant, alice
):
    plan = PlanFactory()
    for stranger in (client, as_alice):
        for place in (NEW, address(plan.product)):
            assert stranger.get(place).status_code == stranger.post(place, FIELDS).status_code == 302
    assert as_agent.get(address(plan.product)).status_code == 200
    assert as_agent.post(address(plan.product), FIELDS).status_code == 403
    assert as_agent.get(NEW).status_code == as_agent.post(NEW, FIELDS).status_code == 403
    assert signed_in(UserFactory(is_staff=True)).get(address(plan.product)).status_code == 403
    assert as_merchant.get("/admin/products/product/999999/preview/").status_code == 404
    assert as_merchant.put(address(plan.product)).status_code == 405


def test_only_our_own_pages_may_frame_it(as_merchant):
    response = as_merchant.get(NEW)
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in response["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in as_merchant.get("/admin/products/product/add/")["Content-Security-Policy"]


def test_who_may_only_read_a_product_sees_the_preview_without_the_button(as_agent):
    product = ProductFactory()
    html = as_agent.get(f"/admin/products/product/{product.pk}/change/").content.decode()
    assert f'src="{address(product)}"' in html
    assert "Show preview" not in html
