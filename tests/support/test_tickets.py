from datetime import date
from uuid import uuid4

import pytest

from portal_project.mail.models import OutgoingMail
from support.models import Message, Ticket
from tests.conftest import signed_in
from tests.factories import started
from tests.pages import confirm, hidden_inputs

NEW = "/support/new/"
TYPED = {"type": "general", "subscription": "", "subject": "A question", "body": "How do I…?\nThank you."}


@pytest.fixture
def ticket(as_alice):
    confirm(as_alice, NEW, **TYPED)
    return Ticket.objects.get()


def admin_page(ticket, what="change"):
    return f"/admin/support/ticket/{ticket.pk}/{what}/"


@pytest.mark.parametrize("written", ["t-abc123", "(T-ABC123)", "T ABC123", "T\u2011ABC123", "T-ABCI23"])
def test_an_address_takes_the_number_however_it_is_written(as_alice, ticket, written):
    Ticket.objects.update(number="T-ABC123")
    assert as_alice.get(f"/support/{written}/").status_code == 200


@pytest.mark.parametrize(
    "written", ["T-ABC12", "T-ABC1234", "ABC123", "x" * 5000, "\u200b", "%00" * 7, "T-ABC123 T-ABC124"]
)
def test_an_address_without_a_number_is_a_page_that_does_not_exist(as_alice, ticket, written):
    Ticket.objects.update(number="T-ABC123")
    assert as_alice.get(f"/support/{written}/").status_code == 404


def test_a_customer_opens_a_ticket_and_sees_it(as_alice, alice, ticket):
    assert (ticket.customer, ticket.status, ticket.type) == (alice, "open", "general")
    assert "A question" in as_alice.get("/support/").content.decode()
    assert "How do I…?<br>Thank you." in as_alice.get(ticket.get_absolute_url()).content.decode()


def test_html_from_a_customer_is_shown_as_text(as_alice, ticket):
    confirm(as_alice, ticket.get_absolute_url(), body="<script>alert(1)</script>")
    text = as_alice.get(ticket.get_absolute_url()).content.decode()
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_a_customers_reply_reopens_a_finished_ticket(as_alice, ticket):
    Ticket.objects.update(status="resolved", act_by=None)
    confirm(as_alice, ticket.get_absolute_url(), body="One more thing.")
    ticket.refresh_from_db()
    assert ticket.status == "open"


def test_the_same_reply_twice_is_added_once(as_alice, ticket):
    form = hidden_inputs(as_alice.get(ticket.get_absolute_url())) | {"body": "Again"}
    for _ in range(2):
        as_alice.post(ticket.get_absolute_url(), form)
    assert ticket.messages.filter(body="Again").count() == 1


def test_staff_answer_and_the_customer_gets_a_mail(as_alice, as_agent, ticket):
    as_agent.post(admin_page(ticket, "reply"), {"token": uuid4(), "body": "Like this.", "sends_mail": "on"})
    assert "Like this." in as_alice.get(ticket.get_absolute_url()).content.decode()
    assert OutgoingMail.objects.get(template="support/reply").recipient == "alice@example.com"


def test_an_empty_reply_of_staff_is_explained(as_agent, ticket):
    response = as_agent.post(admin_page(ticket, "reply"), {"token": uuid4(), "body": ""})
    assert response.status_code == 200
    assert "This field is required." in response.content.decode()


def test_other_words_from_a_form_that_was_sent_before_are_not_lost(as_alice, ticket):
    form = hidden_inputs(as_alice.get(ticket.get_absolute_url()))
    as_alice.post(ticket.get_absolute_url(), form | {"body": "First."})
    response = as_alice.post(ticket.get_absolute_url(), form | {"body": "Second."})
    assert "Second." in response.content.decode()
    as_alice.post(ticket.get_absolute_url(), hidden_inputs(response) | {"body": "Second."})
    assert [message.body for message in ticket.messages.all()][1:] == ["First.", "Second."]


def test_on_the_last_day_the_ticket_says_that_it_has_ended_before_the_job_has_run(as_alice, alice, clock):
    clock(date(2026, 4, 5))
    subscription = started(alice, date(2026, 3, 20))
    confirm(as_alice, f"/subscriptions/{subscription.number}/cancel/", reason="other")
    clock(date(2026, 5, 5))
    client = signed_in(alice)
    text = client.get(Ticket.objects.get().get_absolute_url()).content.decode()
    assert "It has ended." in text
    assert "Withdraw cancellation" not in text


