"""A customer changes to another plan that is open to them, sees first what it leads to, and drops it again."""

from datetime import date

import pytest

from portal_project.mail.models import OutgoingMail
from portal_project.receipts.models import Receipt
from products.models import Plan, Product
from subscriptions.lifecycle import due
from subscriptions.models import Subscription, SubscriptionEvent
from tests.conftest import signed_in
from tests.factories import PlanFactory, ProductFactory, started
from tests.pages import confirm, hidden_inputs
from tests.subscriptions.test_pages import cancel, pause

START, TODAY = date(2026, 3, 20), date(2026, 4, 5)


@pytest.fixture
def product(db):
    return ProductFactory(name="Hosting", allow_plan_change=True)


@pytest.fixture
def hosting(alice, clock, product):
    """100.00 a month, billed until 20 April."""
    clock(TODAY)
    return started(alice, START, PlanFactory(product=product))


@pytest.fixture
def small(product):
    return PlanFactory(product=product, name="Small", amount=40, is_open_to_change=True)


@pytest.fixture
def yearly(product):
    return PlanFactory(product=product, name="Yearly", amount=900, interval="year", is_open_to_change=True)


def page(subscription, verb="plan"):
    return f"/subscriptions/{subscription.number}/{verb}/"


def text_of(response):
    return " ".join(response.content.decode().split())


def preview(client, subscription, plan):
    return client.post(page(subscription), {"plan": plan.pk, "preview": "1"})


def choose(client, subscription, plan):
    """See what it leads to, then confirm that."""
    return client.post(page(subscription), hidden_inputs(preview(client, subscription, plan)) | {"plan": plan.pk})


def told(client, response):
    assert response.status_code == 302
    return text_of(client.get(response.url))


def own_page(client, subscription):
    return text_of(client.get(subscription.get_absolute_url()))


def events():
    return list(SubscriptionEvent.objects.order_by("pk").values_list("kind", flat=True))


NOTHING = ["started", "renewed"]


def test_the_page_lists_the_plans_that_are_open_with_price_and_interval(as_alice, hosting, small, yearly):
    for name, more in {
        "Retired": {"is_active": False},
        "Dollars": {"currency": "USD"},
        "Secret": {"is_open_to_change": False},
    }.items():
        PlanFactory(product=hosting.product, name=name, **({"is_open_to_change": True} | more))
    PlanFactory(name="Stranger", is_open_to_change=True)
    Plan.objects.filter(pk=hosting.plan_id).update(is_open_to_change=True)
    text = text_of(as_alice.get(page(hosting)))
    assert text.count('type="radio"') == 2
    assert "<span>Small, €40.00 / month</span>" in text
    assert "<span>Yearly, €900.00 / year</span>" in text
    assert "Nothing changes so far: choose below, and see here what it leads to." in text


def test_a_plan_is_chosen_as_it_was_shown(as_alice, alice, hosting, yearly):
    shown = text_of(preview(as_alice, hosting, yearly))
    assert "Changes to <strong>Yearly, €900.00 / year, from 20 April 2026</strong>" in shown
    assert "Until then it stays on Monthly, €100.00 / month." in shown
    assert "Days that are billed already stay as they are: nothing is charged or given back for them." in shown
    assert shown.count("€900.00</td>") == 3
    assert events() == NOTHING
    text = told(as_alice, choose(as_alice, hosting, yearly))
    assert "The plan change is noted. Until it comes, you can drop it or choose another plan." in text
    text = own_page(as_alice, hosting)
    assert "Change of plan: Yearly, €900.00 / year, from 20 April 2026." in text
    assert "Hosting · Yearly, €900.00 / year</span> <small> 5 April 2026 by you" in text
    hosting.refresh_from_db()
    assert (hosting.next_plan, hosting.next_amount, hosting.next_plan_is_own) == (yearly, 900, True)
    event = SubscriptionEvent.objects.get(kind="plan_chosen")
    assert (event.actor, event.channel, event.effective_on) == (alice, "portal", TODAY)
    due.apply(date(2026, 4, 20))
    hosting.refresh_from_db()
    assert (hosting.plan, hosting.amount, hosting.next_plan_is_own) == (yearly, 900, False)


