from datetime import date

import pytest

from portal_project.mail.models import OutgoingMail
from portal_project.receipts.models import Receipt
from subscriptions.models import SubscriptionEvent
from support.models import CancellationRequest, Ticket
from tests.factories import started
from tests.pages import confirm, hidden_inputs, receipt


@pytest.fixture
def in_notice(as_alice, alice, clock):
    clock(date(2026, 4, 1))
    subscription = started(alice, date(2026, 3, 20))
    confirm(as_alice, f"/subscriptions/{subscription.number}/cancel/", reason="switching")
    subscription.refresh_from_db()
    return subscription


def page(subscription):
    return f"/subscriptions/{subscription.number}/withdraw/"


def test_the_subscription_goes_on_and_the_ticket_is_closed(as_alice, alice, in_notice):
    confirm(as_alice, page(in_notice))
    in_notice.refresh_from_db()
    assert (in_notice.status, in_notice.cancels_on) == ("active", None)
    request = CancellationRequest.objects.get()
    assert (request.decision, request.decided_by) == ("withdrawn", alice)
    assert Ticket.objects.get().status == "closed"
    assert Receipt.objects.get(kind="cancellation_withdrawn").person == alice
    assert not OutgoingMail.objects.filter(template="support/request_withdrawn").exists()


def test_it_is_offered_whatever_the_switches_say(as_alice, in_notice):
    in_notice.product.allow_cancel = False
    in_notice.product.save()
    confirm(as_alice, page(in_notice))
    in_notice.refresh_from_db()
    assert in_notice.cancels_on is None


def test_it_is_too_late_on_the_day_of_the_end(as_alice, in_notice, clock):
    form = hidden_inputs(as_alice.get(page(in_notice)))
    clock(date(2026, 5, 1))
    response = as_alice.post(page(in_notice), form)
    assert response.status_code == 409
    assert "This subscription ended on 1 May 2026." in response.content.decode()


def test_who_comes_after_staff_have_canceled_reads_what_was_decided(as_alice, as_agent, in_notice, clock):
    form = hidden_inputs(as_alice.get(page(in_notice)))
    clock(date(2026, 4, 9))
    confirm(as_agent, f"/admin/subscriptions/subscription/{in_notice.pk}/cancel-now/")
    response = as_alice.post(page(in_notice), form)
    assert response.status_code == 409
    text = response.content.decode()
    assert "This subscription ended on 9 April 2026." in text
    assert "The request of 1 April 2026 was decided on 9 April 2026: Ended early." in text


def test_a_double_submit_withdraws_once(as_alice, in_notice):
    form = hidden_inputs(as_alice.get(page(in_notice)))
    first, second = [receipt(as_alice.post(page(in_notice), form)) for _ in range(2)]
    assert first == second
    assert SubscriptionEvent.objects.filter(kind="cancellation_withdrawn").count() == 1


def test_asking_again_makes_a_new_request(as_alice, in_notice):
    confirm(as_alice, page(in_notice))
    confirm(as_alice, f"/subscriptions/{in_notice.number}/cancel/", reason="other")
    assert CancellationRequest.objects.count() == Ticket.objects.count() == 2
