"""Whoever agreed to stay and asks again within 30 days keeps the date of the first request."""

from datetime import date

import pytest

from subscriptions.lifecycle import due
from subscriptions.models import Invoice, Subscription
from support.models import CancellationRequest
from tests.conftest import signed_in
from tests.factories import started
from tests.pages import confirm, hidden_inputs


@pytest.fixture
def kept(as_alice, as_agent, alice, clock):
    """Billed from 20 March; asked on 1 April, for 1 May; kept on 9 April, as agreed on 8 April."""
    clock(date(2026, 4, 1))
    subscription = started(alice, date(2026, 3, 20))
    confirm(as_alice, ask(subscription), reason="switching")
    clock(date(2026, 4, 9))
    keep(as_agent, subscription, "2026-04-08")
    return Subscription.objects.get()


def ask(subscription):
    return f"/subscriptions/{subscription.number}/cancel/"


def keep(client, subscription, on):
    page = f"/admin/subscriptions/subscription/{subscription.pk}/keep-active/"
    assert confirm(client, page, agreement="By phone", agreed_on=on).status_code == 302


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("asks_on", "ends_on", "why"),
    [
        (date(2026, 4, 9), date(2026, 5, 1), "the date of then, 1 May 2026, still holds."),
        (date(2026, 5, 1), date(2026, 5, 1), "the date of then, 1 May 2026, still holds."),
        (date(2026, 5, 2), date(2026, 5, 20), "so it ends when the billed days are over, on 20 May 2026."),
        (date(2026, 5, 9), date(2026, 5, 20), "so it ends when the billed days are over, on 20 May 2026."),
        (date(2026, 5, 10), date(2026, 6, 9), "30 days’ notice from 10 May 2026 ends on 9 June 2026"),
    ],
)
def test_the_date_and_its_reason(alice, kept, clock, asks_on, ends_on, why):
    clock(asks_on)
    client = signed_in(alice)
    shown = client.get(ask(kept)).content.decode()
    assert why in shown
    confirm(client, ask(kept), reason="other")
    kept.refresh_from_db()
    assert (kept.canceled_on or kept.cancels_on) == ends_on
    request = CancellationRequest.objects.first()
    assert request.promised_on == ends_on
    assert why in request.why


def test_the_sentence_names_both_days(alice, kept, clock):
    clock(date(2026, 4, 15))
    assert (
        "You asked on 1 April 2026, and agreed on 8 April 2026 to stay; the date of then, 1 May 2026, still holds."
        in signed_in(alice).get(ask(kept)).content.decode()
    )


def test_a_second_keep_hands_the_date_on(alice, as_agent, kept, clock):
    clock(date(2026, 4, 15))
    confirm(signed_in(alice), ask(kept), reason="other")
    keep(as_agent, kept, "2026-04-15")
    clock(date(2026, 4, 25))
    confirm(signed_in(alice), ask(kept), reason="other")
    kept.refresh_from_db()
    assert kept.cancels_on == date(2026, 5, 1)


def test_a_withdrawal_hands_nothing_on(as_alice, alice, clock):
    clock(date(2026, 4, 1))
    subscription = started(alice, date(2026, 3, 20))
    confirm(as_alice, ask(subscription), reason="other")
    confirm(as_alice, f"/subscriptions/{subscription.number}/withdraw/")
    clock(date(2026, 4, 9))
    confirm(signed_in(alice), ask(subscription), reason="other")
    subscription.refresh_from_db()
    assert subscription.cancels_on == date(2026, 5, 9)


def test_a_shorter_notice_since_then_is_better_than_the_first_date(alice, kept, clock):
    kept.product.notice_days = 5
    kept.product.save()
    clock(date(2026, 4, 10))
    confirm(signed_in(alice), ask(kept), reason="other")
    kept.refresh_from_db()
    assert kept.cancels_on == date(2026, 4, 20)


@pytest.fixture
def billed_beyond(alice, kept, clock):
    """Billed again on 20 April, until 20 May; today is 25 April."""
    due.apply(date(2026, 4, 20))
    clock(date(2026, 4, 25))
    return signed_in(alice)


def test_an_open_invoice_beyond_the_date_is_replaced_on_the_day_of_the_end(billed_beyond, kept):
    told = "The open invoice over €100.00 for 20 April to 19 May 2026 becomes void when it ends"
    instead = "instead, €36.67 is billed for 20 to 30 April 2026"
    page = billed_beyond.get(ask(kept)).content.decode()
    assert told in page
    assert instead in page
    confirm(billed_beyond, ask(kept), reason="other")
    page = billed_beyond.get(kept.get_absolute_url()).content.decode()
    assert told in page
    assert instead in page
    due.apply(date(2026, 4, 30))
    assert not Invoice.objects.filter(status="void").exists()
    due.apply(date(2026, 5, 1))
    live = Invoice.objects.exclude(status="void").order_by("covers_from")
    assert list(live.values_list("covers_from", "covers_to")) == [
        (date(2026, 3, 20), date(2026, 4, 20)),
        (date(2026, 4, 20), date(2026, 5, 1)),
    ]
    assert str(live.last().amount) == "36.670"
    assert (live.last().issued_on, live.last().number) == (date(2026, 5, 1), 3)
    assert Invoice.objects.get(status="void").covers_to == date(2026, 5, 20)


def test_a_paid_invoice_beyond_the_date_stays_and_the_page_says_so(billed_beyond, kept):
    Invoice.objects.filter(covers_from=date(2026, 4, 20)).update(status="paid", paid_on=date(2026, 4, 22))
    text = billed_beyond.get(ask(kept)).content.decode()
    assert "The invoice over €100.00 for 20 April to 19 May 2026 is paid and stays" in text
    confirm(billed_beyond, ask(kept), reason="other")
    due.apply(date(2026, 5, 1))
    assert list(Invoice.objects.values_list("status", flat=True)) == ["paid", "open"]


def test_a_payment_since_the_page_was_shown_brings_it_again(billed_beyond, kept):
    form = hidden_inputs(billed_beyond.get(ask(kept))) | {"reason": "other", "message": "My own words."}
    Invoice.objects.filter(covers_from=date(2026, 4, 20)).update(status="paid", paid_on=date(2026, 4, 22))
    text = billed_beyond.post(ask(kept), form).content.decode()
    assert "Invoices for days after the end: none (before: €100.00 becomes €36.67)." in text
    assert "My own words." in text
    assert CancellationRequest.objects.undecided().count() == 0


def test_ending_it_at_once_in_such_a_notice_costs_no_more_than_waiting(as_agent, billed_beyond, kept):
    confirm(billed_beyond, ask(kept), reason="other")
    page = f"/admin/subscriptions/subscription/{kept.pk}/cancel-now/"
    assert "instead, €36.67 is billed for 20 to 30 April 2026" in as_agent.get(page).content.decode()
    confirm(as_agent, page)
    live = Invoice.objects.exclude(status="void").order_by("covers_from")
    assert live.last().covers_to == date(2026, 5, 1)
    assert str(live.last().amount) == "36.670"


def test_withdrawing_leaves_the_invoice_as_it_is(billed_beyond, kept):
    confirm(billed_beyond, ask(kept), reason="other")
    confirm(billed_beyond, f"/subscriptions/{kept.number}/withdraw/")
    due.apply(date(2026, 5, 20))
    assert not Invoice.objects.filter(status="void").exists()
