"""The page on which staff work on one ticket."""

import re
from datetime import date
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal_project.mail.models import OutgoingMail
from support.models import Message, Ticket
from tests.factories import UserFactory, started
from tests.pages import confirm, hidden_inputs

TYPED = {"type": "general", "subscription": "", "subject": "A question", "body": "How do I…?"}


@pytest.fixture
def ticket(as_alice):
    confirm(as_alice, "/support/new/", **TYPED)
    return Ticket.objects.get()


@pytest.fixture
def request_ticket(as_alice, alice, clock):
    """Of a request to cancel; the subscription costs 100.00 a month since 20 March 2026 and ends on 5 May."""
    clock(date(2026, 4, 5))
    subscription = started(alice, date(2026, 3, 20), name="Hosting Pro")
    confirm(as_alice, f"/subscriptions/{subscription.number}/cancel/", reason="too_expensive", message="Sorry!")
    return Ticket.objects.get()


def page_of(ticket, what="change"):
    return f"/admin/support/ticket/{ticket.pk}/{what}/"


def text_of(response):
    return " ".join(response.content.decode().split())


def answer(client, ticket, page=None, **typed):
    """Send the answer's form of a page that was opened before, or just now."""
    page = page or client.get(page_of(ticket))
    return client.post(page_of(ticket, "reply"), hidden_inputs(page) | {"sends_mail": "on"} | typed)


def test_the_page_of_a_request_shows_what_staff_need_to_decide(as_agent, request_ticket):
    text = text_of(as_agent.get(page_of(request_ticket)))
    subscription = request_ticket.subscription
    for shown in (
        "Too expensive",
        "Sorry!",
        "5 May 2026",
        "in 30 days",
        "30 days’ notice from 5 April 2026 ends on 5 May 2026",
        "If nobody does anything, it ends on its date.",
        f"/admin/subscriptions/subscription/{subscription.pk}/cancel-now",
        f"/admin/subscriptions/subscription/{subscription.pk}/withdraw",
        "alice@example.com",
        "Hosting Pro",
        "€100.00 / month",
        "20 April 2026",
        "20 March 2026",
        'href="/admin/support/ticket/"',
    ):
        assert shown in text


def test_the_value_so_far_counts_what_is_not_void(as_agent, request_ticket, clock):
    subscription = request_ticket.subscription
    assert as_agent.get(page_of(request_ticket)).context["value"] == "€100.00"
    clock(date(2026, 4, 20))
    # The last days before the end are billed on this day, whether or not the job has run.
    assert as_agent.get(page_of(request_ticket)).context["value"] == "€150.00"
    subscription.invoices.update(status="void")
    assert as_agent.get(page_of(request_ticket)).context["value"] == "€50.00"


def test_a_decided_request_offers_no_decision(as_alice, as_agent, request_ticket):
    confirm(as_alice, f"/subscriptions/{request_ticket.subscription.number}/withdraw/")
    text = text_of(as_agent.get(page_of(request_ticket)))
    assert "Withdrawn" in text
    assert "Withdraw for the customer" not in text
    assert "Cancel now" not in text


def test_on_the_day_of_the_end_there_is_nothing_left_to_decide(as_agent, agent, request_ticket, clock):
    clock(date(2026, 5, 5))
    as_agent.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    text = text_of(as_agent.get(page_of(request_ticket)))
    assert "The subscription has ended" in text
    assert "Withdraw for the customer" not in text


def test_the_customers_other_things_are_listed_and_bounded(as_alice, as_agent, alice, bob, request_ticket):
    for n in range(9):
        started(alice, date(2026, 3, 20), name=f"Shop {n}")
        confirm(as_alice, "/support/new/", **(TYPED | {"subject": f"Question {n}"}))
    other = started(bob, date(2026, 3, 20), name="Bob’s own")
    page = as_agent.get(page_of(request_ticket))
    assert [ticket.subject for ticket in page.context["tickets"]] == [f"Question {n}" for n in range(8, 0, -1)]
    assert [str(row.product) for row in page.context["subscriptions"]] == [f"Shop {n}" for n in range(8, 0, -1)]
    assert str(other.product) not in text_of(page)
    assert "?q=alice%40example.com" in text_of(page)


def test_a_reply_is_mailed_unless_that_is_switched_off(as_alice, as_agent, ticket):
    response = answer(as_agent, ticket, body="With a mail.")
    assert "Reply added and sent." in text_of(as_agent.get(response.url))
    response = answer(as_agent, ticket, body="Without.", sends_mail="")
    assert "Reply added. No e-mail is sent." in text_of(as_agent.get(response.url))
    assert OutgoingMail.objects.filter(template="support/reply").count() == 1
    assert "Without." in as_alice.get(ticket.get_absolute_url()).content.decode()


def test_sending_a_mail_is_on_until_it_is_switched_off(as_agent, ticket):
    assert 'name="sends_mail" id="id_sends_mail" checked' in text_of(as_agent.get(page_of(ticket)))


