"""What staff send from a page that was opened before a colleague answered, decided or offered is stopped once, and kept."""

from datetime import date

import pytest

from portal_project.mail.models import OutgoingMail
from support.models import CancellationRequest, Message, Offer, Ticket, TicketEvent
from tests.conftest import signed_in
from tests.factories import PlanFactory, started
from tests.pages import confirm, hidden_inputs
from tests.support.test_races import at_once
from tests.support.test_ticket_page import answer, page_of, text_of

AGREED = {"agreement": "By phone: stays.", "agreed_on": "2026-04-05"}
TWENTY = {"kind": "discount", "percent": 20, "invoices": 2}
WRITING = "while you were writing. Look first; nothing has been sent yet. Send again to send it anyway."
HOLDING = (
    "while you had this page open. Look at the ticket first; nothing has been done yet. Confirm again to do it anyway."
)


@pytest.fixture
def ticket(as_alice, alice, clock):
    """Of a request to cancel, made on 5 April 2026 at noon."""
    clock(date(2026, 4, 5))
    subscription = started(alice, date(2026, 3, 20), PlanFactory(amount=100))
    confirm(as_alice, f"/subscriptions/{subscription.number}/cancel/", reason="other", message="Sorry!")
    return Ticket.objects.get()


def act_page(ticket, verb):
    return f"/admin/subscriptions/subscription/{ticket.subscription_id}/{verb}/"


def send(client, address, page, **typed):
    return client.post(address, hidden_inputs(page) | typed)


def keep(client, ticket, page=None):
    address = act_page(ticket, "keep-active")
    return send(client, address, page or client.get(address), **AGREED)


def offer(client, ticket, page=None, **typed):
    """From a page that was opened before, whose effect is shown again before it is sent."""
    address, chosen = page_of(ticket, "offer"), TWENTY | typed
    shown = send(client, address, page or client.get(address), **chosen, preview="1")
    return send(client, address, shown, **chosen)


def decision():
    return CancellationRequest.objects.get().decision


def test_an_answer_says_who_answered_when_and_goes_out_when_sent_again(as_agent, as_merchant, ticket):
    opened = as_merchant.get(page_of(ticket))
    answer(as_agent, ticket, body="From Sam.")
    stopped = answer(as_merchant, ticket, opened, body="From Mia.")
    assert f"Sam Support answered at 12:00, {WRITING}" in text_of(stopped)
    assert stopped.context["answer"]["body"].value() == "From Mia."
    assert not Message.objects.filter(body="From Mia.").exists()
    answer(as_merchant, ticket, stopped, body="From Mia.")
    assert Message.objects.filter(body="From Mia.").exists()


def test_an_answer_after_a_colleagues_decision_is_stopped_too(as_agent, as_merchant, ticket):
    opened = as_agent.get(page_of(ticket))
    assert keep(as_merchant, ticket).status_code == 302
    stopped = answer(as_agent, ticket, opened, body="We are sorry to see you go.")
    assert f"Mia Merchant set it to “Rejected” at 12:00, {WRITING}" in text_of(stopped)
    # Of what was decided since, the page shows all.
    assert "By phone: stays." in text_of(stopped)
    assert not OutgoingMail.objects.filter(template="support/reply").exists()
    assert answer(as_agent, ticket, stopped, body="Good that you stay.").status_code == 302


def test_an_answer_after_a_colleagues_offer_is_stopped_too(as_agent, as_merchant, ticket):
    opened = as_agent.get(page_of(ticket))
    assert offer(as_merchant, ticket).status_code == 302
    stopped = answer(as_agent, ticket, opened, body="Nothing to be done.")
    assert f"Mia Merchant offered “20 % off the next 2 invoices” at 12:00, {WRITING}" in text_of(stopped)
    assert answer(as_agent, ticket, stopped, body="As my colleague offers.").status_code == 302


def test_what_the_customer_decided_is_told_too_and_what_was_long_ago_with_its_day(
    as_alice, as_agent, agent, ticket, clock
):
    opened = as_agent.get(page_of(ticket))
    confirm(as_alice, f"/subscriptions/{ticket.subscription.number}/withdraw/")
    clock(date(2026, 4, 7))
    stopped = answer(signed_in(agent), ticket, opened, body="Goodbye.")
    assert f"Alice Ahn set it to “Closed” on 5 April 2026, 12:00, {WRITING}" in text_of(stopped)


def test_what_several_did_is_told_in_order_and_each_thing_once(as_alice, as_agent, as_merchant, ticket):
    opened = as_agent.get(page_of(ticket))
    answer(as_merchant, ticket, body="A note.", is_internal="on")
    answer(as_merchant, ticket, body="Another note.", is_internal="on")
    confirm(as_alice, ticket.get_absolute_url(), body="Hello?")
    text = text_of(answer(as_agent, ticket, opened, body="Hello."))
    assert f"Alice Ahn wrote at 12:00; Mia Merchant wrote a note at 12:00, {WRITING}" in text


def test_what_leaves_the_ticket_open_stops_nobody(as_agent, as_merchant, agent, ticket):
    opened = as_agent.get(page_of(ticket))
    sorting = {"status": "in_review", "priority": 4, "assignee": agent.pk}
    send(as_merchant, page_of(ticket), as_merchant.get(page_of(ticket)), **sorting)
    assert TicketEvent.objects.count() == 3
    assert answer(as_agent, ticket, opened, body="Hello.").status_code == 302


