"""A form that comes a second time, as after going back in the browser: what is new in it is neither lost nor told as done."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal_project.mail.models import OutgoingMail
from support.models import Attachment, Message, Ticket
from tests.conftest import signed_in
from tests.pages import confirm, hidden_inputs

NEW = "/support/new/"
TYPED = {"type": "general", "subscription": "", "subject": "A question", "body": "How do I…?"}
TOLD = "This page had been sent before. Send your new text once more."
CHOOSE_AGAIN = "Choose your file again: a browser does not keep it."


@pytest.fixture
def ticket(as_alice):
    confirm(as_alice, NEW, **TYPED)
    return Ticket.objects.get()


def file(content=b"One line.\n"):
    return SimpleUploadedFile("log.txt", content)


def reply_of(ticket):
    return f"/admin/support/ticket/{ticket.pk}/reply/"


@pytest.mark.parametrize(
    "other", [{"type": "billing"}, {"subject": "Another"}, {"body": "And why…?"}], ids=["type", "subject", "body"]
)
def test_another_new_ticket_from_the_same_page_is_shown_again_and_can_be_sent(as_alice, db, other):
    form = hidden_inputs(as_alice.get(NEW)) | TYPED
    as_alice.post(NEW, form)
    again = as_alice.post(NEW, form | other)
    assert TOLD in again.content.decode()
    assert {name: again.context["form"][name].value() for name in TYPED} == TYPED | other
    assert Ticket.objects.count() == 1
    as_alice.post(NEW, hidden_inputs(again) | TYPED | other)
    assert Ticket.objects.filter(**{name: other[name] for name in other if name != "body"}).exists()
    assert [message.body for message in Message.objects.all()] == ["How do I…?", other.get("body", "How do I…?")]


def test_files_that_come_with_the_second_time_have_to_be_chosen_again(as_alice, db):
    form = hidden_inputs(as_alice.get(NEW)) | TYPED
    as_alice.post(NEW, form)
    page = as_alice.post(NEW, form | {"files": [file()]}).content.decode()
    assert TOLD in page
    assert CHOOSE_AGAIN in page
    assert not Attachment.objects.exists()


def test_the_same_ticket_with_the_same_files_twice_is_one(as_alice, db):
    form = hidden_inputs(as_alice.get(NEW)) | TYPED
    answers = [as_alice.post(NEW, form | {"files": [file()]}) for _ in range(2)]
    assert answers[0].url == answers[1].url == Ticket.objects.get().get_absolute_url()
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [([], [b"One.\n"]), ([b"One.\n"], [b"Other.\n"]), ([b"One.\n"], [b"One.\n", b"Two.\n"]), ([b"One.\n"], [])],
)
def test_a_reply_with_the_same_text_and_other_files_is_not_taken_for_the_first(as_alice, ticket, first, second):
    form = hidden_inputs(as_alice.get(ticket.get_absolute_url())) | {"body": "See here."}
    as_alice.post(ticket.get_absolute_url(), form | {"files": [file(content) for content in first]})
    again = as_alice.post(ticket.get_absolute_url(), form | {"files": [file(content) for content in second]})
    assert TOLD in again.content.decode()
    assert again.context["form"]["body"].value() == "See here."
    assert Attachment.objects.count() == len(first)
    as_alice.post(
        ticket.get_absolute_url(),
        hidden_inputs(again) | {"body": "See here.", "files": [file(content) for content in second]},
    )
    assert Attachment.objects.count() == len(first) + len(second)


def test_a_reply_of_staff_with_the_same_text_and_new_files_is_shown_again(as_agent, ticket):
    form = {"token": uuid4(), "body": "See here.", "sends_mail": "on"}
    as_agent.post(reply_of(ticket), form)
    again = as_agent.post(reply_of(ticket), form | {"files": [file()]})
    assert TOLD in again.content.decode()
    assert CHOOSE_AGAIN in again.content.decode()
    assert not Attachment.objects.exists()


def test_a_note_sent_again_as_a_reply_is_not_told_as_sent(as_agent, ticket):
    form = {"token": uuid4(), "body": "Like this.", "sends_mail": "on"}
    as_agent.post(reply_of(ticket), form | {"is_internal": "on"})
    again = as_agent.post(reply_of(ticket), form)
    assert TOLD in again.content.decode()
    assert "Reply added and sent." not in again.content.decode()
    assert not OutgoingMail.objects.filter(template="support/reply").exists()
    as_agent.post(reply_of(ticket), hidden_inputs(again) | {"body": "Like this.", "sends_mail": "on"})
    assert OutgoingMail.objects.filter(template="support/reply").count() == 1


def test_a_reply_without_a_mail_sent_again_with_one_is_not_told_as_sent(as_agent, ticket):
    form = {"token": uuid4(), "body": "Like this."}
    as_agent.post(reply_of(ticket), form)
    again = as_agent.post(reply_of(ticket), form | {"sends_mail": "on"})
    assert TOLD in again.content.decode()
    assert not OutgoingMail.objects.filter(template="support/reply").exists()


def test_a_token_that_somebody_else_has_used_is_no_error(as_alice, bob, as_agent, ticket):
    theirs = {"token": str(ticket.token)}
    client = signed_in(bob)
    again = client.post(NEW, TYPED | theirs)
    assert TOLD in again.content.decode()
    assert client.post(NEW, hidden_inputs(again) | TYPED).status_code == 302
    as_agent.post(reply_of(ticket), {"token": (token := uuid4()), "body": "Like this.", "sends_mail": "on"})
    own = Ticket.objects.get(customer=bob)
    again = client.post(own.get_absolute_url(), {"token": token, "body": "Like this."})
    assert TOLD in again.content.decode()
    assert own.messages.count() == 1
