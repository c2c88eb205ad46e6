"""What a change of the Customer Portal Actions means for existing subscriptions is told before it is saved, and asked about."""

import json
from datetime import date, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from products.models import Alternative, Product
from subscriptions.billing.catch_up import as_of
from subscriptions.models import Subscription
from subscriptions.portal.actions_area import actions_area
from support.admin.products.impact import consequences
from tests.factories import PlanFactory, ProductFactory, UserFactory, started
from tests.pages import confirm, filled_in, hidden_inputs
from tests.support.test_product_preview import address

TODAY = date(2026, 4, 1)
BEGAN = TODAY - timedelta(days=10)
ASKED = "Nothing is saved yet."


@pytest.fixture(autouse=True)
def _today(clock, db):
    clock(TODAY)


@pytest.fixture
def hosting(as_alice, alice):
    """A product with a subscription in each state: two are active, one in a trial, one paused, one in notice, one has ended."""
    plan = PlanFactory(product=ProductFactory(name="Hosting"))
    started(UserFactory(), BEGAN, plan)
    _running, paused, leaving, ended = (started(alice, BEGAN, plan) for _ in range(4))
    started(alice, TODAY, PlanFactory(product=plan.product, name="Trial", trial_days=30))
    confirm(as_alice, f"/subscriptions/{paused.number}/pause/", length="open")
    confirm(as_alice, f"/subscriptions/{leaving.number}/cancel/", reason="other")
    Product.objects.update(cancellation_mode="immediate")
    confirm(as_alice, f"/subscriptions/{ended.number}/cancel/")
    Product.objects.update(cancellation_mode="request")
    plan.product.refresh_from_db()
    return plan.product


def change(product: Product) -> str:
    return f"/admin/products/product/{product.pk}/change/"


def sent(client, product, **typed) -> dict[str, str]:
    """The form as it would be sent with this typed; None is for a box that is not ticked."""
    form = client.get(change(product))
    values = hidden_inputs(form) | filled_in(form) | typed
    return {name: value for name, value in values.items() if value is not None}


def told(client, product, **typed) -> str:
    return client.post(address(product), sent(client, product, **typed)).content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"allow_pause": None}, ["On 2 subscriptions customers will no longer see “Pause Subscription”."]),
        ({"allow_cancel": None}, ["On 4 subscriptions customers will no longer see “Cancel Subscription”."]),
        (
            {"allow_plan_change": "on"},
            ["On 4 subscriptions customers will see “Change plan” where another plan is open to them."],
        ),
        ({"cancellation_mode": "immediate"}, ["On 4 subscriptions canceling will take effect at once."]),
        (
            {"notice_days": "60"},
            [
                "On 4 subscriptions a new request will have 60 days’ notice, not 30.",
                "1 request keeps the end that was promised.",
            ],
        ),
        (
            {"max_pause_days": "14", "resume_rule": "give_back"},
            [
                "On 2 subscriptions a new pause will follow what you changed",
                "(“When a paused subscription resumes”, “Longest pause (days)”).",
                "1 pause keeps what it began with.",
            ],
        ),
        ({"name": "Web space", "support_max_percent": "10", "ask_before_alternatives": "on"}, []),
    ],
)
def test_the_preview_says_for_how_many_subscriptions_it_changes_what(as_merchant, hosting, typed, said):
    html = told(as_merchant, hosting, **typed)
    assert [sentence for sentence in said if sentence not in html] == []
    assert ("Once it is saved:" in html) == bool(said)


def test_what_is_switched_on_again_is_said_too(as_merchant, hosting):
    Product.objects.update(allow_pause=False, allow_cancel=False)
    html = told(as_merchant, hosting, allow_pause="on", allow_cancel="on", cancellation_mode="immediate")
    assert "On 2 subscriptions customers will see “Pause Subscription”." in html
    assert "On 4 subscriptions customers will see “Cancel Subscription”." in html


@pytest.mark.parametrize("switch", ["allow_pause", "allow_cancel"])
def test_the_number_is_that_of_the_pages_that_lose_the_button(hosting, switch):
    def with_buttons() -> int:
        found = Subscription.objects.for_policies(TODAY)
        areas = [actions_area(as_of(each, TODAY), by=each.customer, today=TODAY) for each in found]
        return sum(len([entry for entry in area.entries if entry.verdict]) for area in areas)

    before, had = Product.objects.get(), with_buttons()
    Product.objects.update(**{switch: False})
    lost = had - with_buttons()
    assert consequences(before, Product.objects.get(), TODAY)[0].startswith(f"On {lost} subscriptions")


