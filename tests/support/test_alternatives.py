"""What the cancel page offers in the place of canceling: to whom, for which reason, and how it is accepted."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal_project.accounts.models import Merchant
from products.models import Alternative, CancellationReason, Product
from subscriptions.models import Subscription, SubscriptionEvent
from support.cancellations.alternatives import is_compared
from support.models import AcceptedAlternative, Ticket
from tests.conftest import signed_in
from tests.factories import PlanFactory, ProductFactory, UserFactory, started
from tests.pages import confirm, filled_in, hidden_inputs, receipt

TODAY = date(2026, 4, 5)
PLACES = {"too_expensive": 1, "switching": 2, "not_needed": 3, "other": 4, "not_said": 5}


@pytest.fixture
def hosting(alice, clock):
    clock(TODAY)
    merchant(comparison_percent=0)
    return started(alice, date(2026, 3, 20), PlanFactory(product=ProductFactory(name="Hosting")))


def merchant(**values):
    Merchant.objects.update_or_create(pk=1, defaults=values)


def offer(subscription, kind="pause", reasons=(), plans=(), **terms):
    position = Alternative.objects.count()
    made = Alternative.objects.create(product=subscription.product, kind=kind, position=position, **terms)
    made.reasons.set(CancellationReason.objects.filter(code__in=reasons))
    made.plans.set(plans)
    return made


def canceling(subscription):
    return f"/subscriptions/{subscription.number}/cancel/"


def address(subscription, alternative):
    return f"/subscriptions/{subscription.number}/alternatives/{alternative.pk}/"


def shown(client, subscription):
    """By the place of each reason, 0 for none, the key of what is revealed."""
    page = client.get(canceling(subscription)).content.decode()
    found = re.findall(r'data-beside="([\d ]*)".*?name="alternative" value="(\d+)"', page, re.DOTALL)
    return {int(place): int(key) for places, key in found for place in places.split()}


def accept(client, subscription, alternative, **typed):
    return confirm(client, address(subscription, alternative), **typed)


def test_each_reason_has_the_first_that_fits_it_and_none_has_what_fits_any(as_alice, hosting):
    pricey = offer(hosting, "discount", ["too_expensive", "switching"], percent=20, invoices=3)
    unneeded = offer(hosting, "pause", ["not_needed", "too_expensive"], pause_days=30)
    anybody = offer(hosting, "talk", text="Call us")
    offer(hosting, "pause", pause_days=10)
    expected = {0: anybody, 1: pricey, 2: pricey, 3: unneeded, 4: anybody, 5: anybody}
    assert shown(as_alice, hosting) == {place: each.pk for place, each in expected.items()}


def test_without_one_for_any_reason_nothing_shows_before_a_reason_is_chosen(as_alice, hosting):
    unneeded = offer(hosting, reasons=["not_needed"], pause_days=30)
    assert shown(as_alice, hosting) == {PLACES["not_needed"]: unneeded.pk}


def test_a_reason_that_nobody_can_choose_reveals_nothing(as_alice, hosting):
    offer(hosting, reasons=["not_needed"])
    CancellationReason.objects.filter(code="not_needed").update(is_active=False)
    assert shown(as_alice, hosting) == {}


def test_it_is_for_the_plans_and_the_months_that_the_merchant_says(as_alice, hosting):
    offer(hosting, plans=[PlanFactory(product=hosting.product, name="Yearly")])
    offer(hosting, from_months=1)
    offer(hosting, is_active=False)
    offer(started(hosting.customer, TODAY, name="Mail"))
    mine = offer(hosting, plans=[hosting.plan])
    assert set(shown(as_alice, hosting).values()) == {mine.pk}


def test_from_so_many_months_on_means_from_that_day(as_alice, hosting, clock):
    late = offer(hosting, from_months=1)
    clock(date(2026, 4, 19))
    assert shown(as_alice, hosting) == {}
    clock(date(2026, 4, 20))
    assert late.pk in shown(as_alice, hosting).values()


def test_a_pause_is_offered_where_pausing_is_not_but_the_limits_hold(as_alice, hosting):
    product = Product.objects.filter(pk=hosting.product.pk)
    product.update(allow_pause=False, max_pause_days=40, max_pauses_per_year=1)
    offer(hosting, pause_days=41)
    month = offer(hosting, pause_days=30)
    assert set(shown(as_alice, hosting).values()) == {month.pk}
    merchant(alternative_rest_months=0)
    accept(as_alice, hosting, month)
    confirm(as_alice, f"/subscriptions/{hosting.number}/resume/")
    assert shown(as_alice, hosting) == {}
    assert as_alice.get(address(hosting, month)).status_code == 409


def test_a_pause_that_would_save_nothing_is_not_offered(as_alice, hosting):
    """It is billed until 20 April, 15 days from now."""
    short, longer = (offer(hosting, pause_days=days) for days in (15, 16))
    assert set(shown(as_alice, hosting).values()) == {longer.pk}
    refused = as_alice.get(address(hosting, short))
    assert refused.status_code == 409
    assert "it would save nothing" in refused.content.decode()
    Product.objects.update(resume_rule="give_back")
    assert set(shown(as_alice, hosting).values()) == {short.pk}


@pytest.mark.parametrize(
    ("starts", "resume_rule", "first"),
    [
        ("at_once", "keep", "2026-04-21"),
        ("at_once", "give_back", "2026-04-07"),
        ("period_end", "keep", "2026-04-21"),
        ("period_end", "give_back", "2026-04-21"),
    ],
)
def test_of_an_open_pause_only_days_that_save_something_can_be_picked(as_alice, hosting, starts, resume_rule, first):
    """On 5 April it is billed until the 20th; the first day of a pause is used, and is not given back."""
    Product.objects.update(pause_starts=starts, resume_rule=resume_rule)
    pause = offer(hosting, pause_days=None)
    assert f'min="{first}"' in as_alice.get(address(hosting, pause)).content.decode()
    before = date.fromisoformat(first) - timedelta(days=1)
    refused = confirm(as_alice, address(hosting, pause), resumes_on=str(before))
    assert f"{date.fromisoformat(first):%-d %B %Y}" in refused.content.decode()
    assert Subscription.objects.get(pk=hosting.pk).resumes_on is None
    told = confirm(as_alice, address(hosting, pause), resumes_on=first)
    as_alice.post(address(hosting, pause), hidden_inputs(told) | {"resumes_on": first})
    assert str(Subscription.objects.get(pk=hosting.pk).resumes_on) == first


def test_no_discount_stands_on_another_and_no_plan_is_the_one_at_hand(as_alice, hosting):
    offer(hosting, "discount", percent=20, invoices=3)
    offer(hosting, "plan", plan=hosting.plan)
    hosting.discount_percent, hosting.discount_invoices_left = 50, 1
    hosting.save()
    assert shown(as_alice, hosting) == {}


def test_nothing_is_offered_again_for_as_long_as_the_merchant_says(as_alice, alice, hosting, clock):
    pause = offer(hosting, pause_days=30)
    other = started(alice, date(2026, 3, 20), hosting.plan)
    accept(as_alice, hosting, pause)
    assert shown(as_alice, other) == {}
    refused = as_alice.get(address(other, pause))
    assert refused.status_code == 409
    assert "You accepted “A pause of 30 days” on 5 April 2026" in refused.content.decode()
    clock(date(2027, 4, 4))
    assert shown(signed_in(alice), other) == {}
    clock(date(2027, 4, 5))
    assert set(shown(signed_in(alice), other).values()) == {pause.pk}


def test_a_pause_is_accepted_without_a_request_and_told(as_alice, hosting):
    pause = offer(hosting, pause_days=30)
    page = as_alice.get(address(hosting, pause)).content.decode()
    assert "5 May 2026" in page
    assert f'href="{canceling(hosting)}"' in page
    given = receipt(accept(as_alice, hosting, pause))
    hosting.refresh_from_db()
    assert (hosting.status, hosting.resumes_on, hosting.cancels_on) == ("paused", date(2026, 5, 5), None)
    assert not Ticket.objects.exists()
    assert SubscriptionEvent.objects.get(kind="paused").accepted == "alternative"
    kept = AcceptedAlternative.objects.get()
    assert (kept.subscription, kept.alternative, kept.customer) == (hosting, pause, hosting.customer)
    assert (kept.accepted_on, kept.offered) == (TODAY, "A pause of 30 days")
    assert (given.kind, given.title) == ("alternative", "Hosting: Accepted: A pause of 30 days")
    assert "Accepted as offered" in as_alice.get(hosting.get_absolute_url()).content.decode()


def test_a_second_click_leads_to_what_the_first_has_done(as_alice, hosting):
    discount = offer(hosting, "discount", percent=20, invoices=3)
    sent = hidden_inputs(as_alice.get(address(hosting, discount)))
    answers = [as_alice.post(address(hosting, discount), sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert AcceptedAlternative.objects.count() == 1


def test_the_day_until_which_it_pauses_is_the_customers_to_pick(as_alice, hosting):
    pause = offer(hosting)
    assert accept(as_alice, hosting, pause, resumes_on="2026-04-05").status_code == 200
    seen = as_alice.post(address(hosting, pause), {"resumes_on": "2026-06-01", "preview": "1"})
    as_alice.post(address(hosting, pause), hidden_inputs(seen) | {"resumes_on": "2026-06-01"})
    hosting.refresh_from_db()
    assert hosting.resumes_on == date(2026, 6, 1)


def test_what_is_announced_no_longer_holds_once_a_price_has_moved(as_alice, hosting):
    small = PlanFactory(product=hosting.product, name="Small", amount=40)
    plan = offer(hosting, "plan", plan=small)
    sent = hidden_inputs(as_alice.get(address(hosting, plan)))
    type(small).objects.update(amount=50)
    assert "Nothing has been done yet" in as_alice.post(address(hosting, plan), sent).content.decode()
    assert not AcceptedAlternative.objects.exists()


@pytest.mark.parametrize("kind", ["another product", "switched off", "another plan", "too early", "compared"])
def test_what_is_not_offered_to_somebody_cannot_be_taken_by_a_post_made_by_hand(as_alice, hosting, kind):
    pause = offer(hosting, pause_days=30)
    sent = hidden_inputs(as_alice.get(address(hosting, pause)))
    match kind:
        case "another product":
            Alternative.objects.update(product=ProductFactory())
        case "switched off":
            Alternative.objects.update(is_active=False)
        case "another plan":
            pause.plans.add(PlanFactory(product=hosting.product, name="Other"))
        case "too early":
            Alternative.objects.update(from_months=6)
        case "compared":
            merchant(comparison_percent=100)
    Merchant.forget()
    assert as_alice.post(address(hosting, pause), sent).status_code == 403
    assert as_alice.get(address(hosting, pause)).status_code == 403
    hosting.refresh_from_db()
    assert hosting.status == "active"


def test_who_has_asked_to_cancel_or_may_not_takes_nothing(as_alice, bob, hosting):
    pause = offer(hosting, pause_days=30)
    stranger = signed_in(bob)
    assert stranger.get(address(hosting, pause)).status_code == 404
    assert stranger.post(canceling(hosting), {"alternative": pause.pk}).status_code == 404
    for missing in (0, 10**30):
        assert as_alice.get(f"/subscriptions/{hosting.number}/alternatives/{missing}/").status_code == 404
    for missing in ("", "x", "10" * 30, "٣"):
        assert as_alice.post(canceling(hosting), {"alternative": missing}).status_code == 404
    sent = hidden_inputs(as_alice.get(address(hosting, pause)))
    Product.objects.update(cancellation_mode="immediate")
    assert as_alice.post(address(hosting, pause), sent).status_code == 403
    Product.objects.update(cancellation_mode="request")
    confirm(as_alice, canceling(hosting), reason="other", message="")
    assert as_alice.post(address(hosting, pause), sent).status_code in (302, 409)
    hosting.refresh_from_db()
    assert (hosting.status, hosting.cancels_on) == ("active", date(2026, 5, 5))


def test_what_was_typed_stays_for_whoever_comes_back(as_alice, hosting):
    pause = offer(hosting, pause_days=30)
    typed = {"reason": "not_needed", "message": "We move in June."}
    there = as_alice.post(canceling(hosting), typed | {"alternative": pause.pk})
    assert there.url == address(hosting, pause)
    again = filled_in(as_alice.get(canceling(hosting)))
    assert (again["reason"], again["message"]) == ("not_needed", "We move in June.")
    assert not Ticket.objects.exists()


def test_a_talk_leads_to_a_support_request_with_what_was_typed(as_alice, hosting):
    talk = offer(hosting, "talk", text="Tell us what is missing.")
    page = as_alice.get(canceling(hosting)).content.decode()
    assert "<p>Tell us what is missing.</p>" in page
    there = as_alice.post(canceling(hosting), {"alternative": talk.pk, "message": "Backups.", "reason": "other"})
    form = as_alice.get(there.url)
    form = as_alice.get(form.url)
    typed = filled_in(form)
    assert (typed["subject"], typed["body"]) == ("Instead of canceling Hosting", "Backups.")
    as_alice.post("/support/new/", hidden_inputs(form) | typed)
    ticket = Ticket.objects.get()
    assert (ticket.type, ticket.subscription) == ("general", hosting)
    assert not AcceptedAlternative.objects.exists()


def test_a_product_may_ask_before_it_offers(as_alice, hosting):
    offer(hosting, pause_days=30)
    asks = "<summary>Is there something we could offer?</summary>"
    assert asks not in as_alice.get(canceling(hosting)).content.decode()
    Product.objects.update(ask_before_alternatives=True)
    assert asks in as_alice.get(canceling(hosting)).content.decode()


@pytest.mark.parametrize("allowed", [True, False])
def test_where_canceling_takes_effect_at_once_only_the_pause_is_mentioned(as_alice, hosting, allowed):
    offer(hosting, "discount", percent=20, invoices=3)
    Product.objects.update(cancellation_mode="immediate", allow_pause=allowed)
    page = as_alice.get(canceling(hosting)).content.decode()
    assert ("You can also pause it" in page) is allowed
    assert 'name="alternative"' not in page


def test_the_page_costs_the_same_whatever_there_is_to_offer(as_alice, hosting):
    offer(hosting, "talk", text="Call us")
    counts = []
    for _ in range(2):
        as_alice.get(canceling(hosting))
        with CaptureQueriesContext(connection) as captured:
            as_alice.get(canceling(hosting))
        counts.append(len(captured))
        for n in range(5):
            reason = CancellationReason.objects.create(label=f"Reason {len(counts)}{n}")
            offer(hosting, "talk", [reason.code], [hosting.plan], text="Call us")
    assert counts[0] == counts[1]


def test_the_comparison_group_is_the_share_that_the_merchant_sets_and_grows_without_changing(db):
    customers = [UserFactory(pk=n).pk for n in range(1000, 1400)]
    groups = []
    for percent in (0, 10, 50, 100):
        merchant(comparison_percent=percent)
        Merchant.forget()
        groups.append({customer for customer in customers if is_compared(customer)})
    assert groups[0] <= groups[1] <= groups[2] <= groups[3]
    assert [len(group) for group in (groups[0], groups[3])] == [0, 400]
    assert 20 < len(groups[1]) < 60
