"""An open offer while everybody acts at once: one outcome, no half of it, and whoever came second is told.

With threads and their own connections on PostgreSQL, because SQLite has no row locks.
"""

from datetime import date

import pytest

from portal_project.mail.models import OutgoingMail
from portal_project.receipts.models import Receipt
from subscriptions.lifecycle import due
from subscriptions.models import SubscriptionEvent
from support.cancellations.decisions import TICKET_ENDS
from support.jobs import follow_up
from support.models import CancellationRequest, Offer, Ticket, TicketEvent
from tests.conftest import signed_in
from tests.pages import hidden_inputs
from tests.support.test_offers import AGREED, HALF, MONTH, desk, hosting, offer, page_of, shown, states
from tests.support.test_races import address, admin, at_once, prepared, told

__all__ = ["hosting"]
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 2

WON = {
    "offer_accepted": "The discount is yours.",
    "withdrawn": "The cancellation is withdrawn.",
    "canceled_now": "The subscription has ended.",
    "kept": "The subscription goes on.",
}
LOST = [
    "This offer lapsed on 5 April 2026.",
    "This offer was replaced by another on 5 April 2026",
    "The request of 5 April 2026 was decided on 5 April 2026",
    "This subscription ended on 5 April 2026.",
    "Scheduled end: none (before: 5 May 2026).",
]


def offering(staff, **typed):
    """The click on an offer whose effect was seen before the race."""
    client = signed_in(staff)
    return sending(client, desk("offer"), hidden_inputs(shown(client, **typed)) | typed)


def sending(client, url, sent):
    """The click, and what the person reads in the end."""

    def click():
        response = client.post(url, sent)
        read = client.get(response.url) if response.status_code == 302 else response
        return response.status_code, read.content.decode()

    return click


def job(day):
    due.apply(day)
    follow_up.run(day)


def discounts():
    return SubscriptionEvent.objects.filter(kind="discount_granted").count()


