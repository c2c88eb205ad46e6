from datetime import date

import pytest

from subscriptions.lifecycle.unit_of_work import changing_one
from subscriptions.models import Channel, Subscription, SubscriptionEvent
from tests.factories import started
from tests.pages import confirm, receipt


@pytest.fixture
def paused(alice, clock):
    """Billed until 20 April, paused on the 5th."""
    clock(date(2026, 4, 5))
    subscription = started(alice, date(2026, 3, 20))
    with changing_one(Subscription.objects.all(), today=date(2026, 4, 5), by=alice, channel=Channel.PORTAL) as row:
        row.pause(date(2026, 4, 5), own=True)
    subscription.refresh_from_db()
    return subscription


def page(subscription):
    return f"/subscriptions/{subscription.number}/resume/"


def test_resuming_within_the_billed_days_costs_nothing(as_alice, paused, clock):
    clock(date(2026, 4, 10))
    confirm(as_alice, page(paused))
    paused.refresh_from_db()
    assert (paused.status, paused.period_end, paused.invoices.count()) == ("active", date(2026, 4, 20), 1)


def test_resuming_later_bills_the_days_up_to_the_billing_day_as_announced(as_alice, paused, clock):
    clock(date(2026, 5, 10))
    assert "€33.33" in as_alice.get(page(paused)).content.decode()
    confirm(as_alice, page(paused))
    assert str(paused.invoices.first().amount) == "33.330"


def test_a_paused_customer_may_return_whatever_the_product_now_offers(as_alice, paused):
    paused.product.allow_pause = paused.product.allow_cancel = False
    paused.product.save()
    confirm(as_alice, page(paused))
    paused.refresh_from_db()
    assert paused.status == "active"


def test_resuming_what_runs_already_leads_to_the_receipt_of_the_first_time(as_alice, paused):
    first = receipt(confirm(as_alice, page(paused)))
    assert receipt(as_alice.post(page(paused))) == first
    assert SubscriptionEvent.objects.filter(kind="resumed").count() == 1


def test_a_pause_in_notice_is_not_resumed_before_the_withdrawal(as_alice, paused):
    confirm(as_alice, f"/subscriptions/{paused.number}/cancel/", reason="not_needed")
    response = as_alice.get(page(paused))
    assert response.status_code == 409
    assert "Withdraw the cancellation first." in response.content.decode()


def test_the_page_is_already_right_before_the_job_has_run(as_alice, paused, clock):
    confirm(as_alice, f"/subscriptions/{paused.number}/resume-date/", resumes_on="")
    with changing_one(Subscription.objects.all(), today=date(2026, 4, 6), channel=Channel.ADMIN) as row:
        row.change_resume_date(date(2026, 4, 6), date(2026, 4, 8))
    clock(date(2026, 4, 9))
    assert 'data-status="active"' in as_alice.get(paused.get_absolute_url()).content.decode()
    paused.refresh_from_db()
    assert paused.status == "paused"
