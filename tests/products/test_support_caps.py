"""The most that Support may give of a product: set by the merchant, and heeded where staff grant a discount."""

import pytest
from django.db import IntegrityError, transaction

from products.models import Product
from subscriptions.models import SubscriptionEvent
from tests.factories import started
from tests.products.test_portal_actions import ADD, FIELDS
from tests.subscriptions.test_agreeing import START, TODAY, do, preview, text_of

CAPS = ("support_max_percent", "support_max_invoices", "support_max_pause_days")


@pytest.fixture
def hosting(alice, clock):
    clock(TODAY)
    return started(alice, START, name="Hosting", support_max_percent=20, support_max_invoices=6)


def test_the_merchant_sets_them_and_none_is_the_default(as_merchant):
    text = as_merchant.get(ADD).content.decode()
    assert "What Support may offer" in text
    as_merchant.post(ADD, FIELDS)
    as_merchant.post(ADD, FIELDS | {"name": "Other"} | dict(zip(CAPS, ("20", "6", "60"), strict=True)))
    assert list(Product.objects.order_by("name").values_list(*CAPS)) == [(None, None, None), (20, 6, 60)]


@pytest.mark.parametrize(
    ("field", "value"), [(CAPS[0], 0), (CAPS[0], 101), (CAPS[1], 0), (CAPS[1], 121), (CAPS[2], 0), (CAPS[2], 3651)]
)
def test_one_out_of_range_is_refused_by_form_and_database(as_merchant, field, value):
    assert as_merchant.post(ADD, FIELDS | {field: str(value)}).status_code == 200
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.create(name="Hosting", **{field: value})


@pytest.mark.parametrize(
    ("percent", "invoices", "sentence"),
    [
        ("21", "6", "Support may give at most 20 % off Hosting; more takes a merchant."),
        ("20", "7", "Support may discount at most 6 invoices for Hosting; more takes a merchant."),
    ],
)
def test_support_grants_no_discount_beyond_them_and_a_merchant_does(
    as_agent, as_merchant, hosting, percent, invoices, sentence
):
    typed = {"percent": percent, "invoices": invoices}
    page = do(as_agent, hosting, "discount", **typed)
    assert sentence in text_of(page)
    assert f'value="{percent}"' in text_of(page)
    assert not SubscriptionEvent.objects.filter(kind="discount_granted").exists()
    assert sentence not in text_of(preview(as_merchant, hosting, "discount", **typed))
    assert do(as_merchant, hosting, "discount", **typed).status_code == 302


def test_support_grants_as_much_as_they_allow(as_agent, hosting):
    assert do(as_agent, hosting, "discount", percent="20", invoices="6").status_code == 302
