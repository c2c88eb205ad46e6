"""Who may only read products and plans reads their history too."""

import pytest

from portal_project.accounts.models import User
from tests.conftest import signed_in
from tests.factories import PlanFactory, ProductFactory, UserFactory
from tests.pages import filled_in, hidden_inputs


@pytest.fixture
def plan(db):
    product = ProductFactory(name="Hosting", translations={"nl": {"name": "Webruimte"}})
    return PlanFactory(product=product, name="Monthly", translations={"nl": {"name": "Maandelijks"}})


def owner() -> User:
    return UserFactory(is_staff=True, is_superuser=True)


@pytest.mark.parametrize(("kind", "text"), [("product", "Webruimte"), ("plan", "Maandelijks")])
def test_page_history_and_a_version_of_it_are_read_by_support_and_by_who_may_change_them(as_agent, plan, kind, text):
    row = plan if kind == "plan" else plan.product
    page = f"/admin/products/{kind}/{row.pk}"
    for client in (as_agent, signed_in(owner())):
        for address in (f"{page}/change/", f"{page}/history/{row.history.get().pk}/"):
            response = client.get(address)
            assert response.status_code == 200
            assert text in response.text
    assert as_agent.get(f"{page}/change/").text.count(text) == 1


@pytest.mark.parametrize("kind", ["product", "plan"])
def test_nobody_goes_back_to_an_earlier_version_from_its_page(as_agent, as_merchant, plan, kind):
    row = plan if kind == "plan" else plan.product
    first = row.history.get()
    row.name = "Renamed"
    row.save()
    page = f"/admin/products/{kind}/{row.pk}/history/{first.pk}/"
    for client in (as_agent, as_merchant, signed_in(owner())):
        shown = client.get(page)
        assert "Revert" not in shown.text
        assert client.post(page, hidden_inputs(shown) | filled_in(shown)).status_code == 403
        row.refresh_from_db()
        assert row.name == "Renamed"