def test_what_is_sent_at_once_is_shown_before_it_is_done(as_alice, hosting, small):
    """Without script: the plan is chosen and the form sent, with the effect of no choice announced."""
    again = confirm(as_alice, page(hosting), plan=small.pk)
    assert "Nothing has been done yet: please check what will happen, and confirm again." in text_of(again)
    assert "Small, €40.00 / month, from 20 April 2026" in text_of(again)
    assert events() == NOTHING
    assert as_alice.post(page(hosting), hidden_inputs(again) | {"plan": small.pk}).status_code == 302


def test_without_a_choice_the_page_asks_for_one(as_alice, hosting, small):
    response = confirm(as_alice, page(hosting))
    assert response.status_code == 200
    assert "Choose a plan." in text_of(response)


def test_where_plans_alone_can_be_changed_the_rest_is_asked_for(as_alice, hosting, small):
    Product.objects.update(allow_pause=False, allow_cancel=False)
    text = own_page(as_alice, hosting)
    assert "Contact us for any change" not in text
    assert [
        label for label in ("Change plan</a>", "Contact us to pause", "Contact us to cancel") if label not in text
    ] == []


def test_in_a_trial_it_changes_with_the_first_bill(as_alice, alice, clock, product, small):
    clock(TODAY)
    trial = started(alice, TODAY, PlanFactory(product=product, trial_days=14))
    shown = text_of(preview(as_alice, trial, small))
    assert "Small, €40.00 / month, from 19 April 2026" in shown
    assert "Days that are billed already" not in shown
    assert shown.count("€40.00</td>") == 3


def test_while_paused_it_changes_when_a_full_period_begins(as_alice, hosting, small):
    pause(as_alice, hosting)
    shown = text_of(preview(as_alice, hosting, small))
    assert "It changes when a full period begins; as things stand, none is to begin." in shown
    assert "Small" in told(as_alice, choose(as_alice, hosting, small))


def test_a_discount_that_another_interval_ends_is_named_before(as_alice, hosting, yearly, small):
    Subscription.objects.update(discount_percent=20, discount_invoices_left=3)
    ends = (
        "With the change of plan on 20 April 2026 the discount ends, because the new plan is billed in another rhythm."
    )
    assert ends in text_of(preview(as_alice, hosting, yearly))
    assert "the discount ends" not in text_of(preview(as_alice, hosting, small))


def test_another_choice_takes_the_place_of_the_first(as_alice, hosting, small, yearly):
    choose(as_alice, hosting, small)
    shown = text_of(preview(as_alice, hosting, yearly))
    assert "This takes the place of another change of plan: Small, €40.00 / month, from 20 April 2026." in shown
    assert "<span>Small, €40.00 / month</span>" not in shown
    choose(as_alice, hosting, yearly)
    hosting.refresh_from_db()
    assert hosting.next_plan == yearly
    assert events() == [*NOTHING, "plan_chosen", "plan_chosen"]


def test_a_choice_is_dropped_until_it_comes(as_alice, hosting, small):
    assert "Drop the plan change" not in own_page(as_alice, hosting)
    choose(as_alice, hosting, small)
    drop = page(hosting, "drop-plan-change")
    assert f'href="{drop}">Drop the plan change</a>' in own_page(as_alice, hosting)
    shown = text_of(as_alice.get(drop))
    assert "It stays on <strong>Monthly, €100.00 / month</strong>." in shown
    assert "This change of plan is dropped: Small, €40.00 / month, from 20 April 2026." in shown
    text = told(as_alice, confirm(as_alice, drop))
    assert "The plan change is dropped. The subscription stays on its plan." in text
    assert "Change of plan:" not in text
    hosting.refresh_from_db()
    assert (hosting.next_plan, hosting.next_plan_is_own) == (None, False)


def test_a_change_that_has_come_cannot_be_dropped(as_alice, alice, hosting, small, clock):
    choose(as_alice, hosting, small)
    clock(date(2026, 4, 20))
    alice_again = signed_in(alice)
    text = told(alice_again, alice_again.post(page(hosting, "drop-plan-change")))
    assert "No plan change is to come: this subscription is on Hosting · Small." in text