@pytest.mark.parametrize("_round", range(ROUNDS + 1))
def test_of_all_that_may_become_of_it_one_thing_does(alice, agent, merchant, as_agent, hosting, _round):
    """The customer accepts, and withdraws in another window; staff cancel, keep and offer something else; the job runs."""
    offer(as_agent, **HALF)
    clicks = {
        "offer_accepted": told(signed_in(alice), page_of(hosting)),
        "withdrawn": told(signed_in(alice), address(hosting, "withdraw")),
        "canceled_now": told(signed_in(agent), admin(hosting, "cancel-now")),
        "kept": told(signed_in(merchant), admin(hosting, "keep-active"), **AGREED),
        "another": offering(merchant, **MONTH),
    }
    *answers, _none = at_once(*clicks.values(), lambda: job(date(2026, 4, 5)))
    read = dict(zip(clicks, answers, strict=True))
    decision = CancellationRequest.objects.get().decision
    status, page = read.pop(decision)
    assert status == 302
    assert WON[decision] in page
    made_another = Offer.objects.count() == 2
    status, page = read.pop("another")
    assert (status, "The offer is made." in page) == ((302, True) if made_another else (status, False))
    for late_status, late_page in [*read.values(), *([] if made_another else [(status, page)])]:
        assert late_status in (200, 302, 409)
        assert any(sentence in late_page for sentence in LOST), late_page
    last = "accepted" if decision == "offer_accepted" else "lapsed"
    assert states() == (["replaced", "lapsed"] if made_another else [last])
    hosting.refresh_from_db()
    assert (hosting.status, hosting.cancels_on) == ("canceled" if decision == "canceled_now" else "active", None)
    granted = int(decision == "offer_accepted")
    assert (discounts(), hosting.discount_invoices_left) == (granted, 3 * granted)
    kinds = ["cancellation_withdrawn", "canceled"]
    assert SubscriptionEvent.objects.filter(kind__in=kinds).count() == 1
    assert Ticket.objects.get().status == TICKET_ENDS[decision]
    assert TicketEvent.objects.filter(kind="status").count() == 1
    assert Receipt.objects.filter(kind="offer").count() == granted
    assert OutgoingMail.objects.filter(template="support/offer_made").count() == 1 + made_another


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_several_clicks_accept_it_once(alice, as_agent, hosting, _round):
    offer(as_agent, **HALF)
    answers = at_once(*[told(signed_in(alice), page_of(hosting)) for _ in range(3)])
    assert [status for status, _page in answers] == [302] * 3
    assert sorted("This offer was accepted on 5 April 2026." in page for _status, page in answers) == [
        False,
        True,
        True,
    ]
    assert (states(), discounts()) == (["accepted"], 1)
    assert Receipt.objects.filter(kind="offer").count() == 1
    assert TicketEvent.objects.filter(kind="status").count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_while_it_is_accepted_another_takes_its_place_or_is_refused(alice, merchant, as_agent, hosting, _round):
    offer(as_agent, **HALF)
    accepted, offered = at_once(told(signed_in(alice), page_of(hosting)), offering(merchant, **MONTH))
    request = CancellationRequest.objects.get()
    hosting.refresh_from_db()
    if request.decision:
        assert (request.decision, states(), hosting.cancels_on) == ("offer_accepted", ["accepted"], None)
        assert "was decided on 5 April 2026: Offer accepted." in offered[1]
    else:
        assert (states(), hosting.cancels_on) == (["replaced", "open"], date(2026, 5, 5))
        assert accepted[0] == 409
        assert "This offer was replaced by another on 5 April 2026" in accepted[1]
    assert discounts() == (1 if request.decision else 0)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_it_is_accepted_or_taken_back(alice, agent, as_agent, hosting, _round):
    offer(as_agent, **HALF)
    back = desk(f"take-back/{Offer.objects.get().pk}")
    accepted, taken = at_once(told(signed_in(alice), page_of(hosting)), sending(signed_in(agent), back, {}))
    decision = CancellationRequest.objects.get().decision
    if decision:
        assert (decision, states(), discounts()) == ("offer_accepted", ["accepted"], 1)
        assert "This offer was accepted on 5 April 2026." in taken[1]
    else:
        assert (states(), discounts()) == (["withdrawn"], 0)
        assert "This offer was taken back on 5 April 2026." in accepted[1]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_two_of_staff_one_makes_it_and_the_other_sees_it_first(agent, merchant, hosting, _round):
    answers = at_once(offering(agent, **HALF), offering(merchant, **MONTH))
    assert sorted(status for status, _page in answers) == [200, 302]
    assert ["The offer is made." in page for _status, page in answers] == [status == 302 for status, _page in answers]
    assert any("Look at the ticket first; nothing has been done yet." in page for _status, page in answers)
    assert states() == ["open"]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_form_sent_twice_at_once_makes_one(agent, hosting, _round):
    sent = hidden_inputs(shown(signed_in(agent), **HALF)) | HALF
    answers = at_once(*[sending(signed_in(agent), desk("offer"), sent) for _ in range(2)])
    assert [status for status, _page in answers] == [302, 302]
    assert states() == ["open"]
    assert OutgoingMail.objects.filter(template="support/offer_made").count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_on_the_day_of_the_end_it_is_too_late(alice, as_agent, hosting, clock, _round):
    """The page was opened the day before, and is sent while two runs of the job end the subscription."""
    offer(as_agent, **HALF)
    clock(date(2026, 5, 4))
    accept = prepared(signed_in(alice), page_of(hosting))
    clock(date(2026, 5, 5))
    code, _first, _second = at_once(accept, lambda: job(date(2026, 5, 5)), lambda: job(date(2026, 5, 5)))
    job(date(2026, 5, 5))
    hosting.refresh_from_db()
    assert (code, hosting.status, discounts()) == (409, "canceled", 0)
    assert (CancellationRequest.objects.get().decision, states()) == ("ended", ["lapsed"])
    assert SubscriptionEvent.objects.filter(kind="canceled").count() == 1