def test_saving_asks_once_more_and_keeps_all_that_was_typed(as_merchant, hosting):
    values = sent(as_merchant, hosting, allow_pause=None, description="Fast.")
    asked = as_merchant.post(change(hosting), values)
    html = asked.content.decode()
    assert ASKED in html
    assert "On 2 subscriptions customers will no longer see “Pause Subscription”." in html
    assert "Please correct" not in html
    hosting.refresh_from_db()
    assert hosting.allow_pause
    again = hidden_inputs(asked) | filled_in(asked)
    assert (again["description"], "allow_pause" in again) == ("Fast.", False)
    assert as_merchant.post(change(hosting), again).status_code == 302
    hosting.refresh_from_db()
    assert (hosting.allow_pause, hosting.description) == (False, "Fast.")
    [changed] = json.loads(LogEntry.objects.get().change_message)
    assert changed == {"changed": {"fields": ["Description", "Allow Subscription Pause"]}}


def test_another_change_than_the_one_that_was_told_is_asked_about_again(as_merchant, hosting):
    asked = as_merchant.post(change(hosting), sent(as_merchant, hosting, allow_pause=None))
    again = hidden_inputs(asked) | filled_in(asked) | {"notice_days": "60"}
    assert (
        "On 4 subscriptions a new request will have 60 days’ notice, not 30."
        in as_merchant.post(change(hosting), again).text
    )
    hosting.refresh_from_db()
    assert (hosting.allow_pause, hosting.notice_days) == (True, 30)


def test_what_somebody_else_changed_meanwhile_is_asked_about_again(as_merchant, hosting):
    asked = as_merchant.post(change(hosting), sent(as_merchant, hosting, allow_pause=None))
    Product.objects.update(notice_days=90)
    again = as_merchant.post(change(hosting), hidden_inputs(asked) | filled_in(asked))
    assert "a new request will have 30 days’ notice, not 90" in again.text


@pytest.mark.parametrize(
    "typed", [{"description": "Fast."}, {"support_max_percent": "10"}, {"ask_before_alternatives": "on"}]
)
def test_what_changes_no_action_is_saved_at_once(as_merchant, hosting, typed):
    assert as_merchant.post(change(hosting), sent(as_merchant, hosting, **typed)).status_code == 302


def test_a_product_that_nobody_has_is_saved_at_once(as_merchant):
    product = ProductFactory()
    assert as_merchant.post(change(product), sent(as_merchant, product, allow_pause=None)).status_code == 302


def test_other_errors_are_told_before_it_asks(as_merchant, hosting):
    html = as_merchant.post(change(hosting), sent(as_merchant, hosting, allow_pause=None, notice_days="400")).text
    assert ASKED not in html
    assert "Please correct the error" in html


def test_each_sentence_is_counted_in_one_query_whatever_the_number(hosting):
    before, after = Product.objects.get(), Product.objects.get()
    after.allow_pause, after.notice_days, after.allow_plan_change = False, 60, True
    with CaptureQueriesContext(connection) as queries:
        assert len(consequences(before, after, TODAY)) == 4
    assert len(queries) == 4


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            {"cancellation_mode": "immediate"},
            "Canceling takes effect at once, so the notice period (30 days) is not used.",
        ),
        (
            {"allow_pause": None, "allow_cancel": None},
            "Customers can neither pause nor cancel: they write to your support.",
        ),
        (
            {"max_pause_days": "59"},
            "The alternative “A pause of 60 days” is longer than a pause may be, so nobody is shown it.",
        ),
    ],
)
def test_where_a_setting_surprises_the_preview_says_so(as_merchant, typed, said):
    product = ProductFactory()
    Alternative.objects.create(product=product, kind="pause", pause_days=60)
    assert said not in told(as_merchant, product)
    assert said in told(as_merchant, product, **typed)


def test_an_alternative_that_is_switched_off_or_lets_the_customer_pick_surprises_nobody(as_merchant):
    product = ProductFactory()
    Alternative.objects.create(product=product, kind="pause", pause_days=60, is_active=False)
    Alternative.objects.create(product=product, kind="pause")
    assert "longer than a pause may be" not in told(as_merchant, product, max_pause_days="7")


@pytest.mark.parametrize("typed", [{"cancellation_mode": "immediate"}, {"allow_cancel": None}])
def test_where_nobody_requests_a_cancellation_the_preview_says_once_that_no_alternative_is_shown(as_merchant, typed):
    product = ProductFactory()
    shown_to_nobody = "so nobody is shown those of this product."
    assert shown_to_nobody not in told(as_merchant, product, **typed)
    for kind in ({"kind": "pause", "pause_days": 60}, {"kind": "talk", "text": "Let us talk."}):
        Alternative.objects.create(product=product, **kind)
    assert shown_to_nobody not in told(as_merchant, product, max_pause_days="7")
    page = told(as_merchant, product, max_pause_days="7", **typed)
    assert page.count(shown_to_nobody) == 1
    assert "longer than a pause may be" not in page
    Alternative.objects.update(is_active=False)
    assert shown_to_nobody not in told(as_merchant, product, **typed)
