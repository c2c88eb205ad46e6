"""Somebody takes an alternative and does something else at the same moment: one outcome, and the other is told.

With threads and their own connections on PostgreSQL, because SQLite has no row locks.
"""

import pytest

from subscriptions.models import SubscriptionEvent
from support.models import AcceptedAlternative, AlternativeShowing, CancellationRequest
from tests.conftest import signed_in
from tests.factories import started
from tests.support.test_alternatives import address, canceling, hosting, merchant, offer
from tests.support.test_races import at_once, prepared

__all__ = ["hosting"]
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 2


def events():
    return sorted(SubscriptionEvent.objects.exclude(kind__in=["started", "renewed"]).values_list("kind", flat=True))


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_accepting_and_asking_to_cancel_one_is_done(alice, hosting, _round):
    discount = offer(hosting, "discount", percent=20, invoices=3)
    codes = at_once(
        prepared(signed_in(alice), address(hosting, discount)),
        prepared(signed_in(alice), canceling(hosting), reason="other", message=""),
    )
    accepted, asked = AcceptedAlternative.objects.count(), CancellationRequest.objects.count()
    assert (accepted, asked) in [(1, 0), (0, 1)]
    # Whoever asks after accepting sees the page again, with the discount; whoever accepts after asking is led to the end.
    assert codes == ([302, 200] if accepted else [302, 302])
    assert events() == ["discount_granted" if accepted else "cancellation_scheduled"]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_several_clicks_accept_once(alice, hosting, _round):
    pause = offer(hosting, pause_days=30)
    codes = at_once(*[prepared(signed_in(alice), address(hosting, pause)) for _ in range(3)])
    assert codes == [302] * 3
    assert (AcceptedAlternative.objects.count(), events()) == (1, ["paused"])


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_pause_and_the_pause_that_is_offered_make_one(alice, hosting, _round):
    type(hosting.product).objects.update(max_pauses_per_year=1)
    pause = offer(hosting, pause_days=30)
    own = prepared(signed_in(alice), f"/subscriptions/{hosting.number}/pause/", resumes_on="")
    assert at_once(own, prepared(signed_in(alice), address(hosting, pause))) == [302, 302]
    hosting.refresh_from_db()
    assert events() == ["paused"]
    assert AcceptedAlternative.objects.count() == (1 if hosting.resumes_on else 0)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_two_alternatives_one_is_taken_also_for_two_subscriptions(alice, hosting, _round):
    other = started(alice, hosting.started_on, hosting.plan)
    discount, pause = offer(hosting, "discount", percent=20, invoices=3), offer(hosting, pause_days=30)
    codes = at_once(
        prepared(signed_in(alice), address(hosting, discount)),
        prepared(signed_in(alice), address(hosting, pause)),
        prepared(signed_in(alice), address(other, pause)),
    )
    assert sorted(codes) == [302, 409, 409]
    assert (AcceptedAlternative.objects.count(), len(events())) == (1, 1)


def test_opened_in_several_windows_at_once_it_counts_once(alice, hosting):
    merchant(comparison_percent=0)
    offer(hosting, pause_days=30)
    clients = [signed_in(alice) for _ in range(4)]
    codes = at_once(*[lambda client=client: client.get(canceling(hosting)).status_code for client in clients])
    assert (codes, AlternativeShowing.objects.count()) == ([200] * 4, 1)