def test_sent_twice_it_is_chosen_once(as_alice, hosting, small):
    sent = hidden_inputs(preview(as_alice, hosting, small)) | {"plan": small.pk}
    assert [as_alice.post(page(hosting), sent).status_code for _ in range(2)] == [302, 302]
    assert events() == [*NOTHING, "plan_chosen"]


def test_the_customer_is_told_by_mail_what_they_chose_and_dropped(as_alice, hosting, small):
    choose(as_alice, hosting, small)
    confirm(as_alice, page(hosting, "drop-plan-change"))
    chosen, dropped = Receipt.objects.order_by("pk")
    assert (chosen.kind, chosen.effective_on) == ("plan_chosen", date(2026, 4, 20))
    assert (dropped.kind, dropped.effective_on) == ("plan_change_dropped", date(2026, 4, 5))
    assert {mail.template for mail in OutgoingMail.objects.all()} == {"receipts/receipt"}


# What is refused


@pytest.mark.parametrize(
    ("which", "sentence"),
    [
        ({"is_active": False}, "This is none of the plans to choose from."),
        ({"currency": "USD"}, "is not in EUR, the currency of this subscription."),
        ({"is_open_to_change": False}, "This is none of the plans to choose from."),
        ({"product": None}, "This is none of the plans to choose from."),
    ],
)
def test_a_plan_that_the_page_does_not_list_is_refused_in_words(as_alice, hosting, small, which, sentence):
    other = {"product": ProductFactory()} if "product" in which else which
    plan = PlanFactory(**({"product": hosting.product, "name": "Other", "is_open_to_change": True} | other))
    response = confirm(as_alice, page(hosting), plan=plan.pk)
    assert response.status_code == 200
    assert sentence in text_of(response)
    assert events() == NOTHING


@pytest.mark.parametrize("typed", ["\u200b", "x" * 100_000, "9" * 100_000, str(2**63), "-1"])
def test_what_names_no_plan_is_refused_in_words(as_alice, hosting, small, typed):
    response = confirm(as_alice, page(hosting), plan=typed)
    assert response.status_code == 200
    assert "This is none of the plans to choose from." in text_of(response)


@pytest.mark.parametrize("typed", ["\0", "\u200b", "٣", "9" * 5000])
def test_what_is_no_plan_at_all_is_refused_in_words(as_alice, hosting, small, typed):
    response = confirm(as_alice, page(hosting), plan=typed)
    assert response.context["form"].errors["plan"] == ["This is none of the plans to choose from."]


@pytest.mark.parametrize("amount", [100, 80])
def test_the_plan_that_it_has_is_not_chosen_whatever_it_costs_by_now(as_alice, hosting, small, amount):
    Plan.objects.filter(pk=hosting.plan_id).update(is_open_to_change=True, amount=amount)
    text = told(as_alice, confirm(as_alice, page(hosting), plan=hosting.plan_id))
    assert "This subscription is on Hosting · Monthly already." in text
    assert events() == NOTHING


def test_to_stay_on_its_plan_the_change_is_dropped(as_alice, hosting, small, yearly):
    choose(as_alice, hosting, small)
    response = confirm(as_alice, page(hosting), plan=hosting.plan_id)
    assert "This subscription is still on Hosting · Monthly. Drop the plan change" in text_of(response)


def test_a_plan_that_is_closed_meanwhile_is_not_chosen(as_alice, hosting, small, yearly):
    sent = hidden_inputs(preview(as_alice, hosting, small)) | {"plan": small.pk}
    Plan.objects.filter(pk=small.pk).update(is_open_to_change=False)
    response = as_alice.post(page(hosting), sent)
    assert response.status_code == 200
    assert "This is none of the plans to choose from." in text_of(response)
    assert events() == NOTHING


def test_where_the_last_plan_is_closed_meanwhile_nothing_is_left_to_choose(as_alice, hosting, small):
    sent = hidden_inputs(preview(as_alice, hosting, small)) | {"plan": small.pk}
    Plan.objects.filter(pk=small.pk).update(is_open_to_change=False)
    response = as_alice.post(page(hosting), sent)
    assert response.status_code == 409
    assert "Hosting has no other plan that you can change to." in text_of(response)


