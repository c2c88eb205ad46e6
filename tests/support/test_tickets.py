from datetime import date
from uuid import uuid4

import pytest

from portal_project.mail.models import OutgoingMail
from support.models import Message, Ticket
from tests.conftest import signed_in
from tests.factories import UserFactory, started
from tests.pages import confirm, hidden_inputs

NEW = "/support/new/"
TYPED = {"type": "general", "subscription": "", "subject": "A question", "body": "How do I…?\nThank you."}


@pytest.fixture
def ticket(as_alice):
    confirm(as_alice, NEW, **TYPED)
    return Ticket.objects.get()


def admin_page(ticket, what="change"):
    return f"/admin/support/ticket/{ticket.pk}/{what}/"


def test_a_customer_opens_a_ticket_and_sees_it(as_alice, alice, ticket):
    assert (ticket.customer, ticket.status, ticket.type) == (alice, "open", "general")
    assert "A question" in as_alice.get("/support/").content.decode()
    assert "How do I…?<br>Thank you." in as_alice.get(ticket.get_absolute_url()).content.decode()


def test_the_same_form_twice_makes_one_ticket_and_leads_to_it(as_alice, db):
    form = hidden_inputs(as_alice.get(NEW)) | TYPED
    first, second = as_alice.post(NEW, form), as_alice.post(NEW, form)
    assert first.url == second.url == Ticket.objects.get().get_absolute_url()
    assert Message.objects.count() == 1


@pytest.mark.parametrize("kind", ["pause", "cancel"])
def test_pause_and_cancel_must_name_one_of_the_customers_own_subscriptions(as_alice, alice, bob, clock, kind):
    clock(date(2026, 4, 5))
    mine, other = started(alice, date(2026, 3, 20)), started(bob, date(2026, 3, 20))
    response = confirm(as_alice, NEW, **(TYPED | {"type": kind}))
    assert "Choose the subscription that this is about." in response.content.decode()
    response = confirm(as_alice, NEW, **(TYPED | {"type": kind, "subscription": other.number}))
    assert "Choose one of your subscriptions." in response.content.decode()
    assert other.number not in as_alice.get(NEW).content.decode()
    assert not Ticket.objects.exists()
    mine.product.allow_cancel = False
    mine.product.save()
    confirm(as_alice, NEW, **(TYPED | {"type": kind, "subscription": mine.number}))
    assert Ticket.objects.get().subscription == mine


def test_asking_to_cancel_leads_to_the_cancel_page_with_what_was_typed(as_alice, alice, clock):
    clock(date(2026, 4, 5))
    subscription = started(alice, date(2026, 3, 20))
    response = confirm(as_alice, NEW, **(TYPED | {"type": "cancel", "subscription": subscription.number}))
    assert response.url == f"/subscriptions/{subscription.number}/cancel/"
    assert "How do I…?" in as_alice.get(response.url).content.decode()
    assert not Ticket.objects.exists()
    confirm(as_alice, response.url, reason="other", message="How do I…?")
    assert Ticket.objects.get().messages.get().body == "How do I…?"


def test_the_link_from_an_action_that_is_not_offered_fills_the_form_in(as_alice, alice, clock):
    clock(date(2026, 4, 5))
    subscription = started(alice, date(2026, 3, 20), allow_cancel=False)
    link = f"/support/new/?type=cancel&amp;subscription={subscription.number}"
    assert link in as_alice.get(subscription.get_absolute_url()).content.decode()
    form = as_alice.get(link.replace("&amp;", "&")).context["form"]
    assert (form["type"].value(), form["subscription"].value()) == ("cancel", subscription.number)


def test_an_error_keeps_what_was_typed(as_alice):
    response = confirm(as_alice, NEW, **(TYPED | {"subject": ""}))
    assert "How do I…?" in response.content.decode()
    assert not Ticket.objects.exists()


def test_html_from_a_customer_is_shown_as_text(as_alice, ticket):
    confirm(as_alice, ticket.get_absolute_url(), body="<script>alert(1)</script>")
    text = as_alice.get(ticket.get_absolute_url()).content.decode()
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_a_customers_reply_reopens_a_finished_ticket(as_alice, ticket):
    Ticket.objects.update(status="resolved")
    confirm(as_alice, ticket.get_absolute_url(), body="One more thing.")
    ticket.refresh_from_db()
    assert ticket.status == "open"


def test_the_same_reply_twice_is_added_once(as_alice, ticket):
    form = hidden_inputs(as_alice.get(ticket.get_absolute_url())) | {"body": "Again"}
    for _ in range(2):
        as_alice.post(ticket.get_absolute_url(), form)
    assert ticket.messages.filter(body="Again").count() == 1


