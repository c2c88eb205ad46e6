"""Where somebody is led who asks for what is so already."""

from datetime import date

import pytest

from subscriptions.lifecycle import due
from tests.factories import started
from tests.pages import confirm, hidden_inputs, receipt


@pytest.fixture
def subscription(clock, alice):
    """Since 1 March, €100.00 a month."""
    clock(date(2026, 3, 10))
    return started(alice, date(2026, 3, 1))


def page(subscription, action):
    return f"/subscriptions/{subscription.number}/{action}/"


def test_who_sends_a_form_once_more_reads_the_receipt_of_the_first_time(as_alice, subscription):
    form = hidden_inputs(as_alice.get(page(subscription, "pause")))
    given = receipt(as_alice.post(page(subscription, "pause"), form))
    assert as_alice.post(page(subscription, "pause"), form).url == given.get_absolute_url()


def test_who_only_opens_the_page_reads_how_the_subscription_stands(as_alice, subscription):
    confirm(as_alice, page(subscription, "pause"))
    assert as_alice.get(page(subscription, "pause")).url == subscription.get_absolute_url()


def test_what_a_date_has_done_since_is_told_by_no_receipt(as_alice, subscription, clock):
    until = {"length": "day", "resumes_on": "2026-04-08"}
    shown = as_alice.post(page(subscription, "pause"), until | {"preview": "1"})
    receipt(as_alice.post(page(subscription, "pause"), hidden_inputs(shown) | until))
    form = hidden_inputs(as_alice.get(page(subscription, "resume")))
    clock(date(2026, 4, 9))
    due.apply(date(2026, 4, 9))
    assert as_alice.post(page(subscription, "resume"), form).url == subscription.get_absolute_url()