def test_a_price_that_moved_meanwhile_is_shown_before_it_is_agreed(as_alice, hosting, small):
    sent = hidden_inputs(preview(as_alice, hosting, small)) | {"plan": small.pk}
    Plan.objects.filter(pk=small.pk).update(amount=45)
    text = text_of(as_alice.post(page(hosting), sent))
    assert "Change of plan: Small, €45.00 / month, from 20 April 2026 (before: Small, €40.00 / month" in text
    assert events() == NOTHING


@pytest.mark.parametrize("send", ["get", "post"])
def test_where_the_product_does_not_allow_it_nobody_changes(as_alice, hosting, small, send):
    Product.objects.update(allow_plan_change=False)
    response = getattr(as_alice, send)(page(hosting), {"plan": small.pk})
    assert response.status_code == 403
    assert "Changing the plan is not offered here for Hosting." in text_of(response)
    assert events() == NOTHING
    text = own_page(as_alice, hosting)
    assert "Change plan</a>" not in text
    assert (
        "Changing the plan is not offered here for Hosting. "
        f'<a href="/support/new/?subscription={hosting.number}">Contact us about the plan</a>' in text
    )


@pytest.mark.parametrize("send", ["get", "post"])
def test_while_an_end_is_scheduled_nobody_changes_or_drops(as_alice, hosting, small, send):
    choose(as_alice, hosting, small)
    cancel(as_alice, hosting)
    for verb in ("plan", "drop-plan-change"):
        response = getattr(as_alice, send)(page(hosting, verb), {"plan": small.pk})
        assert response.status_code == 409
        assert "This subscription ends on 5 May 2026. Withdraw the cancellation first." in text_of(response)


def test_without_another_open_plan_the_page_says_so_in_the_place_of_the_button(as_alice, hosting):
    text = own_page(as_alice, hosting)
    assert "Hosting has no other plan that you can change to." in text
    assert "Change plan</a>" not in text
    assert as_alice.get(page(hosting)).status_code == 409


def test_on_the_day_of_the_change_the_page_knows_what_is_left_to_choose(as_alice, alice, hosting, small, clock):
    """The job has not run yet: the plan that it had is one to go back to."""
    Plan.objects.filter(pk=hosting.plan_id).update(is_open_to_change=True)
    choose(as_alice, hosting, small)
    assert "Hosting has no other plan that you can change to." in own_page(as_alice, hosting)
    clock(date(2026, 4, 20))
    text = text_of(signed_in(alice).get(page(hosting)))
    assert "<span>Monthly, €100.00 / month</span>" in text
    assert "Small, €40.00 / month</span>" not in text


def test_what_the_customer_chose_can_be_dropped_when_the_switch_is_off_by_then(as_alice, hosting, small):
    choose(as_alice, hosting, small)
    Product.objects.update(allow_plan_change=False)
    assert "Drop the plan change</a>" in own_page(as_alice, hosting)
    assert confirm(as_alice, page(hosting, "drop-plan-change")).status_code == 302


def test_what_staff_agreed_on_is_dropped_by_the_customer_only_where_customers_decide(as_alice, hosting, small):
    Subscription.objects.update(
        next_plan=small, next_amount=40, next_interval="month", next_interval_count=1, next_plan_is_own=False
    )
    assert "Drop the plan change</a>" in own_page(as_alice, hosting)
    Product.objects.update(allow_plan_change=False)
    assert "Drop the plan change</a>" not in own_page(as_alice, hosting)
    response = as_alice.post(page(hosting, "drop-plan-change"))
    assert response.status_code == 403
    assert "This change of plan is agreed with our staff." in text_of(response)


def test_staff_are_bound_by_neither_switch_nor_mark(as_agent, hosting, small):
    Product.objects.update(allow_plan_change=False)
    Plan.objects.update(is_open_to_change=False)
    address = f"/admin/subscriptions/subscription/{hosting.pk}/change-plan/"
    shown = as_agent.post(address, {"plan": small.pk, "preview": "1"})
    assert as_agent.post(address, hidden_inputs(shown) | {"plan": small.pk}).status_code == 302
    hosting.refresh_from_db()
    assert (hosting.next_plan, hosting.next_plan_is_own) == (small, False)


def test_somebody_elses_subscription_is_not_found(hosting, small, bob):
    for verb in ("plan", "drop-plan-change"):
        assert signed_in(bob).get(page(hosting, verb)).status_code == 404