def test_other_words_of_staff_from_a_form_that_was_sent_before_are_not_lost(as_agent, ticket):
    token = uuid4()
    as_agent.post(admin_page(ticket, "reply"), {"token": token, "body": "First."})
    response = as_agent.post(admin_page(ticket, "reply"), {"token": token, "body": "Second."})
    assert "Second." in response.content.decode()
    assert [message.body for message in ticket.messages.all()][1:] == ["First."]


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "See https://example.com/a?b=1&c=2.",
            '<a href="https://example.com/a?b=1&amp;c=2" rel="nofollow noopener">https://example.com/a?b=1&amp;c=2</a>.',
        ),
        (
            "Write to alice@example.com!",
            '<a href="mailto:alice@example.com" rel="nofollow noopener">alice@example.com</a>!',
        ),
        ("www.example.com", '<a href="http://www.example.com" rel="nofollow noopener">www.example.com</a>'),
        ("javascript:alert(1)", "<p>javascript:alert(1)</p>"),
        ("javascript:alert(1)//example.com", "<p>javascript:alert(1)//example.com</p>"),
        (
            "data:text/html;base64,PHNjcmlwdD4= ftp://example.com",
            "<p>data:text/html;base64,PHNjcmlwdD4= ftp://example.com</p>",
        ),
        ("<a href='javascript:x()'>go</a>", "&lt;a href=&#x27;javascript:x()&#x27;&gt;go&lt;/a&gt;"),
        ('https://example.com/"onmouseover="alert(1)', "&quot;onmouseover=&quot;alert(1)"),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
        ("One\r\ntwo\r\n\r\nthree", "<p>One<br>two</p>\n\n<p>three</p>"),
    ],
)
def test_only_addresses_become_links_and_nothing_becomes_html(as_alice, as_agent, ticket, text, shown):
    confirm(as_alice, ticket.get_absolute_url(), body=text)
    assert shown in as_alice.get(ticket.get_absolute_url()).content.decode()
    assert shown in as_agent.get(admin_page(ticket)).content.decode()


def test_too_many_replies_within_an_hour_are_refused_with_what_was_typed(as_alice, alice, ticket):
    Message.objects.bulk_create(Message(ticket=ticket, author=alice, body="Hello?") for _ in range(59))
    response = confirm(as_alice, ticket.get_absolute_url(), body="And another.")
    assert "You have sent many messages within an hour." in response.content.decode()
    assert "And another." in response.content.decode()
    assert ticket.messages.count() == 60


def test_the_last_reply_of_the_hour_sent_twice_is_no_refusal(as_alice, alice, ticket):
    Message.objects.bulk_create(Message(ticket=ticket, author=alice, body="Hello?") for _ in range(58))
    form = hidden_inputs(as_alice.get(ticket.get_absolute_url())) | {"body": "The last."}
    for _ in range(2):
        assert as_alice.post(ticket.get_absolute_url(), form).status_code == 302
    assert ticket.messages.count() == 60


def test_who_wrote_last_moves_the_day_to_act_by(as_alice, as_agent, alice, clock):
    clock(date(2026, 4, 5))
    confirm(as_alice, NEW, **TYPED)
    ticket = Ticket.objects.get()
    assert (ticket.act_by, ticket.is_answered) == (date(2026, 4, 8), False)
    clock(date(2026, 4, 6))
    as_agent.post(admin_page(ticket, "reply"), {"token": uuid4(), "body": "Like this."})
    ticket.refresh_from_db()
    assert (ticket.act_by, ticket.is_answered) == (date(2026, 4, 20), True)
    clock(date(2026, 4, 7))
    confirm(signed_in(alice), ticket.get_absolute_url(), body="It does not work.")
    ticket.refresh_from_db()
    assert (ticket.act_by, ticket.is_answered) == (date(2026, 4, 10), False)


def test_a_reply_opens_the_ticket_again_and_a_decided_request_stays_decided(as_alice, alice, clock):
    clock(date(2026, 4, 5))
    subscription = started(alice, date(2026, 3, 20))
    confirm(as_alice, f"/subscriptions/{subscription.number}/cancel/", reason="other")
    confirm(as_alice, f"/subscriptions/{subscription.number}/withdraw/")
    ticket = Ticket.objects.get()
    confirm(as_alice, ticket.get_absolute_url(), body="Thank you for keeping it.")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.act_by) == ("open", date(2026, 4, 8))
    assert ticket.cancellation_request.decision == "withdrawn"
    assert "Status: Open" in as_alice.get(ticket.get_absolute_url()).content.decode()
