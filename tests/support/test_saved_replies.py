from datetime import date
from uuid import uuid4

import pytest

from portal_project.mail.models import OutgoingMail
from support.models import Message, SavedReply, Ticket
from support.tickets.saved_replies import unfilled, unknown
from tests.factories import started
from tests.pages import confirm, hidden_inputs

ADD = "/admin/support/savedreply/add/"


@pytest.mark.parametrize(
    ("text", "odd", "left"),
    [
        ("Hello", [], []),
        ("Hello {customer_name}, {product} ends on {end_date}.", [], ["{customer_name}", "{product}", "{end_date}"]),
        ("{Product} and { product } and {}", ["Product", " product ", ""], []),
        ("{product}{nonsense}", ["nonsense"], ["{product}"]),
        ("a { b\n} c", [], []),
    ],
)
def test_what_stands_in_braces_is_a_placeholder_or_odd(text, odd, left):
    assert unknown(text) == odd
    assert unfilled(text) == left


@pytest.fixture
def ticket(as_alice, alice, clock):
    """About a subscription that ends on 5 May 2026."""
    clock(date(2026, 4, 5))
    subscription = started(alice, date(2026, 3, 20), name="Hosting Pro")
    confirm(as_alice, f"/subscriptions/{subscription.number}/cancel/", reason="other", message="Bye.")
    return Ticket.objects.get()


def insert(client, ticket, saved, **typed):
    page = client.get(f"/admin/support/ticket/{ticket.pk}/change/")
    form = {"token": uuid4(), "seen": page.context["conversation"].last, "insert": "1", "saved": saved.pk}
    return client.post(f"/admin/support/ticket/{ticket.pk}/reply/", form | {"sends_mail": "on"} | typed)


def test_a_saved_reply_comes_after_what_was_typed_with_its_placeholders_filled_in(as_agent, ticket):
    body = "Dear {customer_name}, {product} ({subscription}) ends on {end_date}. {agent}, {merchant}, {ticket}"
    saved = SavedReply.objects.create(title="End", body=body)
    response = insert(as_agent, ticket, saved, body="I have looked.", is_internal="")
    number = ticket.subscription.number
    assert response.context["answer"]["body"].value() == (
        f"I have looked.\n\nDear Alice Ahn, Hosting Pro ({number}) ends on 5 May 2026. "
        f"Sam Support, Subscription Portal, {ticket.number}"
    )
    assert Message.objects.count() == 1


def test_inserting_keeps_the_other_choices(as_agent, ticket):
    saved = SavedReply.objects.create(title="Hello", body="Hello.")
    answer = insert(as_agent, ticket, saved, body="", is_internal="on", sends_mail="").context["answer"]
    assert (answer["is_internal"].value(), answer["body"].value()) == ("on", "Hello.")
    answer = insert(as_agent, ticket, saved, body="").context["answer"]
    assert answer["sends_mail"].value() is True


def test_what_was_inserted_can_be_sent(as_alice, as_agent, ticket):
    page = insert(as_agent, ticket, SavedReply.objects.create(title="Hello", body="Hello {customer_name}."), body="")
    typed = {"body": page.context["answer"]["body"].value(), "sends_mail": "on"}
    as_agent.post(f"/admin/support/ticket/{ticket.pk}/reply/", hidden_inputs(page) | typed)
    assert "Hello Alice Ahn." in as_alice.get(ticket.get_absolute_url()).content.decode()


def test_without_a_choice_there_is_a_sentence_and_the_text_stays(as_agent, ticket):
    SavedReply.objects.create(title="Hello", body="Hello.")
    form = {"token": uuid4(), "insert": "1", "saved": "", "body": "Typed."}
    response = as_agent.post(f"/admin/support/ticket/{ticket.pk}/reply/", form)
    assert "Choose which one to insert." in response.content.decode()
    assert response.context["answer"]["body"].value() == "Typed."


def test_a_placeholder_that_was_typed_by_hand_is_filled_in_when_it_is_sent(as_alice, as_agent, ticket):
    form = {"token": uuid4(), "body": "Dear {customer_name}, {product} ends on {end_date}.", "sends_mail": "on"}
    for _ in range(2):
        assert as_agent.post(f"/admin/support/ticket/{ticket.pk}/reply/", form).status_code == 302
    written = "Dear Alice Ahn, Hosting Pro ends on 5 May 2026."
    assert ticket.messages.last().body == written
    assert OutgoingMail.objects.get(template="support/reply").context["body"] == written


def test_a_reply_inserted_from_an_old_page_does_not_pass_over_what_was_written_meanwhile(as_alice, as_agent, ticket):
    opened = as_agent.get(f"/admin/support/ticket/{ticket.pk}/change/")
    confirm(as_alice, ticket.get_absolute_url(), body="I have solved it.")
    saved = SavedReply.objects.create(title="Hello", body="Hello.")
    reply = f"/admin/support/ticket/{ticket.pk}/reply/"
    for choice in ("", saved.pk):
        form = hidden_inputs(opened) | {"insert": "1", "saved": choice, "body": "Try this.", "sends_mail": "on"}
        inserted = as_agent.post(reply, form)
        response = as_agent.post(reply, hidden_inputs(inserted) | {"body": "Try this.", "sends_mail": "on"})
        assert "Alice Ahn wrote at " in response.content.decode()
    empty = as_agent.post(reply, hidden_inputs(opened) | {"body": ""})
    response = as_agent.post(reply, hidden_inputs(empty) | {"body": "Try this.", "sends_mail": "on"})
    assert "Alice Ahn wrote at " in response.content.decode()
    assert not ticket.messages.filter(body="Try this.").exists()


def test_a_placeholder_without_a_value_stays_and_is_not_sent(as_alice, as_agent, db):
    typed = {"type": "general", "subscription": "", "subject": "A question", "body": "How?"}
    confirm(as_alice, "/support/new/", **typed)
    ticket = Ticket.objects.get()
    page = insert(as_agent, ticket, SavedReply.objects.create(title="End", body="It is {product}."), body="")
    assert page.context["answer"]["body"].value() == "It is {product}."
    form = hidden_inputs(page) | {"body": "It is {product}.", "sends_mail": "on"}
    response = as_agent.post(f"/admin/support/ticket/{ticket.pk}/reply/", form)
    text = "There is nothing to fill in for {product} on this ticket. Write it yourself."
    assert text in response.content.decode()
    assert ticket.messages.count() == 1
    assert not OutgoingMail.objects.filter(template="support/reply").exists()


def test_other_braces_are_sent_as_they_are(as_agent, ticket):
    form = {"token": uuid4(), "body": "Put {name} in there.", "sends_mail": "on"}
    as_agent.post(f"/admin/support/ticket/{ticket.pk}/reply/", form)
    assert Message.objects.filter(body="Put {name} in there.").exists()


def test_a_saved_reply_with_an_unknown_placeholder_is_refused(as_agent):
    response = as_agent.post(ADD, {"title": "Hello", "body": "Hello {first_name}, {product}."})
    text = response.content.decode()
    assert "There is no {first_name}. There are {customer_name}, {product}, {subscription}" in text
    assert not SavedReply.objects.exists()
    as_agent.post(ADD, {"title": "Hello", "body": "Hello {customer_name}."})
    assert SavedReply.objects.get().body == "Hello {customer_name}."
