"""The Customer Portal Actions of a product: the form, its defaults, and what the database refuses."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from products.models import Plan, Product
from tests.factories import PlanFactory, ProductFactory

ADD = "/admin/products/product/add/"
NO_ROWS = {
    f"{rows}-{name}_FORMS": 0
    for rows in ("plans", "alternatives", "wind_down_defaults")
    for name in ("TOTAL", "INITIAL")
}
FIELDS = {
    "name": "Hosting",
    "tax_rate": "21",
    "is_active": "on",
    "allow_pause": "on",
    "allow_cancel": "on",
    "cancellation_mode": "request",
    "notice_days": "30",
    "pause_starts": "at_once",
    "resume_rule": "keep",
    "max_pause_days": "",
    "max_pauses_per_year": "",
} | NO_ROWS


def test_both_actions_are_on_by_default_in_request_mode_with_thirty_days(db):
    product = Product.objects.create(name="Hosting")
    assert (product.allow_pause, product.allow_cancel) == (True, True)
    assert (product.cancellation_mode, product.notice_days) == ("request", 30)
    assert (product.pause_starts, product.resume_rule) == ("at_once", "keep")
    assert (product.max_pause_days, product.max_pauses_per_year) == (None, None)


def test_no_customer_changes_plans_until_the_merchant_says_so_for_product_and_plan(as_merchant):
    assert as_merchant.post(ADD, with_plan("10", "EUR")).status_code == 302
    product = Product.objects.get()
    assert (product.allow_plan_change, product.plans.get().is_open_to_change) == (False, False)
    sent = with_plan("10", "EUR") | {"name": "Mail", "allow_plan_change": "on", "plans-0-is_open_to_change": "on"}
    assert as_merchant.post(ADD, sent).status_code == 302
    product = Product.objects.get(name="Mail")
    assert (product.allow_plan_change, product.plans.get().is_open_to_change) == (True, True)


def test_the_form_has_the_section_with_labels_and_help(as_merchant):
    text = as_merchant.get(ADD).content.decode()
    for shown in (
        "Customer Portal Actions",
        "Allow Subscription Pause",
        "Allow Subscription Cancel",
        "Allow plan change",
        "Cancellation mode",
        "Notice period (days)",
        "Pause takes effect",
        "When a paused subscription resumes",
        "Longest pause (days)",
        "Pauses per 12 months",
        "Shows or hides the Pause button in the customer portal.",
        "Shows or hides the Change plan button in the customer portal.",
        "whoever pauses first pays nothing for it",
        "This does not limit how often a customer pauses.",
    ):
        assert shown in text


@pytest.mark.parametrize("pause", [True, False])
@pytest.mark.parametrize("cancel", [True, False])
def test_all_four_combinations_are_saved(as_merchant, pause, cancel):
    sent = {
        name: value
        for name, value in FIELDS.items()
        if (name != "allow_pause" or pause) and (name != "allow_cancel" or cancel)
    }
    assert as_merchant.post(ADD, sent).status_code == 302
    product = Product.objects.get()
    assert (product.allow_pause, product.allow_cancel) == (pause, cancel)


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("notice_days", "366"),
        ("notice_days", "-1"),
        ("notice_days", ""),
        ("max_pause_days", "0"),
        ("max_pauses_per_year", "0"),
        ("cancellation_mode", "never"),
        ("tax_rate", "101"),
    ],
)
def test_a_value_out_of_range_is_refused_in_the_form(as_merchant, field, value):
    response = as_merchant.post(ADD, FIELDS | {field: value})
    assert response.status_code == 200
    assert response.context["adminform"].form.errors[field]
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"notice_days": 366},
        {"cancellation_mode": "never"},
        {"pause_starts": "later"},
        {"resume_rule": "none"},
        {"max_pause_days": 0},
        {"max_pauses_per_year": 0},
        {"tax_rate": 101},
    ],
)
def test_the_database_refuses_it_too(db, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        ProductFactory(**values)


def test_a_change_is_kept_in_the_history_with_who_made_it(as_merchant, merchant):
    as_merchant.post(ADD, FIELDS)
    product = Product.objects.get()
    as_merchant.post(f"/admin/products/product/{product.pk}/change/", FIELDS | {"notice_days": "60"})
    newest, first = product.history.all()
    assert (first.notice_days, newest.notice_days, newest.history_user) == (30, 60, merchant)


def with_plan(amount, currency):
    return FIELDS | {
        "plans-TOTAL_FORMS": 1,
        "plans-0-name": "Monthly",
        "plans-0-amount": amount,
        "plans-0-currency": currency,
        "plans-0-interval": "month",
        "plans-0-interval_count": 1,
        "plans-0-trial_days": 0,
    }


@pytest.mark.sampled
@pytest.mark.parametrize(("amount", "currency"), [("10.005", "EUR"), ("10.5", "JPY"), ("10.5", "jpy"), ("-1", "EUR")])
def test_a_price_that_its_currency_does_not_have_is_refused(as_merchant, amount, currency):
    assert as_merchant.post(ADD, with_plan(amount, currency)).status_code == 200
    assert not Product.objects.exists()


@pytest.mark.sampled
@pytest.mark.parametrize("currency", ["ABC", "XXX", "XTS", "XAU", "DEM", "E1"])
def test_what_nobody_pays_in_is_no_currency(as_merchant, currency):
    page = as_merchant.post(ADD, with_plan("10", currency)).content.decode()
    assert f"“{currency}” is not a currency that is in use." in page
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    ("amount", "currency", "shown"), [("1299.99", "RSD", "RSD\xa01,299.99"), ("9.999", "IQD", "IQD\xa09.999")]
)
def test_a_price_has_the_digits_of_the_money_and_not_of_everyday_prices(as_merchant, amount, currency, shown):
    as_merchant.post(ADD, with_plan(amount, currency))
    plan = Plan.objects.get()
    assert plan.price == f"{shown} / month"
    assert f'value="{amount}"' in as_merchant.get(f"/admin/products/plan/{plan.pk}/change/").content.decode()


def test_a_currency_in_lower_case_is_kept_in_upper_case(as_merchant):
    assert as_merchant.post(ADD, with_plan("10", "jpy")).status_code == 302
    assert Plan.objects.get().currency == "JPY"


def test_an_amount_has_the_digits_of_its_currency_for_whoever_edits_and_whoever_reads(as_merchant, as_agent):
    plan = PlanFactory(amount=Decimal("1500"), currency="JPY")
    for page in (f"/admin/products/plan/{plan.pk}/change/", f"/admin/products/product/{plan.product_id}/change/"):
        editing, reading = (client.get(page).content.decode() for client in (as_merchant, as_agent))
        assert 'value="1500"' in editing
        assert "¥1,500 / month" in reading
        assert "1500.000" not in editing + reading
