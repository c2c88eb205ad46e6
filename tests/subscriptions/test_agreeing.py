"""Staff grant a discount, change the plan, and drop that change, on the admin's pages: what stands there before and after."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal_project.accounts.models import Merchant
from products.models import Plan
from subscriptions.lifecycle import due
from subscriptions.models import Subscription, SubscriptionEvent
from tests.conftest import signed_in
from tests.factories import PlanFactory, UserFactory, started
from tests.pages import confirm, hidden_inputs

START, TODAY = date(2026, 3, 20), date(2026, 4, 5)
LABELS = {"discount": "Grant a discount", "change-plan": "Change plan", "drop-plan-change": "Drop the plan change"}


@pytest.fixture
def hosting(alice, clock):
    clock(TODAY)
    return started(alice, START, name="Hosting")


@pytest.fixture
def yearly(hosting):
    return PlanFactory(product=hosting.product, name="Yearly", amount=900, interval="year")


def page(subscription, verb="change"):
    return f"/admin/subscriptions/subscription/{subscription.pk}/{verb}/"


def text_of(response):
    return " ".join(response.content.decode().split())


def buttons(client, subscription):
    text = client.get(page(subscription)).content.decode()
    return {verb for verb in LABELS if f'href="{page(subscription, verb)}"' in text}


def preview(client, subscription, verb, **typed):
    return client.post(page(subscription, verb), typed | {"preview": "1"})


def do(client, subscription, verb, **typed):
    """See what it leads to, then confirm that."""
    shown = preview(client, subscription, verb, **typed)
    return client.post(page(subscription, verb), hidden_inputs(shown) | typed)


def told(client, response):
    return text_of(client.get(response.url))


def events(subscription):
    return list(
        SubscriptionEvent.objects.filter(subscription=subscription).order_by("pk").values_list("kind", flat=True)
    )


def test_the_buttons_follow_the_table(as_agent, hosting, yearly):
    assert buttons(as_agent, hosting) == {"discount", "change-plan"}
    do(as_agent, hosting, "change-plan", plan=yearly.pk)
    assert buttons(as_agent, hosting) == {"discount", "change-plan", "drop-plan-change"}
    do(as_agent, hosting, "drop-plan-change")
    assert buttons(as_agent, hosting) == {"discount", "change-plan"}
    confirm(as_agent, page(hosting, "cancel-now"))
    assert buttons(as_agent, hosting) == set()


def test_a_discount_is_granted_as_it_was_shown(as_agent, agent, hosting):
    shown = text_of(preview(as_agent, hosting, "discount", percent="20", invoices="3"))
    assert "<strong>20 % off the next 3 invoices</strong>" in shown
    assert shown.count("€80.00") == 3
    response = do(as_agent, hosting, "discount", percent="20", invoices="3")
    assert "The discount is granted. The customer is told by mail." in told(as_agent, response)
    hosting.refresh_from_db()
    assert (hosting.discount_percent, hosting.discount_invoices_left) == (20, 3)
    event = SubscriptionEvent.objects.get(kind="discount_granted")
    assert (event.actor, event.channel, event.effective_on) == (agent, "admin", TODAY)


def test_a_discount_in_the_place_of_another_says_so(as_agent, hosting):
    do(as_agent, hosting, "discount", percent="20", invoices="3")
    shown = text_of(preview(as_agent, hosting, "discount", percent="20", invoices="6"))
    assert "This takes the place of what is left of another discount: 20 % off the next 3 invoices." in shown
    do(as_agent, hosting, "discount", percent="20", invoices="6")
    history = text_of(as_agent.get(page(hosting)))
    assert "<small>20 % off the next 6 invoices</small>" in history
    assert "<small>20 % off the next 3 invoices</small>" in history


def test_what_is_not_shown_first_is_not_done(as_agent, hosting, yearly):
    """Without script: the form is filled in and sent at once."""
    for verb, typed in (("discount", {"percent": "20", "invoices": "3"}), ("change-plan", {"plan": str(yearly.pk)})):
        before = events(hosting)
        blank = as_agent.get(page(hosting, verb))
        assert "Nothing changes so far: choose below, and see here what it leads to." in text_of(blank)
        again = as_agent.post(page(hosting, verb), hidden_inputs(blank) | typed)
        assert "Nothing has been done yet: please check what will happen, and confirm again." in text_of(again)
        assert events(hosting) == before
        assert as_agent.post(page(hosting, verb), hidden_inputs(again) | typed).status_code == 302
        assert len(events(hosting)) == len(before) + 1


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("typed", "sentences"),
    [
        ({}, ["This field is required."] * 2),
        ({"percent": "0", "invoices": "1"}, ["Ensure this value is greater than or equal to 1."]),
        ({"percent": "101", "invoices": "1"}, ["Ensure this value is less than or equal to 100."]),
        ({"percent": "10", "invoices": "0"}, ["Ensure this value is greater than or equal to 1."]),
        ({"percent": "10", "invoices": "121"}, ["Ensure this value is less than or equal to 120."]),
        ({"percent": "1e9", "invoices": "x"}, ["Enter a whole number."] * 2),
    ],
)
def test_a_discount_out_of_range_is_explained_and_keeps_what_was_typed(as_agent, hosting, typed, sentences):
    response = as_agent.post(page(hosting, "discount"), hidden_inputs(as_agent.get(page(hosting, "discount"))) | typed)
    text = text_of(response)
    assert [text.count(sentence) for sentence in set(sentences)] == [len(sentences)]
    for value in typed.values():
        assert f'value="{value}"' in text
    assert events(hosting) == ["started", "renewed"]


def test_another_plan_is_chosen_as_it_was_shown(as_agent, hosting, yearly):
    shown = text_of(preview(as_agent, hosting, "change-plan", plan=yearly.pk))
    assert "Changes to <strong>Yearly, €900.00 / year, from 20 April 2026</strong>" in shown
    assert "Until then it stays on Monthly, €100.00 / month." in shown
    assert shown.count("€900.00</td>") == 3
    assert "On 20 April 2026 the plan changes to Yearly; from then on it is billed every year." in shown
    response = do(as_agent, hosting, "change-plan", plan=yearly.pk)
    assert "The plan change is noted. The customer is told by mail." in told(as_agent, response)
    hosting.refresh_from_db()
    assert (hosting.next_plan, hosting.next_amount, hosting.plan.name) == (yearly, 900, "Monthly")
    assert "<small>Hosting · Yearly, €900.00 / year</small>" in text_of(as_agent.get(page(hosting)))


def test_the_plans_to_choose_from_are_the_active_ones_in_this_currency(as_agent, hosting, yearly):
    PlanFactory(product=hosting.product, name="Retired", is_active=False)
    PlanFactory(product=hosting.product, name="Dollars", currency="USD")
    PlanFactory(name="Stranger")
    text = text_of(as_agent.get(page(hosting, "change-plan")))
    assert "Yearly, €900.00 / year" in text
    assert [name for name in ("Retired", "Dollars", "Stranger") if name in text] == []
    assert text.count('type="radio"') == 1


def test_the_price_of_the_present_plan_can_be_taken_anew(as_agent, hosting):
    """A subscription keeps the price that it began with; staff can move it to what the plan costs by now."""
    assert "Hosting has no other active plan in EUR." in text_of(as_agent.get(page(hosting, "change-plan")))
    Plan.objects.filter(pk=hosting.plan_id).update(amount=120)
    assert "Monthly, €120.00 / month" in text_of(as_agent.get(page(hosting, "change-plan")))
    do(as_agent, hosting, "change-plan", plan=hosting.plan_id)
    due.apply(date(2026, 4, 20))
    hosting.refresh_from_db()
    assert (hosting.amount, hosting.next_plan) == (120, None)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"is_active": False}, "Hosting · Yearly is not active, so nobody can change to it."),
        ({"currency": "USD"}, "Hosting · Yearly is not in EUR, the currency of this subscription."),
    ],
)
def test_a_plan_that_is_withdrawn_meanwhile_is_not_chosen(as_agent, hosting, yearly, values, sentence):
    typed = {"plan": str(yearly.pk)}
    shown = preview(as_agent, hosting, "change-plan", **typed)
    Plan.objects.filter(pk=yearly.pk).update(**values)
    response = as_agent.post(page(hosting, "change-plan"), hidden_inputs(shown) | typed)
    assert sentence in text_of(response)
    assert events(hosting) == ["started", "renewed"]


def test_a_price_that_moved_meanwhile_is_shown_before_it_is_agreed(as_agent, hosting, yearly):
    typed = {"plan": str(yearly.pk)}
    shown = preview(as_agent, hosting, "change-plan", **typed)
    Plan.objects.filter(pk=yearly.pk).update(amount=950)
    again = as_agent.post(page(hosting, "change-plan"), hidden_inputs(shown) | typed)
    assert (
        "Change of plan: Yearly, €950.00 / year, from 20 April 2026 (before: Yearly, €900.00 / year, from 20 April 2026)."
        in text_of(again)
    )
    assert events(hosting) == ["started", "renewed"]
    as_agent.post(page(hosting, "change-plan"), hidden_inputs(again) | typed)
    hosting.refresh_from_db()
    assert hosting.next_amount == 950


def test_the_change_is_dropped_and_the_page_said_what_that_means(as_agent, hosting, yearly):
    do(as_agent, hosting, "change-plan", plan=yearly.pk)
    shown = text_of(as_agent.get(page(hosting, "drop-plan-change")))
    assert "It stays on <strong>Monthly, €100.00 / month</strong>." in shown
    assert "This change of plan is dropped: Yearly, €900.00 / year, from 20 April 2026." in shown
    response = do(as_agent, hosting, "drop-plan-change")
    assert "The plan change is dropped. The customer is told by mail." in told(as_agent, response)
    hosting.refresh_from_db()
    assert (hosting.next_plan, hosting.next_amount, hosting.next_interval) == (None, None, "")
    due.apply(date(2026, 4, 20))
    hosting.refresh_from_db()
    assert hosting.amount == 100


def test_the_same_again_leads_to_the_first_result(as_agent, hosting, yearly):
    for verb, typed, answer in (
        ("discount", {"percent": "20", "invoices": "3"}, "This subscription already has 20 % off its next 3 invoices."),
        ("change-plan", {"plan": str(yearly.pk)}, "This subscription already changes to Hosting · Yearly."),
        ("drop-plan-change", {}, "No plan change is to come: this subscription is on Hosting · Monthly."),
    ):
        sent = hidden_inputs(preview(as_agent, hosting, verb, **typed)) | typed
        assert as_agent.post(page(hosting, verb), sent).status_code == 302
        before = events(hosting)
        again = as_agent.post(page(hosting, verb), sent)
        assert (again.status_code, events(hosting)) == (302, before)
        assert answer in told(as_agent, again)


def test_another_persons_discount_is_not_replaced_unseen(as_agent, as_merchant, hosting):
    typed = {"percent": "20", "invoices": "3"}
    seen = hidden_inputs(preview(as_agent, hosting, "discount", **typed))
    do(as_merchant, hosting, "discount", percent="50", invoices="12")
    again = as_agent.post(page(hosting, "discount"), seen | typed)
    assert "Discount: 50 % off the next 12 invoices (before: none)." in text_of(again)
    assert "This takes the place of what is left of another discount: 50 % off the next 12 invoices." in text_of(again)
    hosting.refresh_from_db()
    assert hosting.discount_percent == 50


def test_a_change_of_rhythm_says_that_it_ends_the_discount(as_agent, hosting, yearly):
    do(as_agent, hosting, "discount", percent="20", invoices="3")
    sentence = (
        "With the change of plan on 20 April 2026 the discount ends, because the new plan is billed in another rhythm."
    )
    assert sentence in text_of(preview(as_agent, hosting, "change-plan", plan=yearly.pk))
    do(as_agent, hosting, "change-plan", plan=yearly.pk)
    assert sentence in text_of(preview(as_agent, hosting, "discount", percent="50", invoices="2"))


def test_where_no_full_period_is_to_begin_it_says_so(as_agent, as_alice, hosting, yearly):
    confirm(as_alice, f"/subscriptions/{hosting.number}/pause/")
    shown = text_of(preview(as_agent, hosting, "change-plan", plan=yearly.pk))
    assert "It changes when a full period begins; as things stand, none is to begin." in shown


def test_customers_find_no_address_and_staff_without_the_right_none_either(as_alice, hosting):
    assert as_alice.post(f"/subscriptions/{hosting.number}/discount/").status_code == 404
    for verb in LABELS:
        assert as_alice.post(page(hosting, verb)).status_code in (302, 403, 404)
    clerk = signed_in(UserFactory(is_staff=True))
    for verb in LABELS:
        assert clerk.post(page(hosting, verb)).status_code == 403
    assert events(hosting) == ["started", "renewed"]


def test_a_canceled_subscription_has_nothing_to_agree_on(as_agent, hosting):
    confirm(as_agent, page(hosting, "cancel-now"))
    for verb in LABELS:
        response = as_agent.get(page(hosting, verb))
        assert response.status_code == 409
        assert "This subscription ended on 5 April 2026." in text_of(response)


def test_the_customer_sees_what_was_agreed_on_the_page_and_in_the_history(as_alice, as_agent, hosting, yearly):
    small = PlanFactory(product=hosting.product, name="Small", amount=40)
    do(as_agent, hosting, "discount", percent="20", invoices="1")
    do(as_agent, hosting, "change-plan", plan=small.pk)
    text = text_of(as_alice.get(f"/subscriptions/{hosting.number}/"))
    assert "<p>Discount: 20 % off the next invoice.</p>" in text
    assert "<p> Change of plan: Small, €40.00 / month, from 20 April 2026. </p>" in text
    assert "<span>Hosting · Small, €40.00 / month</span>" in text
    assert "<td>€32.00</td>" in text
    due.apply(date(2026, 4, 20))
    text = text_of(as_alice.get(f"/subscriptions/{hosting.number}/"))
    assert "Discount: " not in text
    assert "Change of plan: " not in text


def test_the_admins_page_says_what_is_agreed(as_agent, hosting, yearly):
    do(as_agent, hosting, "discount", percent="20", invoices="1")
    do(as_agent, hosting, "change-plan", plan=yearly.pk)
    text = text_of(as_agent.get(page(hosting)))
    assert "Discount: 20 % off the next invoice" in text
    assert "Change of plan: Yearly, €900.00 / year, from 20 April 2026" in text


def test_the_number_of_queries_does_not_grow_with_the_plans(as_agent, hosting, yearly):
    def queries():
        Merchant.forget()
        with CaptureQueriesContext(connection) as found:
            preview(as_agent, hosting, "change-plan", plan=yearly.pk)
        return len(found)

    # Whoever comes for the first time is noted.
    queries()
    few = queries()
    for n in range(20):
        PlanFactory(product=hosting.product, name=f"Plan {n}", amount=n)
    assert queries() == few


def test_a_subscription_keeps_what_was_agreed_when_it_is_only_shown(as_alice, hosting, yearly, as_agent):
    do(as_agent, hosting, "change-plan", plan=yearly.pk)
    before = Subscription.objects.values().get()
    as_alice.get(f"/subscriptions/{hosting.number}/")
    as_agent.get(page(hosting, "discount"))
    assert Subscription.objects.values().get() == before
