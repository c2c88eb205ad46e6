"""How many statements a page and a click cost, whatever there is to show. Waking the mail worker after the commit is not counted.

A change that needs another statement raises the number by that one, and says for what.
"""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal_project.accounts.models import User
from products.models import Alternative
from support.models import Message, SavedReply, Ticket
from tests.factories import PlanFactory, ProductFactory, started
from tests.pages import confirm, hidden_inputs


@pytest.fixture
def hosting(alice, clock):
    clock(date(2026, 4, 5))
    return started(alice, date(2026, 3, 20), PlanFactory(product=ProductFactory(notice_days=30)))


def statements(client, url, typed=None):
    """Of the page, or of the POST that confirms it; the page is opened once before, as by whoever clicks."""
    page = client.get(url)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url) if typed is None else client.post(url, hidden_inputs(page) | typed)
    assert response.status_code == (200 if typed is None else 302)
    return len(captured)


def test_the_page_of_a_subscription(as_alice, hosting):
    assert statements(as_alice, hosting.get_absolute_url()) == 6


def test_a_pause(as_alice, hosting):
    assert statements(as_alice, f"{hosting.get_absolute_url()}pause/", {}) == 11


def test_a_plan_change(as_alice, hosting):
    """One of the click reads the plans, those to choose from and the one that was chosen."""
    hosting.product.allow_plan_change = True
    hosting.product.save()
    plans = [PlanFactory(product=hosting.product, name=f"Plan {n}", is_open_to_change=True) for n in range(9)]
    address = f"{hosting.get_absolute_url()}plan/"
    assert statements(as_alice, hosting.get_absolute_url()) == 6
    assert statements(as_alice, address) == 5
    typed = {"plan": plans[0].pk}
    sent = hidden_inputs(as_alice.post(address, typed | {"preview": "1"})) | typed
    with CaptureQueriesContext(connection) as captured:
        assert as_alice.post(address, sent).status_code == 302
    assert len(captured) == 12


def test_a_cancellation_at_once(as_alice, alice, hosting):
    """The invoices beyond the end are read twice: to tell their fate, and locked, to write it."""
    at_once = started(alice, date(2026, 3, 20), PlanFactory(product=ProductFactory(cancellation_mode="immediate")))
    assert statements(as_alice, f"{at_once.get_absolute_url()}cancel/", {}) == 15


def test_a_request_to_cancel(as_alice, agent, hosting):
    """One of them reads the reasons to choose from."""
    assert statements(as_alice, f"{hosting.get_absolute_url()}cancel/", {"reason": "other", "message": "Moving"}) == 22


def test_the_page_that_requests_a_cancellation(as_alice, hosting):
    """Alternatives cost one where there are none; otherwise also their plans and reasons, what the customer has accepted, and
    the showing with its savepoint.
    """
    page = f"{hosting.get_absolute_url()}cancel/"
    assert statements(as_alice, page) == 8
    Alternative.objects.create(product=hosting.product, kind="pause", pause_days=30)
    assert statements(as_alice, page) == 14


def test_a_support_request(as_alice, agent, hosting):
    """One of them holds the customer, so that nobody forgets them meanwhile."""
    typed = {"type": "general", "subject": "A question", "body": "How?", "subscription": hosting.number}
    assert statements(as_alice, "/support/new/", typed) == 13


@pytest.mark.parametrize(
    ("query", "expected"),
    # One of each for the views that the person has kept.
    [
        ("", 8),
        # Three places are searched.
        ("?q=question", 11),
        # A page that is not full of what has a day to act by goes on with what has none.
        ("?type=billing", 9),
        ("?tab=mine&priority=2", 9),
    ],
)
def test_the_queue(as_agent, agent, hosting, query, expected):
    """Session, person, permissions, colleagues, products, counts, rows."""
    for n in range(60):
        customer = User.objects.create_user(f"c{n}@example.com")
        kind = "billing" if n < 9 else "general"
        Ticket.objects.create(
            customer=customer, subject=f"Question {n}", type=kind, subscription=hosting, act_by=date(2026, 4, 7)
        )
    assert statements(as_agent, f"/admin/support/ticket/{query}") == expected


def test_the_page_of_a_ticket_for_staff(as_alice, as_agent, agent, alice, hosting):
    """Session, person, permissions; ticket, messages, files, events, mails, subscriptions, tickets, steps of the wind-down,
    offers; saved replies, colleagues; that it is open here, and where else.
    """
    confirm(as_alice, f"{hosting.get_absolute_url()}cancel/", reason="other", message="Moving")
    SavedReply.objects.create(title="Thanks", body="Thank you.")
    ticket = Ticket.objects.get()
    for n in range(9):
        Message.objects.create(ticket=ticket, author=[alice, agent][n % 2], body=f"Message {n}")
        started(alice, date(2026, 3, 20))
        Ticket.objects.create(customer=alice, subject=f"Other {n}")
    assert statements(as_agent, f"/admin/support/ticket/{ticket.pk}/change/") == 16
