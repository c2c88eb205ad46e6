"""What a merchant offers on the cancel page: setting it up beside the Customer Portal Actions, and what the database refuses."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from portal_project.accounts.models import Merchant
from products.models import Alternative, CancellationReason, Product
from tests.factories import PlanFactory, ProductFactory
from tests.pages import MORE_OF_BUSINESS
from tests.products.test_portal_actions import FIELDS

EMPTY = {"kind": "", "pause_days": "", "percent": "", "invoices": "", "plan": "", "text": "", "from_months": "0"}


@pytest.fixture
def monthly(db):
    return PlanFactory(product=ProductFactory(name="Hosting"))


def page(product):
    return f"/admin/products/product/{product.pk}/change/"


def sent(*rows):
    """The product's form as it is sent with these alternatives, active and in this order."""
    typed = FIELDS | {"alternatives-TOTAL_FORMS": len(rows), "alternatives-INITIAL_FORMS": 0}
    for n, row in enumerate(rows):
        typed |= {f"alternatives-{n}-{name}": value for name, value in (EMPTY | row).items()}
        typed |= {f"alternatives-{n}-is_active": "on", f"alternatives-{n}-position": n}
    return typed


def test_a_merchant_sets_up_an_ordered_list_of_all_kinds(as_merchant, monthly):
    yearly = PlanFactory(product=monthly.product, name="Yearly", interval="year")
    reasons = CancellationReason.objects.filter(code__in=["too_expensive", "not_needed"])
    rows = [
        {"kind": "pause", "pause_days": "30", "reasons": [reason.pk for reason in reasons]},
        {"kind": "pause", "plans": [yearly.pk]},
        {"kind": "discount", "percent": "20", "invoices": "3", "from_months": "6"},
        {"kind": "plan", "plan": yearly.pk, "plans": [monthly.pk]},
        {"kind": "talk", "text": "Tell us what is missing.\r\nWe can often help."},
    ]
    assert as_merchant.post(page(monthly.product), sent(*rows)).status_code == 302
    saved = monthly.product.alternatives.order_by("position")
    assert [each.kind for each in saved] == ["pause", "pause", "discount", "plan", "talk"]
    assert [[*each.reasons.all()] for each in saved] == [[*reasons], [], [], [], []]
    assert [[*each.plans.all()] for each in saved] == [[], [yearly], [], [monthly], []]
    assert (saved[2].percent, saved[2].invoices, saved[2].from_months) == (20, 3, 6)
    assert (saved[3].plan, saved[4].text) == (yearly, "Tell us what is missing.\nWe can often help.")
    assert saved[0].history.count() == 2
    assert as_merchant.get(f"/admin/products/cancellationreason/{reasons[0].pk}/delete/").status_code == 403


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("row", "field", "error"),
    [
        ({"kind": "discount", "percent": "20"}, "invoices", "“Discount” needs this."),
        ({"kind": "discount", "percent": "0", "invoices": "3"}, "percent", "greater than or equal to 1"),
        ({"kind": "pause", "percent": "20"}, "percent", "“Pause” has none of this. Leave it empty."),
        ({"kind": "pause", "pause_days": "3651"}, "pause_days", "less than or equal to 3650"),
        ({"kind": "plan"}, "plan", "“Another plan” needs this."),
        ({"kind": "talk"}, "text", "“Talk to us” needs a text"),
        ({"kind": "pause", "text": "Stay!"}, "text", "nothing else has one"),
        ({"kind": "talk", "text": "x" * 1001}, "text", "at most 1000 characters"),
        ({"kind": "talk", "text": "\u200b\r"}, "text", "“Talk to us” needs a text"),
        ({"kind": "talk", "text": "a\0b"}, "text", "Null characters are not allowed"),
        ({"kind": "gift"}, "kind", "not one of the available choices"),
        ({"kind": "pause", "from_months": "241"}, "from_months", "less than or equal to 240"),
        ({"kind": "pause", "reasons": ["99999999"]}, "reasons", "not one of the available choices"),
        ({"kind": "pause", "plans": ["99999999999999999999"]}, "plans", "not a valid value"),
    ],
)
def test_what_does_not_fit_together_is_refused_in_the_form(as_merchant, monthly, row, field, error):
    response = as_merchant.post(page(monthly.product), sent(row))
    assert response.status_code == 200
    formset = next(each.formset for each in response.context["inline_admin_formsets"] if each.formset.prefix[0] == "a")
    assert error in str(formset.forms[0].errors[field])
    assert not Alternative.objects.exists()


def test_digits_of_another_script_are_read(as_merchant, monthly):
    as_merchant.post(page(monthly.product), sent({"kind": "discount", "percent": "٢٠", "invoices": "３"}))
    assert Alternative.objects.values_list("percent", "invoices").get() == (20, 3)


