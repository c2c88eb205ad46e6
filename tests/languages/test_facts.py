"""What is kept is worded in the language of whoever reads it, whatever the one was in which it was written."""

from datetime import date
from uuid import uuid4

import pytest

from portal_project.accounts.models import InvoicedParty, Merchant
from portal_project.mail.models import OutgoingMail
from portal_project.mail.rendering import render, subject
from portal_project.receipts.models import Receipt
from products.models import CancellationReason
from subscriptions.models import Invoice, LinkedService
from support.models import CancellationRequest, Ticket, TicketEvent, WindDownStep
from support.tickets.opening import reply
from tests.conftest import signed_in
from tests.factories import started
from tests.pages import confirm


@pytest.fixture
def subscription(alice, clock):
    clock(date(2026, 4, 5))
    return started(alice, date(2026, 3, 20), name="Hosting")


def reading(user, language):
    type(user).objects.filter(pk=user.pk).update(language=language)
    return signed_in(user)


def text_of(response):
    return response.content.decode()


def test_why_the_promised_end_is_that_day(alice, subscription, as_agent):
    confirm(reading(alice, "nl"), f"/subscriptions/{subscription.number}/cancel/", reason="other")
    page = f"/subscriptions/{subscription.number}/"
    assert "30 dagen opzegtermijn vanaf 5 april 2026 loopt tot 5 mei 2026" in text_of(reading(alice, "nl").get(page))
    english = "30 days’ notice from 5 April 2026 ends on 5 May 2026"
    assert english in text_of(reading(alice, "en").get(page))
    ticket = CancellationRequest.objects.get().ticket_id
    assert english in text_of(as_agent.get(f"/admin/support/ticket/{ticket}/change/"))


def test_what_a_ticket_is_about_where_nobody_typed_it(alice, subscription, as_agent, agent):
    reading(agent, "nl")
    confirm(reading(alice, "nl"), f"/subscriptions/{subscription.number}/cancel/", reason="other")
    ticket = Ticket.objects.get()
    for page in ("/support/", f"/support/{ticket.number}/"):
        assert "Hosting opzeggen" in text_of(reading(alice, "nl").get(page))
        assert "Cancel Hosting" in text_of(reading(alice, "en").get(page))
    # The admin is English, and staff find it by English words.
    assert "Cancel Hosting" in text_of(as_agent.get("/admin/support/ticket/?search=cancel+hosting"))
    reading(alice, "nl")
    reply(ticket, author=agent, body="Why?", token=uuid4(), today=date(2026, 4, 5))
    assert "Hosting opzeggen" in subject(OutgoingMail.objects.get(template="support/reply"))


def test_the_reasons_that_an_installation_starts_with(alice, subscription, agent):
    CancellationReason.objects.filter(code="switching").update(label="Ik stap over")
    page = f"/subscriptions/{subscription.number}/cancel/"
    assert "Te duur" in text_of(reading(alice, "nl").get(page))
    assert "Ik stap over" in text_of(reading(alice, "en").get(page))
    confirm(reading(alice, "nl"), page, reason="too_expensive")
    request = CancellationRequest.objects.get()
    assert request.reason_label == "Too expensive"
    assert ["Reden", "Te duur"] in Receipt.objects.get().facts
    assert "Te duur" in text_of(reading(alice, "nl").get(f"/support/{request.ticket.number}/"))
    told = OutgoingMail.objects.get(template="support/staff_request", recipient=agent.email)
    assert "Reason: Too expensive" in render(told).text


def test_what_became_of_a_ticket(alice, subscription, agent):
    confirm(reading(alice, "nl"), f"/subscriptions/{subscription.number}/cancel/", reason="other")
    confirm(reading(alice, "nl"), f"/subscriptions/{subscription.number}/withdraw/")
    ticket = Ticket.objects.get()
    assert set(TicketEvent.objects.values_list("kind", "old", "new")) == {("status", "open", "closed")}
    assert "Status: Gesloten" in text_of(reading(alice, "nl").get(f"/support/{ticket.number}/"))
    assert "Status: Closed" in text_of(reading(alice, "en").get(f"/support/{ticket.number}/"))


def test_what_does_not_come_back_in_the_mail_about_it(alice, subscription, as_merchant, clock):
    service = LinkedService.objects.create(subscription=subscription, kind="domain", name="ahn.example")
    confirm(reading(alice, "nl"), f"/subscriptions/{subscription.number}/cancel/", reason="other")
    step = {"what": "Delete", "made_on": date(2026, 4, 5), "due_on": date(2026, 4, 5), "done_at": "2026-04-05T12:00Z"}
    WindDownStep.objects.create(service=service, task="planned", can_be_undone=False, **step)
    confirm(as_merchant, f"/admin/subscriptions/subscription/{subscription.pk}/withdraw/")
    mail = OutgoingMail.objects.get(template="support/request_withdrawn")
    assert (mail.language, "op 5 april 2026 gedaan" in render(mail).text) == ("nl", True)


def test_what_a_customer_writes_is_marked_with_the_language_that_they_read(alice, agent, as_agent):
    confirm(reading(alice, "nl"), "/support/new/", type="general", subject="Vraag", body="Waar is het?")
    ticket = Ticket.objects.get()
    reply(ticket, author=agent, body="Here.", token=uuid4(), today=date(2026, 4, 5))
    for page in (
        reading(alice, "en").get(f"/support/{ticket.number}/"),
        as_agent.get(f"/admin/support/ticket/{ticket.pk}/change/"),
    ):
        assert '<div lang="nl" dir="auto"><p>Waar is het?</p></div>' in text_of(page)
        assert '<div dir="auto"><p>Here.</p></div>' in text_of(page)


def test_an_invoice_names_countries_in_the_language_of_who_buys(alice, bob, clock):
    clock(date(2026, 4, 5))
    Merchant(pk=1, name="Birch", country="DE").save()
    for user, language in ((alice, "nl"), (bob, "")):
        InvoicedParty.objects.create(user=user, city="Utrecht", country="NL")
        reading(user, language)
        user.refresh_from_db()
        started(user, date(2026, 4, 5))
    printed = {invoice.subscription.customer: (invoice.seller, invoice.buyer) for invoice in Invoice.objects.all()}
    assert [("Duitsland" in printed[alice][0]), ("Nederland\n" in printed[alice][1])] == [True, True]
    assert [("Germany" in printed[bob][0]), ("Netherlands\n" in printed[bob][1])] == [True, True]
