"""The start page: what needs attention first, then subscriptions, those that ended apart, then requests."""

import re
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal_project.accounts.models import Merchant
from products.models import Product
from subscriptions.lifecycle import due
from subscriptions.models import Invoice
from subscriptions.portal.attention import MOST
from support.models import CancellationRequest, Offer, Ticket
from support.tickets.opening import open_ticket, reply
from tests.conftest import signed_in
from tests.factories import PlanFactory, ProductFactory, started
from tests.pages import confirm

TODAY = date(2026, 4, 5)


@pytest.fixture
def hosting(alice, clock):
    clock(TODAY)
    return started(alice, date(2026, 3, 20), PlanFactory(product=ProductFactory(name="Hosting", notice_days=10)))


def told(client):
    """What the list says, each with where it leads."""
    page = client.get("/").text
    found = re.search(r'id="attention".*?</section>', page, re.DOTALL)
    assert found
    return dict(re.findall(r'<a href="([^"]+)">([^<]+)</a>\s*<span class="meta">', found[0]))


def paid(**changes):
    Invoice.objects.update(status="paid", paid_on=TODAY, **changes)


def test_nothing_is_said_too(as_alice, hosting):
    paid()
    assert told(as_alice) == {}
    assert "Nothing needs your attention." in as_alice.get("/").text


def test_an_open_invoice_then_a_late_one(as_alice, hosting):
    invoice = Invoice.objects.get()
    Invoice.objects.update(due_on=TODAY)
    assert told(as_alice) == {invoice.get_absolute_url(): f"Invoice {invoice.label} is to be paid"}
    assert "€100.00, due on 5 April 2026" in as_alice.get("/").text
    Invoice.objects.update(due_on=date(2026, 4, 4))
    assert told(as_alice) == {invoice.get_absolute_url(): f"Invoice {invoice.label} is overdue"}
    assert "€100.00, due since 4 April 2026" in as_alice.get("/").text


def test_several_invoices_are_one_line_with_a_sum_for_each_currency(as_alice, alice, hosting):
    started(alice, date(2026, 3, 20), PlanFactory(amount=Decimal("7.50"), currency="USD"))
    started(alice, date(2026, 3, 20), PlanFactory(amount=Decimal("2.50")))
    Invoice.objects.update(due_on=date(2026, 4, 9))
    Invoice.objects.filter(currency="USD").update(due_on=date(2026, 4, 8))
    assert told(as_alice) == {"/invoices/": "3 invoices are to be paid"}
    assert "€102.50, $7.50, the first due on 8 April 2026" in as_alice.get("/").text


def test_an_end_within_two_weeks(as_alice, hosting, clock):
    paid()
    confirm(as_alice, f"{hosting.get_absolute_url()}cancel/", reason="other", message="")
    clock(date(2026, 4, 6))
    assert told(as_alice) == {hosting.get_absolute_url(): "Hosting ends on 20 April 2026"}
    clock(TODAY)
    assert told(as_alice) == {}


def test_an_end_that_has_come_is_not_announced_although_the_job_has_not_run(as_alice, hosting, clock):
    paid()
    confirm(as_alice, f"{hosting.get_absolute_url()}cancel/", reason="other", message="")
    clock(date(2026, 4, 20))
    assert told(as_alice) == {}


def test_a_resume_within_two_weeks(as_alice, hosting):
    paid()
    page = f"{hosting.get_absolute_url()}pause/"
    as_alice.post(page, {"resumes_on": "2026-04-19", "announced": announced(as_alice, page, "2026-04-19")})
    assert told(as_alice) == {hosting.get_absolute_url(): "Hosting resumes on 19 April 2026"}


def announced(client, page, resumes_on):
    shown = client.post(page, {"resumes_on": resumes_on, "preview": "1"}).text
    return re.search(r'name="announced" value="([^"]+)"', shown)[1]