def test_only_an_active_plan_of_the_product_can_be_offered(as_merchant, monthly):
    foreign = PlanFactory(name="Foreign")
    retired = PlanFactory(product=monthly.product, name="Retired", is_active=False)
    for plan in (foreign, retired):
        assert as_merchant.post(page(monthly.product), sent({"kind": "plan", "plan": plan.pk})).status_code == 200
    as_merchant.post(page(monthly.product), sent({"kind": "pause", "plans": [foreign.pk]}))
    assert not Alternative.objects.exists()


def test_no_plan_is_offered_to_those_who_have_it_or_pay_in_another_currency(as_merchant, monthly):
    dollars = PlanFactory(product=monthly.product, name="Dollars", currency="USD")
    for plans, error in [
        ([monthly.pk], "“Monthly” is what is offered here."),
        ([dollars.pk], "“Dollars” is in another currency than “Monthly”."),
    ]:
        response = as_merchant.post(page(monthly.product), sent({"kind": "plan", "plan": monthly.pk, "plans": plans}))
        assert error in response.content.decode()
    assert not Alternative.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "gift"},
        {"kind": "pause", "percent": 20},
        {"kind": "pause", "pause_days": 0},
        {"kind": "pause", "text": "Stay"},
        {"kind": "discount", "percent": 20},
        {"kind": "discount", "percent": 101, "invoices": 3},
        {"kind": "discount", "percent": 20, "invoices": 3, "pause_days": 9},
        {"kind": "plan"},
        {"kind": "talk"},
    ],
)
def test_the_database_refuses_it_too(monthly, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        Alternative.objects.create(product=monthly.product, **values)


def test_what_was_set_up_is_changed_reordered_and_switched_off_but_not_deleted(as_merchant, monthly):
    first, second = (Alternative.objects.create(product=monthly.product, kind="pause", pause_days=n) for n in (10, 20))
    typed = sent({"kind": "pause", "pause_days": "11"}, {"kind": "pause", "pause_days": "20"})
    typed |= {"alternatives-INITIAL_FORMS": 2, "alternatives-0-id": first.pk, "alternatives-1-id": second.pk}
    typed |= {f"alternatives-{n}-product": monthly.product_id for n in (0, 1)}
    typed |= {"alternatives-0-position": "5", "alternatives-0-DELETE": "on"}
    del typed["alternatives-1-is_active"]
    assert as_merchant.post(page(monthly.product), typed).status_code == 302
    assert [(each.pause_days, each.is_active) for each in monthly.product.alternatives.all()] == [
        (20, False),
        (11, True),
    ]
    assert [each.pause_days for each in first.history.all()] == [11, 10]


def test_a_product_without_subscriptions_goes_with_its_plans_and_alternatives(as_merchant, monthly):
    Alternative.objects.create(product=monthly.product, kind="plan", plan=monthly)
    as_merchant.post(f"/admin/products/product/{monthly.product_id}/delete/", {"post": "yes"})
    assert not Product.objects.exists()


def test_support_reads_them_and_the_page_costs_the_same_whatever_there_are(as_agent, as_merchant, monthly):
    Alternative.objects.create(product=monthly.product, kind="pause", pause_days=12)
    assert "12" in as_agent.get(page(monthly.product)).content.decode()
    as_merchant.get(page(monthly.product))
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            as_merchant.get(page(monthly.product))
        counts.append(len(captured))
        for _ in range(4):
            Alternative.objects.create(product=monthly.product, kind="talk", text="Call us")
    assert counts[0] == counts[1]


@pytest.mark.parametrize(("percent", "is_taken"), [("0", True), ("100", True), ("101", False), ("", False)])
def test_the_share_of_the_comparison_group_is_a_percentage(as_merchant, percent, is_taken):
    assert (Merchant.load().comparison_percent, Merchant.load().alternative_rest_months) == (10, 12)
    typed = {"name": "Birch", "accent_color": "#0f766e", "payment_days": "14"} | MORE_OF_BUSINESS
    typed |= {"alternative_rest_months": "6"}
    as_merchant.post("/admin/accounts/merchant/1/change/", typed | {"comparison_percent": percent})
    expected = (int(percent), 6) if is_taken else (10, 12)
    assert (Merchant.load().comparison_percent, Merchant.load().alternative_rest_months) == expected


def test_the_kind_of_one_stays_because_what_it_led_to_is_counted_under_it(as_merchant, monthly):
    made = Alternative.objects.create(product=monthly.product, kind="pause", pause_days=30)
    changed = {"id": made.pk, "kind": "discount", "percent": "20", "invoices": "3"}
    typed = sent(changed) | {"alternatives-INITIAL_FORMS": 1}
    answer = as_merchant.post(page(monthly.product), typed)
    assert "Switch this one off, and add another." in answer.text
    assert Alternative.objects.get().kind == "pause"
    kept = sent({"id": made.pk, "kind": "pause", "pause_days": "45"}) | {"alternatives-INITIAL_FORMS": 1}
    assert as_merchant.post(page(monthly.product), kept).status_code == 302
    assert Alternative.objects.get().pause_days == 45
