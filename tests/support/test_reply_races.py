"""Several people at one ticket at the same moment, on PostgreSQL."""

from uuid import uuid4

import pytest

from portal_project.mail.models import OutgoingMail
from support.models import Ticket, TicketEvent
from tests.conftest import signed_in
from tests.pages import confirm, hidden_inputs
from tests.support.test_races import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
TYPED = {"type": "general", "subscription": "", "subject": "A question", "body": "How do I…?"}


@pytest.fixture
def ticket(as_alice):
    confirm(as_alice, "/support/new/", **TYPED)
    return Ticket.objects.get()


def answering(person, ticket, body):
    """The click on a page that was opened before the race."""
    client, url = signed_in(person), f"/admin/support/ticket/{ticket.pk}/"
    form = hidden_inputs(client.get(f"{url}change/")) | {"body": body, "sends_mail": "on"}
    return lambda: client.post(f"{url}reply/", form)


def test_of_two_answers_one_is_sent_and_the_other_one_sees_it_first(agent, merchant, ticket):
    acts = [answering(agent, ticket, "From Sam."), answering(merchant, ticket, "From Mia.")]
    responses = at_once(*acts)
    assert sorted(response.status_code for response in responses) == [200, 302]
    told = next(response for response in responses if response.status_code == 200)
    assert ", while you were writing." in told.content.decode()
    assert [message.body for message in told.context["news"]] == [ticket.messages.last().body]
    assert ticket.messages.count() == 2
    assert OutgoingMail.objects.filter(template="support/reply").count() == 1


def test_one_answer_sent_many_times_at_once_is_one(agent, ticket):
    act = answering(agent, ticket, "Once.")
    assert [response.status_code for response in at_once(*[act] * 4)] == [302] * 4
    assert ticket.messages.filter(body="Once.").count() == 1
    assert OutgoingMail.objects.filter(template="support/reply").count() == 1


def test_one_new_ticket_sent_many_times_at_once_is_one(alice):
    clients, token = [signed_in(alice) for _ in range(4)], uuid4()
    acts = [lambda client=client: client.post("/support/new/", TYPED | {"token": token}) for client in clients]
    assert len({response.url for response in at_once(*acts)}) == 1
    assert Ticket.objects.get().messages.count() == 1


def test_the_customer_who_writes_while_staff_finish_the_ticket_is_heard(alice, agent, ticket):
    client, staff = signed_in(alice), signed_in(agent)
    written = hidden_inputs(client.get(ticket.get_absolute_url())) | {"body": "One more thing."}
    page = f"/admin/support/ticket/{ticket.pk}/change/"
    finished = hidden_inputs(staff.get(page)) | {"status": "resolved", "priority": 2, "assignee": ""}
    at_once(lambda: client.post(ticket.get_absolute_url(), written), lambda: staff.post(page, finished))
    ticket.refresh_from_db()
    assert ticket.messages.count() == 2
    # Whoever came last has decided, and nothing is half done.
    assert (ticket.status, ticket.act_by is None) in [("open", False), ("resolved", True)]
    changes = list(ticket.events.filter(kind=TicketEvent.Kind.STATUS).values_list("new", flat=True))
    assert changes in (["resolved"], ["resolved", "open"])


def test_two_windows_opened_at_once_are_one_look(alice, ticket):
    clients = [signed_in(alice) for _ in range(4)]
    at_once(*[lambda client=client: client.get(ticket.get_absolute_url()) for client in clients])
    assert ticket.events.filter(kind=TicketEvent.Kind.VIEWED).count() == 1