def test_a_reply_and_a_note_look_different(as_agent, ticket):
    answer(as_agent, ticket, body="For her.")
    answer(as_agent, ticket, body="For us.", is_internal="on")
    text = text_of(as_agent.get(page_of(ticket)))
    kinds = [part.split('"')[0] for part in text.split('data-by="')[1:]]
    assert kinds == ["customer", "staff", "note"]


def test_what_the_customer_wrote_meanwhile_is_shown_before_a_reply_is_sent(as_alice, as_agent, ticket):
    opened = as_agent.get(page_of(ticket))
    confirm(as_alice, ticket.get_absolute_url(), body="I have solved it.")
    response = answer(as_agent, ticket, opened, body="Try this.")
    text = text_of(response)
    assert "Alice Ahn wrote at " in text
    assert [message.body for message in response.context["news"]] == ["I have solved it."]
    assert response.context["answer"]["body"].value() == "Try this."
    assert not ticket.messages.filter(body="Try this.").exists()
    assert not OutgoingMail.objects.filter(template="support/reply").exists()
    answer(as_agent, ticket, response, body="Try this.")
    assert ticket.messages.filter(body="Try this.").count() == 1


def test_what_a_colleague_wrote_meanwhile_is_shown_too(as_agent, as_merchant, ticket):
    opened = as_agent.get(page_of(ticket))
    answer(as_merchant, ticket, body="I am on it.", is_internal="on")
    response = answer(as_agent, ticket, opened, body="Hello.", is_internal="on")
    assert "Mia Merchant wrote a note at " in text_of(response)
    assert response.context["answer"]["is_internal"].value() == "on"


def test_what_one_wrote_oneself_in_another_window_is_no_news(as_agent, ticket):
    opened = as_agent.get(page_of(ticket))
    answer(as_agent, ticket, body="First.")
    answer(as_agent, ticket, opened, token=uuid4(), body="Second.")
    assert ticket.messages.count() == 3


def test_the_same_form_twice_is_one_reply_even_if_the_customer_wrote_in_between(as_alice, as_agent, ticket):
    opened = as_agent.get(page_of(ticket))
    answer(as_agent, ticket, opened, body="Once.")
    confirm(as_alice, ticket.get_absolute_url(), body="Thank you.")
    assert answer(as_agent, ticket, opened, body="Once.").status_code == 302
    assert ticket.messages.filter(body="Once.").count() == 1


def test_status_priority_and_assignee_are_set(as_agent, agent, ticket):
    response = confirm(as_agent, page_of(ticket), status="in_review", priority=4, assignee=agent.pk)
    assert "Saved." in text_of(as_agent.get(response.url))
    ticket.refresh_from_db()
    assert (ticket.status, ticket.priority, ticket.assignee) == ("in_review", 4, agent)
    assert ticket.events.count() == 3


def test_saving_one_thing_keeps_what_a_colleague_has_set_since(as_agent, as_merchant, merchant, ticket):
    opened = as_agent.get(page_of(ticket))
    confirm(as_merchant, page_of(ticket), status="open", priority=4, assignee=merchant.pk)
    typed = {"status": "in_review", "priority": 2, "assignee": ""}
    as_agent.post(page_of(ticket), hidden_inputs(opened) | typed)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.priority, ticket.assignee) == ("in_review", 4, merchant)


def test_a_ticket_with_an_undecided_request_is_not_finished_by_hand(as_agent, request_ticket):
    response = confirm(as_agent, page_of(request_ticket), status="resolved", priority=2, assignee="")
    assert "Decide the cancellation request first" in text_of(response)
    confirm(as_agent, page_of(request_ticket), status="in_review", priority=3, assignee="")
    request_ticket.refresh_from_db()
    assert (request_ticket.status, request_ticket.priority) == ("in_review", 3)


@pytest.fixture
def stale(as_alice, as_agent, request_ticket):
    """The form as it was before the customer withdrew, which closed the ticket."""
    form = hidden_inputs(as_agent.get(page_of(request_ticket))) | {"status": "open", "priority": 2, "assignee": ""}
    confirm(as_alice, f"/subscriptions/{request_ticket.subscription.number}/withdraw/")
    return form


def test_a_stale_page_does_not_undo_a_decision_by_saving_something_else(as_agent, request_ticket, stale):
    assert as_agent.post(page_of(request_ticket), stale | {"priority": 4}).status_code == 302
    request_ticket.refresh_from_db()
    assert (request_ticket.status, request_ticket.priority) == ("closed", 4)


def test_a_stale_page_that_sets_the_status_is_told_of_the_decision_and_may_choose_again(
    as_agent, request_ticket, stale
):
    response = as_agent.post(page_of(request_ticket), stale | {"status": "in_review", "priority": 4})
    assert "Meanwhile this ticket has become “Closed”. Choose again." in text_of(response)
    request_ticket.refresh_from_db()
    assert (request_ticket.status, request_ticket.priority) == ("closed", 2)
    assert response.context["triage_form"]["status"].value() == "closed"
    again = stale | hidden_inputs(response) | {"status": "in_review", "priority": 4}
    assert as_agent.post(page_of(request_ticket), again).status_code == 302
    request_ticket.refresh_from_db()
    assert (request_ticket.status, request_ticket.priority) == ("in_review", 4)


