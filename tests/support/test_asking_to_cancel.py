"""Customers who ask for a cancellation in the support form: where it leads, and that nothing they typed gets lost."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from support.models import Attachment, Ticket
from tests.conftest import signed_in
from tests.factories import started
from tests.pages import confirm

NEW = "/support/new/"
TYPED = {"type": "cancel", "subject": "I am leaving", "body": "It was nice."}
BOTH = "I am leaving\n\nIt was nice."


@pytest.fixture
def hosting(alice, clock):
    clock(date(2026, 4, 5))
    return started(alice, date(2026, 3, 20))


def ask(client, subscription, **typed):
    return confirm(client, NEW, **(TYPED | {"subscription": subscription.number} | typed))


def cancel_page(subscription):
    return f"/subscriptions/{subscription.number}/cancel/"


def test_subject_and_message_come_along_to_the_cancel_page_uncut(as_alice, hosting):
    body = "word " * 1900 + "end"
    assert ask(as_alice, hosting, body=body).url == cancel_page(hosting)
    message = as_alice.get(cancel_page(hosting)).context["form"]["message"].value()
    assert message == f"I am leaving\n\n{body}"
    confirm(as_alice, cancel_page(hosting), reason="other", message=message)
    assert Ticket.objects.get().messages.get().body == message


def test_once_the_request_is_made_the_text_is_forgotten(as_alice, hosting):
    ask(as_alice, hosting)
    confirm(as_alice, cancel_page(hosting), reason="", message=BOTH)
    assert as_alice.get(cancel_page(hosting)).context["form"]["message"].value() == BOTH
    confirm(as_alice, cancel_page(hosting), reason="other", message=BOTH)
    confirm(as_alice, f"/subscriptions/{hosting.number}/withdraw/")
    assert not as_alice.get(cancel_page(hosting)).context["form"]["message"].value()


def test_where_an_end_was_requested_before_its_ticket_opens_with_the_text_as_a_reply(as_alice, hosting):
    confirm(as_alice, cancel_page(hosting), reason="other")
    ticket = Ticket.objects.get()
    assert ask(as_alice, hosting).url == ticket.get_absolute_url()
    page = as_alice.get(ticket.get_absolute_url())
    assert "Nothing has been sent yet: your text is below, as a reply." in page.content.decode()
    assert page.context["form"]["body"].value() == BOTH
    assert (Ticket.objects.count(), ticket.messages.count()) == (1, 0)
    confirm(as_alice, ticket.get_absolute_url(), body=BOTH)
    assert ticket.messages.get().body == BOTH
    assert not as_alice.get(ticket.get_absolute_url()).context["form"]["body"].value()


def test_files_that_cannot_come_along_are_told_of(as_alice, hosting):
    ask(as_alice, hosting, files=[SimpleUploadedFile("log.txt", b"One line.\n")])
    assert "Your files are not kept." in as_alice.get(cancel_page(hosting)).content.decode()
    confirm(as_alice, cancel_page(hosting), reason="other")
    ask(as_alice, hosting, files=[SimpleUploadedFile("log.txt", b"One line.\n")])
    page = as_alice.get(Ticket.objects.get().get_absolute_url()).content.decode()
    assert "Choose your file again: a browser does not keep it." in page


def test_about_a_subscription_that_has_ended_it_is_a_plain_ticket(as_alice, alice, hosting, clock):
    confirm(as_alice, cancel_page(hosting), reason="other")
    clock(date(2026, 5, 5))
    call_command("apply_due")
    client = signed_in(alice)
    response = ask(client, hosting)
    ticket = Ticket.objects.get(subject="I am leaving")
    assert response.url == ticket.get_absolute_url()
    assert (ticket.type, ticket.subscription, ticket.messages.get().body) == ("cancel", hosting, "It was nice.")


def test_where_canceling_takes_effect_at_once_the_ticket_is_made_and_the_cancel_page_opens(as_alice, alice, clock):
    clock(date(2026, 4, 5))
    subscription = started(alice, date(2026, 3, 20), cancellation_mode="immediate")
    response = ask(as_alice, subscription, files=[SimpleUploadedFile("log.txt", b"One line.\n")])
    assert response.url == cancel_page(subscription)
    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.messages.get().body) == ("I am leaving", "It was nice.")
    assert Attachment.objects.count() == 1
    page = as_alice.get(response.url).content.decode()
    assert f"We have received your request {ticket.number}." in page
    assert "You can cancel it yourself here, at once." in page
    subscription.refresh_from_db()
    assert subscription.status == "active"