def test_a_trials_end_and_what_it_then_costs(as_alice, alice, clock):
    clock(TODAY)
    trial = started(alice, TODAY, PlanFactory(product=ProductFactory(name="Design"), trial_days=14))
    assert told(as_alice) == {trial.get_absolute_url(): "The trial of Design ends on 19 April 2026"}
    assert "Then it costs €100.00 / month" in as_alice.get("/").text
    clock(date(2026, 4, 19))
    due.apply(date(2026, 4, 19))
    assert trial.get_absolute_url() not in told(as_alice)


def test_of_many_dates_the_next_ones_are_told(as_alice, alice, clock):
    clock(TODAY)
    plan = PlanFactory(product=ProductFactory(name="Design"), trial_days=14)
    for _n in range(MOST):
        started(alice, TODAY, plan)
    next_one = started(alice, date(2026, 4, 1), plan)
    pages = list(told(as_alice))
    assert (pages[0], len(pages)) == (next_one.get_absolute_url(), MOST)


def asked(customer):
    asked = {"kind": "general", "subject": "A question", "body": "How?", "subscription": None}
    return open_ticket(customer=customer, token=uuid4(), today=TODAY, **asked)


def test_an_answer_until_it_was_read_also_within_the_hour_of_the_last_look(as_alice, alice, agent, hosting):
    paid()
    ticket = asked(alice)
    as_alice.get(ticket.get_absolute_url())
    assert told(as_alice) == {}
    reply(ticket, author=agent, body="A note", token=uuid4(), today=TODAY, is_internal=True)
    assert told(as_alice) == {}
    with time_machine.travel("2026-04-05 12:10 +0000", tick=False):
        reply(ticket, author=agent, body="Like this.", token=uuid4(), today=TODAY)
        assert told(as_alice) == {ticket.get_absolute_url(): "We answered “A question”"}
        as_alice.get(ticket.get_absolute_url())
        assert told(as_alice) == {}


def test_an_answer_of_long_ago_and_one_of_somebody_elses_are_not_told(as_alice, alice, bob, agent, clock):
    clock(TODAY)
    for customer in (alice, bob):
        reply(asked(customer), author=agent, body="Like this.", token=uuid4(), today=TODAY)
    clock(TODAY + timedelta(days=31))
    assert told(as_alice) == {}
    assert told(signed_in(bob)) == {}


def test_what_an_offer_tells_is_not_told_twice(as_alice, agent, hosting, clock):
    paid()
    confirm(as_alice, f"{hosting.get_absolute_url()}cancel/", reason="other", message="")
    clock(date(2026, 4, 7))
    request = CancellationRequest.objects.get()
    Offer.objects.create(request=request, kind="discount", percent=20, invoices=3, made_by=agent)
    Ticket.objects.update(answered_at="2026-04-07T10:00:00Z")
    page = as_alice.get("/").text
    assert "An offer for Hosting" in page
    assert told(as_alice) == {}
    assert "Nothing needs your attention." not in page


def test_what_ended_stands_apart(as_alice, alice, hosting):
    ended = started(alice, date(2026, 3, 1), name="Mail", cancellation_mode="immediate")
    confirm(as_alice, f"{ended.get_absolute_url()}cancel/")
    page = as_alice.get("/")
    assert [each.pk for each in page.context["subscriptions"]] == [hosting.pk]
    assert [each.pk for each in page.context["ended"]] == [ended.pk]
    assert "<summary>Ended</summary>" in page.text


def test_somebody_whose_subscriptions_have_all_ended_is_told_that_none_is_running(as_alice, alice, clock):
    clock(TODAY)
    ended = started(alice, date(2026, 3, 1), name="Mail", cancellation_mode="immediate")
    confirm(as_alice, f"{ended.get_absolute_url()}cancel/")
    assert "None is running." in as_alice.get("/").text


def test_it_asks_as_much_with_two_hundred_subscriptions_as_with_one(as_alice, alice, hosting):
    def statements():
        Merchant.forget()
        with CaptureQueriesContext(connection) as captured:
            as_alice.get("/")
        return len(captured)

    as_alice.get("/")
    few = statements()
    plan = PlanFactory(product=Product.objects.get(), name="Trial", trial_days=10)
    for _n in range(200):
        started(alice, TODAY, plan)
    assert statements() == few == 10
