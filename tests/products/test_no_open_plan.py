"""A product's page warns where customers may change their plan and find none."""

import pytest

from tests.factories import PlanFactory, ProductFactory
from tests.pages import filled_in, hidden_inputs

WARNED = "“Allow plan change” is on, but customers find no plan: mark those that are open to change."


@pytest.mark.parametrize(
    ("allowed", "plan", "is_warned"),
    [
        ({"allow_plan_change": "on"}, {}, True),
        ({"allow_plan_change": "on"}, {"is_open_to_change": True, "is_active": False}, True),
        ({"allow_plan_change": "on"}, {"is_open_to_change": True}, False),
        ({}, {}, False),
    ],
)
def test_a_warning_where_plans_may_be_changed_and_none_is_open(as_merchant, allowed, plan, is_warned):
    product = PlanFactory(product=ProductFactory(name="Hosting"), **plan).product
    page = f"/admin/products/product/{product.pk}/change/"
    form = as_merchant.get(page)
    saved = as_merchant.post(page, filled_in(form) | hidden_inputs(form) | allowed, follow=True)
    assert saved.redirect_chain
    assert (WARNED in saved.text) == is_warned
    product.refresh_from_db()
    assert product.allow_plan_change == bool(allowed)
