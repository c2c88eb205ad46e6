"""A customer changes the plan while somebody else, or the job, is at the same subscription: one outcome, told to whoever is late.

With threads and their own connections on PostgreSQL, because SQLite has no row locks.
"""

from datetime import date

import pytest

from subscriptions.lifecycle import due
from subscriptions.models import Invoice, Subscription, SubscriptionEvent
from tests.conftest import signed_in
from tests.factories import PlanFactory, ProductFactory, started
from tests.pages import hidden_inputs
from tests.support.test_races import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 2
AGAIN = "Nothing has been done yet: please check what will happen, and confirm again."


@pytest.fixture
def hosting(alice, clock):
    clock(date(2026, 4, 1))
    product = ProductFactory(name="Hosting", allow_plan_change=True, cancellation_mode="immediate")
    return started(alice, date(2026, 3, 20), PlanFactory(product=product))


@pytest.fixture
def plans(hosting):
    return [
        PlanFactory(product=hosting.product, name=name, amount=40, is_open_to_change=True)
        for name in ("Small", "Smaller")
    ]


def clicking(user, subscription, verb, **typed):
    """The click of somebody who has seen what it leads to; returns the answer, and what the person reads in the end."""
    client, address = signed_in(user), f"/subscriptions/{subscription.number}/{verb}/"
    sent = hidden_inputs(client.post(address, typed | {"preview": "1"})) | typed

    def click():
        response = client.post(address, sent)
        page = client.get(response.url) if response.status_code == 302 else response
        return response.status_code, " ".join(page.content.decode().split())

    return click


def kinds():
    return sorted(SubscriptionEvent.objects.exclude(kind__in=["started", "renewed"]).values_list("kind", flat=True))


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_two_choices_at_once_one_is_made_and_the_second_sees_it(alice, hosting, plans, _round):
    answers = at_once(*[clicking(alice, hosting, "plan", plan=str(plan.pk)) for plan in plans])
    hosting.refresh_from_db()
    assert sorted(status for status, _page in answers) == [200, 302]
    [page] = [page for status, page in answers if status == 200]
    assert AGAIN in page
    assert f"This takes the place of another change of plan: {hosting.next_plan.name}, €40.00 / month" in page
    assert kinds() == ["plan_chosen"]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_same_choice_sent_twice_at_once_is_made_once(alice, hosting, plans, _round):
    answers = at_once(*[clicking(alice, hosting, "plan", plan=str(plans[0].pk)) for _ in range(2)])
    assert [status for status, _page in answers] == [302, 302]
    assert sum("This subscription already changes to Hosting · Small." in page for _status, page in answers) == 1
    assert kinds() == ["plan_chosen"]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_choice_while_it_is_canceled_makes_one_of_both(alice, hosting, plans, _round):
    choose, cancel = clicking(alice, hosting, "plan", plan=str(plans[0].pk)), clicking(alice, hosting, "cancel")
    (chosen, page), (canceled, _page) = at_once(choose, cancel)
    hosting.refresh_from_db()
    if canceled == 302 and chosen == 409:
        assert "This subscription ended on 1 April 2026." in page
        assert (hosting.status, hosting.next_plan, kinds()) == ("canceled", None, ["canceled"])
    else:
        # The choice came first; whoever cancels is shown it, or it changes nothing of the end.
        assert chosen == 302
        assert (hosting.status == "canceled") == (canceled == 302)
        assert (hosting.next_plan is None) == (canceled == 302)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_choice_on_the_day_of_a_bill_meets_what_the_job_has_billed(alice, hosting, plans, clock, _round):
    """Whoever is first, the day's bill is at the old price, and the new plan comes with the next."""
    clock(date(2026, 4, 20))
    choose = clicking(alice, hosting, "plan", plan=str(plans[0].pk))
    (status, _page), _summary = at_once(choose, lambda: due.apply(date(2026, 4, 20)))
    assert status == 302
    due.apply(date(2026, 5, 20))
    assert list(Invoice.objects.order_by("covers_from").values_list("amount", flat=True)) == [100, 100, 40]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_choice_a_cancellation_and_the_job_at_once_leave_one_bill_for_each_day(alice, hosting, plans, clock, _round):
    clock(date(2026, 4, 20))
    choose, cancel = clicking(alice, hosting, "plan", plan=str(plans[0].pk)), clicking(alice, hosting, "cancel")
    (chosen, _page), (canceled, _other), _summary = at_once(choose, cancel, lambda: due.apply(date(2026, 4, 20)))
    row = Subscription.objects.get()
    assert chosen in (302, 409)
    assert (chosen == 409) <= (row.status == "canceled") == (canceled == 302)
    live = Invoice.objects.exclude(status="void").order_by("covers_from")
    assert len({bill.covers_from for bill in live}) == len(live)
    assert all(bill.amount == 100 for bill in Invoice.objects.all())
    assert (row.next_plan is not None) == (row.status == "active" and chosen == 302)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_choice_is_dropped_or_comes_but_not_both(alice, hosting, plans, clock, _round):
    assert clicking(alice, hosting, "plan", plan=str(plans[0].pk))()[0] == 302
    clock(date(2026, 4, 19))
    drop = clicking(alice, hosting, "drop-plan-change")
    clock(date(2026, 4, 20))
    (status, page), _summary = at_once(drop, lambda: due.apply(date(2026, 4, 20)))
    assert status == 302
    assert "No plan change is to come: this subscription is on Hosting · Small." in page
    assert kinds() == ["plan_changed", "plan_chosen"]
