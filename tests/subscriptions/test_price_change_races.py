"""A merchant changes the price while the customer cancels, or the job bills: one outcome, told to whoever is late.

With threads and their own connections on PostgreSQL, because SQLite has no row locks.
"""

from datetime import date

import pytest

from subscriptions.lifecycle import due
from subscriptions.models import Invoice, Subscription, SubscriptionEvent
from support.models import CancellationRequest
from tests.conftest import signed_in
from tests.factories import PlanFactory, ProductFactory, started
from tests.pages import hidden_inputs
from tests.support.test_races import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 3


@pytest.fixture
def hosting(alice, clock):
    clock(date(2026, 4, 1))
    return started(alice, date(2026, 3, 20), PlanFactory(product=ProductFactory(notice_days=45)))


def clicking(user, address, **typed):
    """The click of somebody who has seen what it leads to; returns the answer's status and what the person reads."""
    client = signed_in(user)
    sent = hidden_inputs(client.post(address, typed | {"preview": "1"})) | typed

    def click():
        response = client.post(address, sent)
        page = client.get(response.url) if response.status_code == 302 else response
        return response.status_code, " ".join(page.content.decode().split())

    return click


def changing(merchant, subscription, amount="120"):
    return clicking(merchant, f"/admin/subscriptions/subscription/{subscription.pk}/change-price/", amount=amount)


def canceling(subscription):
    return clicking(subscription.customer, f"/subscriptions/{subscription.number}/cancel/", reason="other", message="")


def kinds():
    return list(SubscriptionEvent.objects.exclude(kind__in=["started", "renewed"]).values_list("kind", flat=True))


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_who_cancels_meanwhile_is_told_no_other_price_or_sees_it_first(merchant, hosting, _round):
    (_changed, page), (canceled, seen) = at_once(changing(merchant, hosting), canceling(hosting))
    row = Subscription.objects.get()
    if row.new_amount is None:
        # The cancellation came first.
        assert kinds() == ["cancellation_scheduled"]
        assert canceled == 302
        assert "This subscription ends on" in page
    else:
        # The price came first; the bills of the notice stay as they were announced, or the customer looks again.
        assert kinds()[-1] == "price_announced"
        assert (canceled == 302) == CancellationRequest.objects.exists()
        assert canceled == 302 or "Nothing has been done yet" in seen
    due.apply(date(2026, 5, 20))
    if CancellationRequest.objects.exists():
        assert set(Invoice.objects.values_list("subscription__amount", flat=True)) == {100}


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_prices_at_once_are_one_and_the_second_merchant_sees_it(merchant, hosting, _round):
    answers = at_once(*[changing(merchant, hosting, amount) for amount in ("120", "130")])
    assert sorted(status for status, _page in answers) == [200, 302]
    assert kinds() == ["price_announced"]
    [page] = [page for status, page in answers if status == 200]
    assert "This takes the place of another price change:" in page


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_on_the_day_of_a_bill_whoever_is_first_the_days_bill_has_the_old_price(merchant, hosting, clock, _round):
    clock(date(2026, 4, 20))
    (status, _page), _summary = at_once(changing(merchant, hosting), lambda: due.apply(date(2026, 4, 20)))
    assert status == 302
    due.apply(date(2026, 5, 20))
    assert list(Invoice.objects.order_by("covers_from").values_list("amount", flat=True)) == [100, 100, 120]
