"""A file holds all that a search finds, where a page looks no further than anybody reads."""

from datetime import date
from uuid import uuid4

import pytest

from portal_project.accounts.models import InvoicedParty
from support.models import Ticket
from support.tickets.opening import open_ticket, reply
from tests.exports.reading import download
from tests.factories import UserFactory

TODAY = date(2026, 4, 5)


@pytest.fixture(autouse=True)
def _few_are_read(monkeypatch, clock):
    clock(TODAY)
    for module in ("support.admin.customers", "support.queue.search"):
        monkeypatch.setattr(f"{module}.MOST", 2)


def opened(customer, subject="A question", body="Why?"):
    asked = {"kind": "general", "subject": subject, "body": body, "subscription": None}
    return open_ticket(customer=customer, token=uuid4(), today=TODAY, **asked)


def test_customers(as_agent):
    named = [UserFactory(name=f"Zoë Zanzibar {each}") for each in range(4)]
    of_company = [UserFactory(name=f"Somebody {each}") for each in range(4)]
    for each in of_company:
        InvoicedParty.objects.create(user=each, kind="business", company="Zanzibar B.V.")
    UserFactory(name="Somebody else")
    page = as_agent.get("/admin/accounts/customer/", {"q": "zanzibar"})
    assert len(page.context["cl"].result_list) == 4
    lines = download(as_agent, "accounts.customer", q="zanzibar")
    assert [line["number"] for line in lines] == [each.number for each in (of_company[::-1] + named[::-1])]


def test_tickets(as_agent, alice, bob):
    zoe = UserFactory(name="Zoë Zanzibar")
    of_subject = [opened(alice, subject=f"About Zanzibar {each}") for each in range(3)]
    of_customer = [opened(zoe) for _each in range(3)]
    of_message = [opened(bob, body="To Zanzibar.") for _each in range(3)]
    reply(of_message[0], author=bob, body="Zanzibar again", token=uuid4(), today=TODAY)
    opened(alice)
    page = as_agent.get("/admin/support/ticket/", {"q": "zanzibar"})
    assert len(page.context["rows"]) == 6
    lines = download(as_agent, "support.ticket", q="zanzibar", status="open")
    expected = [*of_subject, *of_customer, *of_message][::-1]
    assert [line["ticket"] for line in lines] == [each.number for each in expected]


def test_a_number_and_signs_alone_find_what_they_find_on_the_page(as_agent, alice, bob):
    tickets = [opened(alice) for _each in range(3)]
    opened(bob)
    assert [line["ticket"] for line in download(as_agent, "support.ticket", q=tickets[0].number)] == [tickets[0].number]
    assert len(download(as_agent, "support.ticket", q=alice.number)) == 3
    assert [line["number"] for line in download(as_agent, "accounts.customer", q=bob.number)] == [bob.number]
    for name in ("support.ticket", "accounts.customer"):
        assert download(as_agent, name, q="!!!") == []
    assert Ticket.objects.count() == 4
