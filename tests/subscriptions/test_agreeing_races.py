"""Two people agree on something, or drop it, at the same moment: one effect per confirmation, and the other is told.

With threads and their own connections on PostgreSQL, because SQLite has no row locks.
"""

from datetime import date

import pytest

from portal_project.mail.models import OutgoingMail
from subscriptions.lifecycle import due
from subscriptions.models import Subscription, SubscriptionEvent
from tests.conftest import signed_in
from tests.factories import PlanFactory, started
from tests.pages import confirm, hidden_inputs
from tests.support.test_races import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 2
AGAIN = "Nothing has been done yet: please check what will happen, and confirm again."


@pytest.fixture
def hosting(alice, clock):
    clock(date(2026, 4, 1))
    return started(alice, date(2026, 3, 20), name="Hosting")


@pytest.fixture
def plans(hosting):
    return [PlanFactory(product=hosting.product, name=name, amount=40) for name in ("Small", "Smaller")]


def clicking(user, subscription, verb, **typed):
    """The click of somebody who has seen what it leads to; returns the answer, and what the person reads in the end."""
    client, address = signed_in(user), f"/admin/subscriptions/subscription/{subscription.pk}/{verb}/"
    sent = hidden_inputs(client.post(address, typed | {"preview": "1"})) | typed

    def click():
        response = client.post(address, sent)
        page = client.get(response.url) if response.status_code == 302 else response
        return response.status_code, " ".join(page.content.decode().split())

    return click


def kinds():
    return sorted(SubscriptionEvent.objects.exclude(kind__in=["started", "renewed"]).values_list("kind", flat=True))


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_equal_grants_make_one(agent, merchant, hosting, _round):
    twenty = {"percent": "20", "invoices": "3"}
    answers = at_once(*[clicking(user, hosting, "discount", **twenty) for user in (agent, merchant, agent)])
    assert [status for status, _page in answers] == [302] * 3
    late = [page for _status, page in answers if "This subscription already has 20 % off its next 3 invoices." in page]
    assert len(late) == 2
    assert kinds() == ["discount_granted"]
    assert OutgoingMail.objects.filter(template="subscriptions/discount_granted").count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_two_different_discounts_the_second_sees_the_first(agent, merchant, hosting, _round):
    clicks = [
        clicking(agent, hosting, "discount", percent="20", invoices="3"),
        clicking(merchant, hosting, "discount", percent="50", invoices="2"),
    ]
    (_won, _page), (lost, page) = sorted(at_once(*clicks), reverse=True)
    hosting.refresh_from_db()
    assert lost == 200
    assert AGAIN in page
    said = {20: "20 % off the next 3 invoices", 50: "50 % off the next 2 invoices"}[hosting.discount_percent]
    assert f"Discount: {said} (before: none)." in page
    assert kinds() == ["discount_granted"]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_two_plans_one_is_chosen_and_the_second_sees_it(agent, merchant, hosting, plans, _round):
    clicks = [
        clicking(user, hosting, "change-plan", plan=str(plan.pk))
        for user, plan in zip((agent, merchant), plans, strict=True)
    ]
    answers = at_once(*clicks)
    hosting.refresh_from_db()
    assert sorted(status for status, _page in answers) == [200, 302]
    [page] = [page for status, page in answers if status == 200]
    assert f"Change of plan: {hosting.next_plan.name}, €40.00 / month, from 20 April 2026 (before: none)." in page
    assert kinds() == ["plan_chosen"]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_change_is_dropped_or_another_is_chosen_but_not_both_unseen(agent, merchant, hosting, plans, _round):
    assert clicking(agent, hosting, "change-plan", plan=str(plans[0].pk))()[0] == 302
    drop = clicking(agent, hosting, "drop-plan-change")
    choose = clicking(merchant, hosting, "change-plan", plan=str(plans[1].pk))
    (dropped, drop_page), (chosen, choose_page) = at_once(drop, choose)
    hosting.refresh_from_db()
    if dropped == 302:
        assert (chosen, hosting.next_plan, AGAIN in choose_page) == (200, None, True)
    else:
        assert (dropped, chosen, hosting.next_plan, AGAIN in drop_page) == (200, 302, plans[1], True)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_discount_while_somebody_cancels_makes_one_of_both(agent, merchant, hosting, _round):
    grant = clicking(agent, hosting, "discount", percent="20", invoices="3")
    cancel = clicking(merchant, hosting, "cancel-now")
    (granted, page), (canceled, _page) = at_once(grant, cancel)
    hosting.refresh_from_db()
    if canceled == 302:
        assert (granted, "This subscription ended on 1 April 2026." in page) == (409, True)
        assert (hosting.status, hosting.discount_percent) == ("canceled", 0)
    else:
        assert (granted, canceled, hosting.status, hosting.discount_percent) == (302, 200, "active", 20)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_whoever_drops_a_change_on_the_day_that_it_comes_is_too_late(agent, hosting, plans, clock, _round):
    assert clicking(agent, hosting, "change-plan", plan=str(plans[0].pk))()[0] == 302
    clock(date(2026, 4, 19))
    drop = clicking(agent, hosting, "drop-plan-change")
    clock(date(2026, 4, 20))
    (status, page), _summary = at_once(drop, lambda: due.apply(date(2026, 4, 20)))
    assert status == 302
    assert "No plan change is to come: this subscription is on Hosting · Small." in page
    assert kinds() == ["plan_changed", "plan_chosen"]
    row = Subscription.objects.get()
    assert (row.plan, row.amount, row.invoices.count()) == (plans[0], 40, 2)


def test_a_customer_who_asks_to_cancel_while_a_discount_is_granted_is_shown_it_first(alice, agent, hosting):
    address = f"/subscriptions/{hosting.number}/cancel/"
    client = signed_in(alice)
    sent = hidden_inputs(client.get(address)) | {"reason": "too_expensive"}
    assert clicking(agent, hosting, "discount", percent="20", invoices="3")()[0] == 302
    response = client.post(address, sent)
    assert response.status_code == 200
    assert "Discount: 20 % off the next 3 invoices (before: none)." in response.content.decode()
    assert confirm(client, address, reason="too_expensive").status_code == 302
