from datetime import date

import pytest

from portal_project.mail.models import OutgoingMail
from subscriptions.models import SubscriptionEvent
from support.models import CancellationRequest, Ticket
from tests.factories import started
from tests.pages import confirm, hidden_inputs, receipt


@pytest.fixture
def hosting(alice, clock):
    clock(date(2026, 4, 5))
    return started(alice, date(2026, 3, 20), cancellation_mode="immediate")


def page(subscription):
    return f"/subscriptions/{subscription.number}/cancel/"


def test_it_ends_today_without_a_ticket(as_alice, hosting):
    given = receipt(confirm(as_alice, page(hosting)))
    hosting.refresh_from_db()
    assert (hosting.status, hosting.canceled_on, hosting.due_on) == ("canceled", date(2026, 4, 5), None)
    assert not Ticket.objects.exists()
    assert (given.kind, given.ticket, given.effective_on) == ("canceled", "", date(2026, 4, 5))


def test_the_invoice_that_it_voids_says_by_whom_and_when(as_alice, alice, clock):
    clock(date(2026, 4, 5))
    subscription = started(alice, date(2026, 4, 5), cancellation_mode="immediate")
    confirm(as_alice, page(subscription))
    invoice = subscription.invoices.get()
    assert (invoice.status, invoice.settled_by, invoice.settled_at.date()) == ("void", alice, date(2026, 4, 5))


def test_the_page_says_that_nothing_is_refunded(as_alice, hosting):
    text = as_alice.get(page(hosting)).content.decode()
    assert "refund" in text
    assert "20 April 2026" in text


def test_a_double_submit_ends_it_once(as_alice, hosting):
    form = hidden_inputs(as_alice.get(page(hosting)))
    first, second = [receipt(as_alice.post(page(hosting), form)) for _ in range(2)]
    assert first == second
    assert SubscriptionEvent.objects.filter(kind="canceled").count() == 1
    assert OutgoingMail.objects.count() == 1


def test_a_form_of_the_other_mode_does_nothing_and_says_what_changed(as_alice, hosting):
    form = hidden_inputs(as_alice.get(page(hosting)))
    hosting.product.cancellation_mode = "request"
    hosting.product.save()
    response = as_alice.post(page(hosting), form | {"reason": "too_expensive", "message": "It costs too much."})
    text = response.content.decode()
    assert "Canceling now has a notice period." in text
    assert "It costs too much." in text
    assert not CancellationRequest.objects.exists()
    hosting.refresh_from_db()
    assert hosting.status == "active"


def test_where_canceling_is_off_a_hand_made_post_is_a_403(as_alice, hosting):
    form = hidden_inputs(as_alice.get(page(hosting)))
    hosting.product.allow_cancel = False
    hosting.product.save()
    response = as_alice.post(page(hosting), form)
    assert response.status_code == 403
    assert f"Canceling is not offered here for {hosting.product}." in response.content.decode()
    hosting.refresh_from_db()
    assert hosting.status == "active"