def controls(page):
    """The attributes of every control on the page that is sent, by its name."""
    tags = re.findall(r"<(?:input|select|textarea|button)\b[^>]*>", page.content.decode())
    found = [dict(re.findall(r'([a-z-]+)="([^"]*)"', tag)) for tag in tags]
    return {each["name"]: each for each in found if "name" in each}


@pytest.mark.parametrize("query", ["", "?before=99999999"])
def test_what_is_set_belongs_to_one_form_with_the_answer(as_agent, ticket, query):
    page = as_agent.get(page_of(ticket) + query)
    names = ["status", "priority", "initial-priority", "assignee", "initial-assignee", "initial-status", "turn"]
    assert {controls(page)[name].get("form") for name in names} == {"answer"}
    assert page.content.decode().count('id="answer"') == 1


TYPED_ANSWER = {"body": "I am looking into it.", "is_internal": "on"}


def typed_on(page):
    answer = page.context["answer"]
    return {name: answer[name].value() for name in ("body", "is_internal", "sends_mail")}


def test_what_is_typed_stays_when_something_else_is_saved(as_agent, ticket):
    opened = as_agent.get(page_of(ticket))
    form = hidden_inputs(opened) | TYPED_ANSWER | {"status": "in_review", "priority": 4, "assignee": ""}
    page = as_agent.get(as_agent.post(page_of(ticket), form).url)
    assert "Saved." in text_of(page)
    assert typed_on(page) == TYPED_ANSWER | {"sends_mail": False}
    assert ticket.messages.count() == 1
    answer(as_agent, ticket, page, **TYPED_ANSWER)
    assert typed_on(as_agent.get(page_of(ticket)))["body"] is None


def test_what_is_typed_stays_when_something_cannot_be_saved(as_agent, request_ticket):
    form = hidden_inputs(as_agent.get(page_of(request_ticket))) | TYPED_ANSWER
    file = SimpleUploadedFile("log.txt", b"One line.\n")
    response = as_agent.post(page_of(request_ticket), form | {"status": "resolved", "priority": 2, "files": [file]})
    assert "Decide the cancellation request first" in text_of(response)
    assert typed_on(response) == TYPED_ANSWER | {"sends_mail": False}
    assert "Choose your file again" in text_of(response)


def test_what_is_typed_stays_while_the_ticket_is_turned_into_a_request(as_agent, ticket):
    form = hidden_inputs(as_agent.get(page_of(ticket))) | TYPED_ANSWER | {"turn": "1"}
    response = as_agent.post(page_of(ticket), form)
    assert response.url == page_of(ticket, "turn-into-request")
    as_agent.get(response.url)
    as_agent.get(page_of(ticket) + "?before=99999999")
    assert typed_on(as_agent.get(page_of(ticket))) == TYPED_ANSWER | {"sends_mail": False}


def test_what_is_typed_and_saved_does_not_pass_over_what_was_written_meanwhile(as_alice, as_agent, ticket):
    opened = as_agent.get(page_of(ticket))
    confirm(as_alice, ticket.get_absolute_url(), body="I have solved it.")
    form = hidden_inputs(opened) | {"body": "Try this.", "status": "open", "priority": 4, "assignee": ""}
    page = as_agent.get(as_agent.post(page_of(ticket), form).url)
    assert "Alice Ahn wrote at " in text_of(answer(as_agent, ticket, page, body="Try this."))


def test_an_assignee_who_has_left_keeps_the_ticket_until_it_is_given_away(as_agent, agent, ticket):
    gone = UserFactory(is_staff=True, is_active=False)
    Ticket.objects.update(assignee=gone)
    confirm(as_agent, page_of(ticket), status="open", priority=3, assignee=gone.pk)
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.priority) == (gone, 3)


def test_200_messages_are_one_page(as_agent, agent, alice, request_ticket):
    Message.objects.bulk_create(
        Message(ticket=request_ticket, author=[alice, agent][n % 2], body=f"Message {n}") for n in range(200)
    )
    page = as_agent.get(page_of(request_ticket))
    assert len(page.context["conversation"].messages) == 200


def test_a_longer_conversation_comes_in_pages(as_alice, as_agent, alice, ticket):
    Message.objects.bulk_create(Message(ticket=ticket, author=alice, body=f"Line {n:03}.") for n in range(250))
    for client, address in ((as_agent, page_of(ticket)), (as_alice, ticket.get_absolute_url())):
        newest = client.get(address)
        assert "Line 249." in text_of(newest)
        assert "Line 049." not in text_of(newest)
        earlier = client.get(f"{address}?before={newest.context['conversation'].earlier}")
        assert "How do I…?" in text_of(earlier)
        assert "Line 049." in text_of(earlier)
        assert "Line 051." not in text_of(earlier)
        assert earlier.context["conversation"].earlier is None


def test_a_ticket_that_does_not_exist_is_a_404(as_agent):
    for odd in ("99999999", "abc", "9" * 40):
        assert as_agent.get(f"/admin/support/ticket/{odd}/change/").status_code == 404
