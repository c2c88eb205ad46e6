"""However many rows are said to be sent to a page of the admin, few are made."""

from datetime import date

import pytest
from django.contrib import admin

from portal_project.common.admin import FormSet
from products.models import Product
from subscriptions.models import LinkedService
from tests.factories import PlanFactory, UserFactory, started
from tests.pages import filled_in, hidden_inputs

SAID = "There are more rows than this page takes at once. Save with fewer new ones, then add the rest."


def test_every_page_with_rows_is_bounded():
    inlines = [each for page in admin.site._registry.values() for each in page.inlines]
    assert len(inlines) >= 2
    assert {each.__name__ for each in inlines if not issubclass(each.formset, FormSet)} == set()


@pytest.mark.parametrize("sent", [31, 1001, 10**9])
def test_more_rows_than_a_page_takes_are_refused_in_words_and_few_are_made(as_merchant, sent):
    product = PlanFactory().product
    page = f"/admin/products/product/{product.pk}/change/"
    shown = as_merchant.get(page)
    typed = filled_in(shown) | hidden_inputs(shown) | {"name": "Changed"}
    names = [name for name in typed if name.endswith("-TOTAL_FORMS")]
    answer = as_merchant.post(page, typed | dict.fromkeys(names, sent + 1))
    assert answer.status_code == 200
    assert answer.text.count(SAID) == len(names) == 3
    assert [len(each.formset.forms) for each in answer.context["inline_admin_formsets"]] == [31, 30, 30]
    assert Product.objects.get().name == product.name
    assert filled_in(answer)["name"] == "Changed"


def test_rows_that_are_there_do_not_count(as_agent, alice, clock):
    clock(date(2026, 3, 20))
    subscription = started(alice, date(2026, 3, 20))
    LinkedService.objects.bulk_create(LinkedService(subscription=subscription, name=f"d{n}.example") for n in range(40))
    page = f"/admin/subscriptions/subscription/{subscription.pk}/change/"
    shown = as_agent.get(page)
    more = {f"linked_services-{n}-{name}": value for n in range(40, 42) for name, value in row(n).items()}
    sent = filled_in(shown) | hidden_inputs(shown) | more | {"linked_services-TOTAL_FORMS": 42}
    assert as_agent.post(page, sent).status_code == 302
    assert subscription.linked_services.count() == 42


def row(n):
    return {"kind": "domain", "name": f"d{n}.example", "reference": "", "renews_on": "", "auto_renew": "on"}


def test_a_row_of_which_there_is_one_stays_one(as_merchant):
    customer = UserFactory()
    page = f"/admin/accounts/user/{customer.pk}/change/"
    shown = as_merchant.get(page)
    answer = as_merchant.post(page, filled_in(shown) | hidden_inputs(shown) | {"invoiced_party-TOTAL_FORMS": 500})
    assert SAID in answer.text
    assert len(answer.context["inline_admin_formsets"][0].formset.forms) == 1
