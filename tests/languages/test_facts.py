"""What is kept is worded in the language of whoever reads it, whatever the one was in which it was written."""

from datetime import date
from uuid import uuid4

import pytest

from portal_project.mail.models import OutgoingMail
from portal_project.mail.rendering import render, subject
from subscriptions.models import LinkedService
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
