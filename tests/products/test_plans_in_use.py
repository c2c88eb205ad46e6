"""A plan that an alternative is for stays, however somebody tries to delete it."""

import pytest
from django.db.models import RestrictedError

from products.models import Alternative, Plan, Product
from tests.factories import PlanFactory, ProductFactory
from tests.pages import filled_in, hidden_inputs

SAID = "“Discount” of Hosting, which is for this plan; take the plan off it first"


@pytest.fixture
def small(db):
    plan = PlanFactory(product=ProductFactory(name="Hosting"), name="Small")
    alternative = Alternative.objects.create(product=plan.product, kind="discount", percent=20, invoices=3)
    alternative.plans.add(plan)
    return plan


def page(product):
    return f"/admin/products/product/{product.pk}/change/"


def test_it_stays_on_every_way_to_delete_it(as_merchant, small):
    form = as_merchant.get(page(small.product))
    in_the_product = as_merchant.post(
        page(small.product), filled_in(form) | hidden_inputs(form) | {"plans-0-DELETE": "on"}
    )
    its_own = as_merchant.post(f"/admin/products/plan/{small.pk}/delete/", {"post": "yes"})
    in_the_list = as_merchant.post(
        "/admin/products/plan/", {"action": "delete_selected", "_selected_action": small.pk, "post": "yes"}
    )
    for answer in (in_the_product, its_own, in_the_list):
        assert SAID in answer.text
    for delete in (small.delete, Plan.objects.filter(pk=small.pk).delete):
        with pytest.raises(RestrictedError):
            delete()
    assert Alternative.objects.get().plans.get() == small


def test_it_goes_once_no_alternative_names_it(as_merchant, small):
    Alternative.objects.get().plans.clear()
    as_merchant.post(f"/admin/products/plan/{small.pk}/delete/", {"post": "yes"})
    assert not Plan.objects.exists()


def test_it_goes_with_its_product_and_the_alternative(as_merchant, small):
    as_merchant.post(f"/admin/products/product/{small.product.pk}/delete/", {"post": "yes"})
    assert not Product.objects.exists()