def test_staff_answer_and_the_customer_gets_a_mail(as_alice, as_agent, ticket):
    as_agent.post(admin_page(ticket, "reply"), {"token": uuid4(), "body": "Like this."})
    assert "Like this." in as_alice.get(ticket.get_absolute_url()).content.decode()
    assert OutgoingMail.objects.get(template="support/reply").recipient == "alice@example.com"


def test_an_internal_note_reaches_neither_page_nor_mail(as_alice, as_agent, ticket):
    as_agent.post(admin_page(ticket, "reply"), {"token": uuid4(), "body": "Careful with her.", "is_internal": "on"})
    assert "Careful with her." in as_agent.get(admin_page(ticket)).content.decode()
    assert "Careful with her." not in as_alice.get(ticket.get_absolute_url()).content.decode()
    assert not OutgoingMail.objects.exists()


def test_an_empty_reply_of_staff_is_explained(as_agent, ticket):
    response = as_agent.post(admin_page(ticket, "reply"), {"token": uuid4(), "body": ""})
    assert response.status_code == 200
    assert "This field is required." in response.content.decode()


def test_a_ticket_with_an_undecided_request_is_not_finished_by_hand(as_alice, as_agent, alice, clock):
    clock(date(2026, 4, 5))
    subscription = started(alice, date(2026, 3, 20))
    confirm(as_alice, f"/subscriptions/{subscription.number}/cancel/", reason="other")
    ticket = Ticket.objects.get()
    response = as_agent.post(admin_page(ticket), {"status": "resolved", "priority": 2, "assignee": ""})
    assert "Decide the cancellation request first" in response.content.decode()
    as_agent.post(admin_page(ticket), {"status": "in_review", "priority": 3, "assignee": ""})
    ticket.refresh_from_db()
    assert (ticket.status, ticket.priority) == ("in_review", 3)


def test_the_ticket_page_of_staff_shows_the_request_and_its_decisions(as_alice, as_agent, alice, clock):
    clock(date(2026, 4, 5))
    subscription = started(alice, date(2026, 3, 20))
    confirm(as_alice, f"/subscriptions/{subscription.number}/cancel/", reason="too_expensive", message="Sorry!")
    text = as_agent.get(admin_page(Ticket.objects.get())).content.decode()
    for shown in ("Too expensive", "5 May 2026", "Sorry!", "Cancel now", "Withdraw for the customer"):
        assert shown in text


def test_another_customers_ticket_is_a_404(bob, ticket):
    client = signed_in(bob)
    assert client.get(ticket.get_absolute_url()).status_code == 404
    assert client.post(ticket.get_absolute_url(), {"body": "Hi", "token": uuid4()}).status_code == 404
    assert ticket.messages.count() == 1


def test_a_stale_page_of_staff_does_not_undo_a_decision(as_alice, as_agent, alice, clock):
    clock(date(2026, 4, 5))
    subscription = started(alice, date(2026, 3, 20))
    confirm(as_alice, f"/subscriptions/{subscription.number}/cancel/", reason="other")
    ticket = Ticket.objects.get()
    form = hidden_inputs(as_agent.get(admin_page(ticket))) | {"status": "open", "priority": 4, "assignee": ""}
    confirm(as_alice, f"/subscriptions/{subscription.number}/withdraw/")
    response = as_agent.post(admin_page(ticket), form)
    assert "Meanwhile this ticket has become “Closed”." in response.content.decode()
    ticket.refresh_from_db()
    assert (ticket.status, ticket.priority) == ("closed", 2)


def test_other_words_from_a_form_that_was_sent_before_are_not_lost(as_alice, ticket):
    form = hidden_inputs(as_alice.get(ticket.get_absolute_url()))
    as_alice.post(ticket.get_absolute_url(), form | {"body": "First."})
    response = as_alice.post(ticket.get_absolute_url(), form | {"body": "Second."})
    assert "Second." in response.content.decode()
    as_alice.post(ticket.get_absolute_url(), hidden_inputs(response) | {"body": "Second."})
    assert [message.body for message in ticket.messages.all()][1:] == ["First.", "Second."]


def test_a_note_does_not_show_from_outside(as_agent, ticket):
    before = ticket.updated_at
    as_agent.post(admin_page(ticket, "reply"), {"token": uuid4(), "body": "Note.", "is_internal": "on"})
    ticket.refresh_from_db()
    assert ticket.updated_at == before


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


def test_staff_who_may_only_look_cannot_reply(ticket):
    looker = UserFactory(is_staff=True)
    response = signed_in(looker).post(admin_page(ticket, "reply"), {"token": uuid4(), "body": "Hi"})
    assert response.status_code == 403
    assert ticket.messages.count() == 1