def test_ones_own_decision_in_another_window_is_no_news(as_merchant, ticket):
    opened = as_merchant.get(page_of(ticket))
    keep(as_merchant, ticket)
    assert answer(as_merchant, ticket, opened, body="As we said by phone.").status_code == 302


@pytest.mark.parametrize("verb", ["keep-active", "withdraw", "cancel-now"])
def test_a_decision_from_a_page_that_was_open_before_an_answer_is_stopped_once(as_agent, as_merchant, ticket, verb):
    typed = AGREED if verb == "keep-active" else {}
    opened = as_merchant.get(act_page(ticket, verb))
    answer(as_agent, ticket, body="We let you go.")
    stopped = send(as_merchant, act_page(ticket, verb), opened, **typed)
    assert (stopped.status_code, decision()) == (200, "")
    assert f"Sam Support answered at 12:00, {HOLDING}" in text_of(stopped)
    if typed:
        assert "By phone: stays." in text_of(stopped)
    assert send(as_merchant, act_page(ticket, verb), stopped, **typed).status_code == 302
    assert decision() != ""


def test_an_offer_from_a_page_that_was_open_before_a_colleagues_is_stopped_once(as_agent, as_merchant, ticket):
    opened = as_merchant.get(page_of(ticket, "offer"))
    offer(as_agent, ticket)
    stopped = offer(as_merchant, ticket, opened, percent=30)
    assert f"Sam Support offered “20 % off the next 2 invoices” at 12:00, {HOLDING}" in text_of(stopped)
    assert Offer.objects.count() == 1
    assert send(as_merchant, page_of(ticket, "offer"), stopped, **TWENTY | {"percent": 30}).status_code == 302
    assert list(Offer.objects.order_by("pk").values_list("percent", "state")) == [(20, "replaced"), (30, "open")]


def test_turning_a_ticket_that_was_answered_meanwhile_is_stopped_once(as_alice, as_agent, as_merchant, alice, clock):
    clock(date(2026, 4, 5))
    subscription = started(alice, date(2026, 3, 20))
    sent = {"type": "billing", "subject": "Stop", "body": "I want to leave.", "subscription": subscription.number}
    confirm(as_alice, "/support/new/", **sent)
    plain = Ticket.objects.get()
    address, typed = page_of(plain, "turn-into-request"), {"asked_on": "2026-04-05", "reason": "other"}
    opened = as_merchant.get(address)
    answer(as_agent, plain, body="Are you sure?")
    stopped = send(as_merchant, address, opened, **typed)
    assert f"Sam Support answered at 12:00, {HOLDING}" in text_of(stopped)
    assert not CancellationRequest.objects.exists()
    assert send(as_merchant, address, stopped, **typed).status_code == 302


def test_one_who_decided_before_is_still_told_by_the_decision_itself(as_agent, as_merchant, ticket):
    opened = as_merchant.get(act_page(ticket, "withdraw"))
    keep(as_agent, ticket)
    told = send(as_merchant, act_page(ticket, "withdraw"), opened)
    assert "The request of 5 April 2026 was decided on 5 April 2026: Kept" in text_of(as_merchant.get(told.url))


def test_customers_are_not_stopped_and_learn_nothing_of_notes(as_alice, as_agent, ticket):
    address = f"/subscriptions/{ticket.subscription.number}/withdraw/"
    opened = as_alice.get(address)
    assert 'name="seen"' not in text_of(opened)
    answer(as_agent, ticket, body="Between us.", is_internal="on")
    assert send(as_alice, address, opened, seen="0.0.0").status_code == 302
    assert decision() == "withdrawn"


@pytest.mark.parametrize(
    "odd", ["", "x", "1", "1.2", "1.2.3.4", "-1.0.0", "9" * 30 + ".0.0", "\u0661.0.0", "1.0.0\u200b", "a" * 100_000]
)
def test_a_page_that_does_not_say_how_far_it_goes_asks_for_no_check(as_agent, as_merchant, ticket, odd):
    opened, page = as_merchant.get(page_of(ticket)), as_merchant.get(act_page(ticket, "keep-active"))
    answer(as_agent, ticket, body="From Sam.")
    assert answer(as_merchant, ticket, opened, body="From Mia.", seen=odd).status_code == 302
    assert send(as_merchant, act_page(ticket, "keep-active"), page, **AGREED, seen=odd).status_code == 302


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(3))
def test_of_an_answer_and_a_decision_at_once_one_is_done_and_the_other_stopped(agent, merchant, ticket, _round):
    sam, mia = signed_in(agent), signed_in(merchant)
    answering, keeping = sam.get(page_of(ticket)), mia.get(act_page(ticket, "keep-active"))
    acts = [lambda: answer(sam, ticket, answering, body="We let you go."), lambda: keep(mia, ticket, keeping)]
    answered, kept = at_once(*acts)
    assert sorted([answered.status_code, kept.status_code]) == [200, 302]
    assert Message.objects.filter(body="We let you go.").exists() == (answered.status_code == 302)
    assert decision() == ("kept" if kept.status_code == 302 else "")
