from datetime import date
from uuid import uuid4

import pytest

from portal_project.mail.models import OutgoingMail
from support.models import Message, Ticket, TicketEvent
from tests.conftest import signed_in
from tests.factories import started
from tests.pages import confirm

TYPED = {"type": "general", "subscription": "", "subject": "A question", "body": "How do I…?"}


@pytest.fixture
def ticket(as_alice, clock):
    clock(date(2026, 4, 5))
    confirm(as_alice, "/support/new/", **TYPED)
    return Ticket.objects.get()


def page_of(ticket, what="change"):
    return f"/admin/support/ticket/{ticket.pk}/{what}/"


def timeline(client, ticket):
    """What staff read, oldest first: text, and by whom."""
    return [(entry.text, entry.by) for entry in client.get(page_of(ticket)).context["timeline"]][::-1]


def test_staff_see_who_did_what(as_alice, as_agent, agent, ticket):
    as_agent.post(page_of(ticket, "reply"), {"token": uuid4(), "body": "Careful.", "is_internal": "on"})
    as_agent.post(page_of(ticket, "reply"), {"token": uuid4(), "body": "Like this.", "sends_mail": "on"})
    confirm(as_agent, page_of(ticket), status="in_review", priority=3, assignee=agent.pk)
    as_alice.get(ticket.get_absolute_url())
    seen = timeline(as_agent, ticket)
    assert seen[0] == ("Ticket opened", "")
    for entry in (
        ("Message", "Alice Ahn"),
        ("Internal note", "Sam Support"),
        ("Reply", "Sam Support"),
        ("Mail with the reply to alice@example.com: not sent yet", ""),
        ("Status: Open → In review", "Sam Support"),
        ("Priority: Medium → High", "Sam Support"),
        ("Assigned: nobody → Sam Support", "Sam Support"),
        ("Seen by the customer", "Alice Ahn"),
    ):
        assert entry in seen


def test_a_mail_shows_its_outcome(as_agent, ticket):
    as_agent.post(page_of(ticket, "reply"), {"token": uuid4(), "body": "Like this.", "sends_mail": "on"})
    mails = OutgoingMail.objects.filter(template="support/reply")
    mails.update(state="failed", error="SMTPRecipientsRefused: no such mailbox")
    page = as_agent.get(page_of(ticket)).content.decode()
    assert "Mail with the reply to alice@example.com: could not be delivered" in page
    assert "no such mailbox" in page


def test_a_request_shows_its_mails_and_its_decision(as_alice, as_agent, alice, clock):
    clock(date(2026, 4, 5))
    subscription = started(alice, date(2026, 3, 20))
    confirm(as_alice, f"/subscriptions/{subscription.number}/pause/")
    clock(date(2026, 4, 6))
    alice_again, agent_again = signed_in(alice), as_agent
    confirm(alice_again, f"/subscriptions/{subscription.number}/cancel/", reason="other")
    ticket = Ticket.objects.get()
    confirm(agent_again, f"/admin/subscriptions/subscription/{subscription.pk}/cancel-now/")
    texts = [text for text, _by in timeline(agent_again, ticket)]
    assert "Cancellation requested, to end on 6 May 2026" in texts
    assert ("Decision: Canceled early", "Sam Support") in timeline(agent_again, ticket)
    assert "Receipt to alice@example.com: not sent yet" in texts
    assert "Mail that the subscription has ended to alice@example.com: not sent yet" in texts
    # The pause was told of before, and is no part of this ticket.
    about_subscription = OutgoingMail.objects.filter(thread=subscription.number)
    assert about_subscription.count() == 2
    assert sum("Mail" in text for text in texts) < OutgoingMail.objects.count()


def test_a_turned_ticket_shows_the_subscriptions_mails_since_it_became_a_request(as_alice, alice, agent, clock):
    clock(date(2026, 4, 5))
    subscription = started(alice, date(2026, 3, 20))
    confirm(as_alice, "/support/new/", **(TYPED | {"subscription": subscription.number}))
    ticket = Ticket.objects.get()
    clock(date(2026, 4, 6))
    confirm(signed_in(alice), f"/subscriptions/{subscription.number}/pause/")
    clock(date(2026, 4, 7))
    client = signed_in(agent)
    confirm(client, page_of(ticket, "turn-into-request"), asked_on="2026-04-05", reason="other", message="")
    confirm(client, f"/admin/subscriptions/subscription/{subscription.pk}/cancel-now/")
    # More has happened since than is shown.
    TicketEvent.objects.bulk_create(TicketEvent(ticket=ticket, kind="viewed") for _ in range(90))
    texts = [text for text, _by in timeline(client, ticket)]
    assert "Mail that the subscription has ended to alice@example.com: not sent yet" in texts
    assert "Mail that the subscription is paused to alice@example.com: not sent yet" not in texts
    assert "Cancellation requested, to end on 20 April 2026" not in texts


def test_a_change_between_two_pages_of_a_conversation_is_on_the_older_one(alice, as_agent, as_alice, ticket):
    Message.objects.bulk_create(Message(ticket=ticket, author=alice, body=f"Line {n}.") for n in range(199))
    Message.objects.update(created_at="2026-04-05T12:00:00Z")
    TicketEvent.objects.create(ticket=ticket, kind="status", new="in_review", at="2026-04-05T13:00:00Z")
    late = Message.objects.create(ticket=ticket, author=alice, body="Late.", created_at="2026-04-05T14:00:00Z")
    Message.objects.bulk_create(
        Message(ticket=ticket, author=alice, body="Later.", created_at="2026-04-05T15:00:00Z") for _ in range(199)
    )
    TicketEvent.objects.create(ticket=ticket, kind="status", new="resolved", at="2026-04-05T16:00:00Z")
    newest = as_alice.get(ticket.get_absolute_url())
    assert newest.context["conversation"].earlier == late.pk
    older = as_alice.get(f"{ticket.get_absolute_url()}?before={late.pk}")
    assert "Status: In review" not in newest.content.decode()
    assert "Status: In review" in older.content.decode()
    assert "Status: Resolved" in newest.content.decode()
    assert "Status: Resolved" not in older.content.decode()


def test_looking_is_noted_at_most_once_an_hour(alice, ticket, clock):
    viewed = ticket.events.filter(kind=TicketEvent.Kind.VIEWED)
    client = signed_in(alice)
    for _ in range(3):
        client.get(ticket.get_absolute_url())
    assert viewed.count() == 1
    viewed.update(at="2026-04-05T10:59:00Z")
    client.get(ticket.get_absolute_url())
    assert viewed.count() == 2


def test_staff_looking_is_not_noted(as_agent, ticket):
    as_agent.get(page_of(ticket))
    assert not ticket.events.exists()


def test_the_customer_sees_how_the_status_changed_and_nothing_else(as_alice, as_agent, agent, ticket):
    confirm(as_agent, page_of(ticket), status="in_review", priority=4, assignee=agent.pk)
    page = as_alice.get(ticket.get_absolute_url()).content.decode()
    assert "Status: In review" in page
    for hidden in ("Priority", "Urgent", "Assigned", "Sam Support", "Seen by"):
        assert hidden not in page


def test_the_timeline_is_bounded(as_agent, ticket):
    TicketEvent.objects.bulk_create(TicketEvent(ticket=ticket, kind="viewed") for _ in range(150))
    assert len(timeline(as_agent, ticket)) == 100
