from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from products.models import Plan, Product
from tests.factories import PlanFactory, ProductFactory
from tests.pages import hidden_inputs

ADD = "/admin/products/product/add/"

pytestmark = pytest.mark.django_db


def typed(client, **fields):
    form = hidden_inputs(client.get(ADD)) | {
        "tax_rate": "0",
        "cancellation_mode": "request",
        "notice_days": "30",
        "pause_starts": "at_once",
        "resume_rule": "keep",
    }
    return client.post(ADD, form | fields)


@pytest.mark.parametrize("written", ["Cafe\u0301", " Café ", "Ca\u200bfé", "Café\u00a0", "Café\u200d"])
def test_what_looks_like_a_product_is_that_product(as_merchant, written):
    ProductFactory(name="Café")
    assert "Product with this Name already exists." in typed(as_merchant, name=written).content.decode()
    assert Product.objects.count() == 1


def test_a_name_keeps_the_joiners_that_are_seen_and_loses_the_line_break(as_merchant):
    assert typed(as_merchant, name="میزبانی\nمی\u200cروم 👩\u200d👩\u200d👧").status_code == 302
    assert Product.objects.get().name == "میزبانی می\u200cروم 👩\u200d👩\u200d👧"


def test_a_name_of_nothing_that_is_seen_is_missing(as_merchant):
    assert "This field is required." in typed(as_merchant, name="\u200b\u2060").content.decode()


def raw(row, name):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {row._meta.db_table} SET name = %s WHERE id = %s", [name, row.pk])


def test_the_migration_lists_products_and_plans_that_would_be_one(capsys):
    kept, twin = ProductFactory(name="Café"), ProductFactory()
    one, other, elsewhere = PlanFactory(product=kept, name="Big"), PlanFactory(product=kept), PlanFactory(product=twin)
    raw(twin, "Cafe\u0301")
    raw(other, "Big\u200b")
    raw(elsewhere, "Big\u200b")
    import_module("products.migrations.0002_normalize_text").write_anew(apps, None)
    assert set(Product.objects.values_list("name", flat=True)) == {"Café", "Cafe\u0301"}
    names = dict(Plan.objects.values_list("pk", "name"))
    assert names == {one.pk: "Big", other.pk: "Big\u200b", elsewhere.pk: "Big"}
    told = capsys.readouterr().out
    assert f"product {twin.pk}: name 'Cafe\\u0301' is the same as that of {kept.pk}." in told
    assert f"plan {other.pk}: name 'Big\\u200b' is the same as that of {one.pk}." in told
