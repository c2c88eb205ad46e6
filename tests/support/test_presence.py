"""Who of the staff has a ticket open or is answering it, and who took it."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from support.models import Ticket, TicketEvent, TicketPresence
from tests.conftest import signed_in
from tests.factories import UserFactory
from tests.pages import confirm, hidden_inputs
from tests.support.test_races import at_once
from tests.support.test_ticket_page import TYPED, answer, page_of, text_of

OPEN, WRITING = "Sam Support has this ticket open.", "Sam Support is writing an answer."


@pytest.fixture
def ticket(as_alice, clock):
    clock(date(2026, 4, 14))
    confirm(as_alice, "/support/new/", **TYPED)
    return Ticket.objects.get()


def beat(client, ticket, **sent):
    return client.post(page_of(ticket, "presence"), sent)


def seen(client, ticket):
    """Whom the page names."""
    return [(each.name, each.is_writing) for each in client.get(page_of(ticket)).context["colleagues"]]


def after(**time):
    return time_machine.travel(timezone.now() + timedelta(**time), tick=False)


def take(client, ticket, page=None, **typed):
    """Press the button of a page that was opened before, or just now."""
    page = page or client.get(page_of(ticket))
    whose = page.context["ticket"].assignee_id
    return client.post(page_of(ticket), hidden_inputs(page) | {"take": whose or ""} | typed, follow=True)


def test_a_colleague_who_has_it_open_is_named_for_two_minutes(as_agent, as_merchant, ticket):
    assert seen(as_agent, ticket) == []
    assert OPEN in text_of(as_merchant.get(page_of(ticket)))
    assert seen(as_agent, ticket) == [("Mia Merchant", False)]
    with after(seconds=119):
        assert OPEN in text_of(beat(as_merchant, ticket))
    with after(seconds=121):
        assert OPEN not in text_of(beat(as_merchant, ticket))


def test_the_page_that_stays_open_says_so_again_and_again(as_agent, as_merchant, ticket):
    as_agent.get(page_of(ticket))
    with after(seconds=100):
        beat(as_agent, ticket)
    with after(seconds=200):
        assert text_of(beat(as_merchant, ticket)).strip().endswith("has this ticket open. </p>")


def test_whoever_types_is_said_to_write_until_they_stop_or_send(as_agent, as_merchant, ticket):
    page = as_agent.get(page_of(ticket))
    beat(as_agent, ticket, writing="1")
    assert WRITING in text_of(as_merchant.get(page_of(ticket)))
    with after(seconds=100):
        # Still open, and nothing was typed since.
        beat(as_agent, ticket)
        assert WRITING in text_of(beat(as_merchant, ticket))
    with after(seconds=130):
        assert OPEN in text_of(beat(as_merchant, ticket))
    beat(as_agent, ticket, writing="1")
    as_agent.get(answer(as_agent, ticket, page, body="Try this.").url)
    assert OPEN in text_of(beat(as_merchant, ticket))


def test_the_page_that_is_open_says_what_others_did_meanwhile(as_agent, as_merchant, ticket):
    far = as_agent.get(page_of(ticket)).context["seen"]
    assert "Your text is kept" not in text_of(beat(as_agent, ticket, seen=str(far)))
    answer(as_merchant, ticket, body="From Mia.")
    assert "Mia Merchant answered at 12:00. Your text is kept" in text_of(beat(as_agent, ticket, seen=str(far)))
    assert "Your text is kept" not in text_of(beat(as_merchant, ticket, seen=str(far)))
    assert beat(as_agent, ticket, seen="x\u200b" * 50_000).status_code == 200


def test_one_is_no_colleague_of_oneself_and_another_ticket_is_another(as_agent, as_merchant, as_alice, ticket):
    confirm(as_alice, "/support/new/", **(TYPED | {"subject": "Another"}))
    other = Ticket.objects.exclude(pk=ticket.pk).get()
    as_agent.get(page_of(other))
    assert seen(as_merchant, ticket) == []
    assert seen(as_agent, other) == []


def test_customers_never_learn_of_it(as_agent, as_alice, ticket):
    beat(as_agent, ticket, writing="1")
    assert "Sam" not in as_alice.get(ticket.get_absolute_url()).content.decode()


@pytest.mark.parametrize(("who", "status"), [("agent", 200), ("merchant", 200), ("nobody", 403)])
def test_whoever_may_see_tickets_gives_the_sign(agent, merchant, ticket, who, status):
    people = {"agent": agent, "merchant": merchant, "nobody": UserFactory(is_staff=True)}
    client = signed_in(people[who])
    assert beat(client, ticket).status_code == status
    assert TicketPresence.objects.count() == (status == 200)
    assert client.get(page_of(ticket, "presence")).status_code == 405


def test_nobody_else_gets_there_and_a_ticket_that_is_none_has_no_page(as_alice, as_agent, ticket):
    for client in (as_alice, Client()):
        assert beat(client, ticket).status_code == 302
    assert not TicketPresence.objects.exists()
    assert as_agent.post("/admin/support/ticket/999999/presence/").status_code == 404
    assert as_agent.post(f"/admin/support/ticket/{10**30}/presence/").status_code == 404
    assert beat(as_agent, ticket, writing="\0" * 99).status_code in (200, 404)


def test_the_job_forgets_who_had_it_open(as_agent, ticket, capsys):
    as_agent.get(page_of(ticket))
    call_command("apply_due")
    assert TicketPresence.objects.exists()
    with after(minutes=2):
        call_command("apply_due")
    assert not TicketPresence.objects.exists()


def test_a_sign_costs_as_much_with_many_colleagues(as_agent, ticket):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            assert beat(as_agent, ticket).status_code == 200
        return len(captured)

    asked()
    few = asked()
    for _ in range(5):
        TicketPresence.objects.create(ticket=ticket, person=UserFactory(is_staff=True), seen_at=timezone.now())
    # Session, person, permissions; the ticket, the sign, the colleagues.
    assert asked() == few == 6


def test_who_took_it_and_when_stands_above_it(as_agent, as_merchant, agent, ticket):
    page = as_agent.get(page_of(ticket))
    assert "Nobody has taken it." in text_of(page)
    assert "The ticket is yours." in text_of(take(as_agent, ticket, page))
    ticket.refresh_from_db()
    assert ticket.assignee == agent
    assert "Sam Support took it on 14 April 2026, 12:00." in text_of(as_merchant.get(page_of(ticket)))
    assert 'name="take"' not in text_of(as_agent.get(page_of(ticket)))
    assert TicketEvent.objects.filter(kind="assignee", actor=agent).count() == 1


def test_who_gave_it_to_whom_stands_there_too(as_agent, as_merchant, agent, ticket):
    page = as_merchant.get(page_of(ticket))
    as_merchant.post(page_of(ticket), hidden_inputs(page) | {"status": "open", "priority": 2, "assignee": agent.pk})
    assert "Sam Support got it on 14 April 2026, 12:00 from Mia Merchant." in text_of(as_agent.get(page_of(ticket)))


def test_one_that_a_colleague_took_meanwhile_is_not_taken_away_unseen(as_agent, as_merchant, agent, merchant, ticket):
    opened = as_merchant.get(page_of(ticket))
    take(as_agent, ticket)
    page = take(as_merchant, ticket, opened, body="Half a sentence")
    assert "Nothing is changed: Sam Support took it on 14 April 2026, 12:00." in text_of(page)
    assert "Half a sentence" in text_of(page)
    ticket.refresh_from_db()
    assert ticket.assignee == agent
    assert "Take over" in text_of(page)
    take(as_merchant, ticket)
    ticket.refresh_from_db()
    assert ticket.assignee == merchant


def test_taking_it_twice_is_taking_it_once(as_agent, agent, ticket):
    page = as_agent.get(page_of(ticket))
    take(as_agent, ticket, page)
    assert "The ticket is yours." in text_of(take(as_agent, ticket, page))
    assert TicketEvent.objects.filter(kind="assignee").count() == 1


@pytest.mark.parametrize("odd", ["\u200b", "x" * 100_000, "-1", "999999999999999999999"])
def test_a_made_up_button_takes_nothing_away(as_agent, as_merchant, agent, ticket, odd):
    take(as_agent, ticket)
    assert as_merchant.post(page_of(ticket), {"take": odd}).status_code == 302
    ticket.refresh_from_db()
    assert ticket.assignee == agent


def test_a_finished_ticket_is_nobodys_to_take(as_agent, ticket):
    Ticket.objects.update(status="resolved", act_by=None)
    assert 'name="take"' not in text_of(as_agent.get(page_of(ticket)))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_it_at_once_one_has_it(agent, merchant, ticket):
    clients = [signed_in(person) for person in (agent, merchant)]
    pages = [(client, hidden_inputs(client.get(page_of(ticket)))) for client in clients]
    acts = [
        lambda c=client, sent=sent: c.post(page_of(ticket), sent | {"take": ""}, follow=True) for client, sent in pages
    ]
    told = [text_of(page) for page in at_once(*acts)]
    assert sorted("The ticket is yours." in text for text in told) == [False, True]
    assert TicketEvent.objects.filter(kind="assignee").count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_signs_of_one_person_at_once_are_one(agent, ticket):
    clients = [signed_in(agent) for _ in range(4)]
    acts = [lambda c=client: beat(c, ticket, writing="1").status_code for client in clients]
    assert at_once(*acts) == [200] * 4
    assert TicketPresence.objects.count() == 1
