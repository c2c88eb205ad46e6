"""Customers in the admin: their list apart from staff, and the page of one of them."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal_project.accounts import forgetting
from portal_project.accounts.models import InvoicedParty, User
from portal_project.mail.models import OutgoingMail
from subscriptions.models import Invoice, Subscription
from support.admin.customer_page import SHOWN
from support.models import AcceptedAlternative, CancellationRequest, Offer, Ticket
from tests.conftest import signed_in
from tests.factories import PlanFactory, UserFactory, started
from tests.pages import confirm, hidden_inputs

LIST = "/admin/accounts/customer/"
SUBSCRIPTION = "/admin/subscriptions/subscription"


@pytest.fixture
def hosting(alice, clock):
    clock(date(2026, 4, 5))
    return started(alice, date(2026, 3, 20), max_pause_days=None)


def page(customer):
    return f"{LIST}{customer.pk}/change/"


def text_of(response):
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def found(client, term=""):
    return [customer.email for customer in client.get(LIST, {"q": term}).context["cl"].result_list]


def links(client, address, part):
    return set(re.findall(rf'href="({re.escape(part)}[^"]*)"', client.get(address).content.decode()))


def offer(client, ticket):
    address = f"/admin/support/ticket/{ticket.pk}/offer/"
    typed = {"kind": "discount", "percent": 20, "invoices": 2}
    shown = client.post(address, hidden_inputs(client.get(address)) | typed | {"preview": "1"})
    assert client.post(address, hidden_inputs(shown) | typed).status_code == 302


def test_customers_and_staff_are_two_lists(as_agent, agent, merchant, alice, bob):
    assert found(as_agent) == ["bob@example.com", "alice@example.com"]
    staff = as_agent.get("/admin/accounts/user/").context["cl"].result_list
    assert {user.email for user in staff} == {agent.email, merchant.email}


@pytest.mark.parametrize("term", ["ÅHN", "ceramics b.v", "ALICE@", "c 7kq4m2", "crm-17", "ahn alice@example.com"])
def test_a_customer_is_found_by_name_company_address_number_and_external_id(as_agent, alice, bob, term):
    User.objects.filter(pk=alice.pk).update(number="C-7KQ4M2")
    alice.refresh_from_db()
    alice.external_id = "CRM-17"
    alice.save()
    InvoicedParty.objects.create(user=alice, company="Céramics B.V.")
    assert found(as_agent, term) == ["alice@example.com"]


def test_a_company_is_found_by_what_it_is_called_now(as_alice, as_agent, alice):
    for company in ("Ahn Ceramics", "Ahn & Sons"):
        as_alice.post("/accounts/invoicing/", {"kind": "business", "company": company})
    assert (found(as_agent, "sons"), found(as_agent, "ceramics")) == (["alice@example.com"], [])


def test_the_list_is_read_page_by_page_and_never_counted(as_agent, alice):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            response = as_agent.get(LIST, {"q": "customer"})
        return len(captured), [each["sql"] for each in captured if each["sql"].startswith("SELECT COUNT")], response

    UserFactory(name="A customer")
    asked()
    few, counts, _response = asked()
    assert counts == []
    for number in range(60):
        started(
            UserFactory(name=f"Customer {number}"), date(2026, 3, 20), PlanFactory()
        ) if number < 3 else UserFactory()
    many, counts, response = asked()
    assert (many, counts) == (few, [])
    assert len(response.context["cl"].result_list) == 50
    older = as_agent.get(LIST, {"after": as_agent.get(LIST).context["cl"].page.older}).context["cl"]
    assert (len(older.result_list), older.older) == (12, "")


def test_one_page_has_all_that_is_known_of_a_customer(as_alice, as_agent, as_merchant, alice, hosting, clock):
    InvoicedParty.objects.create(
        user=alice, kind="business", company="Ahn Ceramics B.V.", invoice_email="b@example.org"
    )
    confirm(as_alice, f"/subscriptions/{hosting.number}/cancel/", reason="too_expensive", message="Moving")
    ticket = Ticket.objects.get()
    offer(as_agent, ticket)
    AcceptedAlternative.objects.create(
        subscription=hosting,
        customer=alice,
        accepted_on=date(2026, 1, 2),
        offered_then="A pause of 30 days",
        alternative=hosting.product.alternatives.create(kind="pause", pause_days=30),
    )
    shown = text_of(as_merchant.get(page(alice)))
    for known in (
        *("Alice Ahn", alice.number, "mailto:alice@example.com", "Ahn Ceramics B.V.", "b@example.org"),
        *(f"{hosting.plan}", "In notice", "ends on 5 May 2026", "next bill €50.00 on 20 April 2026"),
        *(Invoice.objects.get().label, "€100.00 overdue since 3 April 2026", "Overdue"),
        *(ticket.subject, "Too expensive", "Undecided", "20 % off the next 2 invoices", "A pause of 30 days"),
        *("Cancellation requested", "Subscription started", "An offer for"),
    ):
        assert known in shown, known
    other = text_of(as_merchant.get(page(UserFactory())))
    assert not any(known in other for known in ("Alice", hosting.number, ticket.subject, "overdue"))


@pytest.mark.parametrize("state", ["active", "paused", "in notice", "ends unasked", "canceled"])
def test_what_can_be_done_is_what_the_page_of_the_subscription_offers(as_agent, as_alice, alice, hosting, state):
    if state == "paused":
        confirm(as_agent, f"{SUBSCRIPTION}/{hosting.pk}/pause/")
    elif state == "in notice":
        confirm(as_alice, f"/subscriptions/{hosting.number}/cancel/", reason="other")
    elif state == "ends unasked":
        Subscription.objects.filter(pk=hosting.pk).update(cancels_on=date(2026, 5, 1))
    elif state == "canceled":
        confirm(as_agent, f"{SUBSCRIPTION}/{hosting.pk}/cancel-now/")
    part = f"{SUBSCRIPTION}/{hosting.pk}/"
    offered = set(re.findall(rf'class="pa-button" href="({part}[^"]+)"', as_agent.get(f"{part}change/").text))
    on_the_page = links(as_agent, page(alice), part) - {f"{part}change/"}
    assert on_the_page == offered
    assert (on_the_page == set()) == (state == "canceled")
    assert all(as_agent.get(address).status_code == 200 for address in on_the_page)


def test_who_may_do_what(as_agent, as_merchant, alice, hosting):
    acts = [
        (f"{SUBSCRIPTION}/add/?customer={alice.pk}", {as_merchant}),
        (f"/admin/accounts/user/{alice.pk}/change/", {as_merchant}),
        (f"/admin/accounts/user/{alice.pk}/forget/", {as_merchant}),
        (f"{SUBSCRIPTION}/{hosting.pk}/cancel-now/", {as_merchant, as_agent}),
        (f"/admin/mail/outgoingmail/?q={alice.email.replace('@', '%40')}", {as_merchant}),
    ]
    OutgoingMail.objects.create(key="a", recipient=alice.email, template="subscriptions/paused")
    for address, allowed in acts:
        for client in (as_agent, as_merchant):
            assert (address in client.get(page(alice)).text) == (client in allowed), address
            assert (client.get(address).status_code == 200) == (client in allowed) or "/user/" in address, address


def test_who_may_look(as_alice, alice, as_agent, as_merchant):
    for address in (LIST, page(alice), f"{LIST}{alice.pk}/history/"):
        assert as_agent.get(address).status_code == as_merchant.get(address).status_code == 200
        assert signed_in(UserFactory(is_staff=True)).get(address).status_code == 403
        assert as_alice.get(address).status_code == 302
        assert Client().get(address).status_code == 302


def test_however_much_there_is_a_page_costs_the_same_and_shows_some_of_each(
    as_alice, as_merchant, agent, alice, hosting
):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            response = as_merchant.get(page(alice))
        return len(captured), response

    confirm(as_alice, f"/subscriptions/{hosting.number}/cancel/", reason="other")
    asked()
    few, _response = asked()
    request = CancellationRequest.objects.get()
    for number in range(SHOWN + 2):
        another = started(alice, date(2026, 3, 20), hosting.plan)
        confirm(as_alice, f"/subscriptions/{another.number}/cancel/", reason="other")
        Offer.objects.create(
            request=request, made_by=agent, kind="discount", percent=number + 1, invoices=1, state="lapsed",
            closed_at="2026-04-05T12:00Z",
        )  # fmt: skip
        OutgoingMail.objects.create(key=f"{number}", recipient=alice.email, template="subscriptions/paused", context={})
    many, response = asked()
    assert many == few == 15
    for name in ("subscriptions", "invoices", "tickets", "requests", "offers", "receipts", "mails", "events"):
        assert len(response.context[name]) == SHOWN, name
        behind = response.context.get(f"all_{name}", f"{LIST}{alice.pk}/history/")
        assert behind in response.text.replace("&amp;", "&"), name


@pytest.mark.parametrize("name", ["subscriptions", "invoices", "requests", "offers", "tickets", "receipts", "mails"])
def test_the_list_behind_a_section_is_theirs_alone(as_alice, as_agent, as_merchant, alice, bob, hosting, name):
    of_bob = started(bob, date(2026, 3, 20), hosting.plan)
    for client, subscription in ((as_alice, hosting), (signed_in(bob), of_bob)):
        confirm(client, f"/subscriptions/{subscription.number}/cancel/", reason="other")
        offer(as_agent, Ticket.objects.get(subscription=subscription))
    shown = as_merchant.get(page(alice))
    behind = as_merchant.get(shown.context[f"all_{name}"])
    assert "Bob Berg" not in behind.text
    assert "bob@example.com" not in behind.text
    rows = behind.context["cl"].result_list if "cl" in behind.context else behind.context["rows"]
    assert len(rows) == len(shown.context[name]) > 0


@pytest.mark.parametrize(("sent", "count"), [("x", 0), ("9" * 19, 0), ("0", 0), ("", 1)])
def test_a_list_of_a_customer_that_is_none_is_empty(as_merchant, hosting, sent, count):
    behind = as_merchant.get(f"{SUBSCRIPTION}/", {"customer": sent})
    assert behind.context["cl"].result_count == count


def test_the_whole_history_is_read_page_by_page(as_agent, alice, hosting):
    for _number in range(55):
        hosting.events.create(kind="renewed", channel="job", effective_on=date(2026, 4, 1))
    address = f"{LIST}{alice.pk}/history/"
    first = as_agent.get(address)
    assert len(first.context["page"].rows) == 50
    older = as_agent.get(address, {"after": first.context["page"].older})
    assert len(older.context["page"].rows) == 7
    assert "Subscription started" in older.text


def test_what_is_left_of_somebody_forgotten_can_be_read(as_merchant, merchant, alice, clock):
    clock(date(2026, 4, 5))
    Ticket.objects.create(customer=alice, subject="A question", status="closed")
    forgetting.forget(alice, by=merchant)
    shown = text_of(as_merchant.get(page(alice)))
    assert "Forgotten on 5 April 2026, 12:00 by Mia Merchant." in shown
    assert "Edit details" not in shown
    assert ".invalid" not in shown


def test_a_customer_is_added_and_changed_on_the_pages_of_people(as_merchant, as_agent, alice, agent):
    assert as_merchant.get(f"{LIST}add/").url == "/admin/accounts/user/add/"
    typed = {"email": alice.email, "name": "Alice B. Ahn", "is_active": "on"}
    inline = {"invoiced_party-TOTAL_FORMS": 0, "invoiced_party-INITIAL_FORMS": 0}
    saved = as_merchant.post(f"/admin/accounts/user/{alice.pk}/change/", typed | inline)
    assert saved.url == page(alice)
    for address in (f"{LIST}{agent.pk}/change/", f"{LIST}0/change/"):
        assert as_merchant.get(address).url.startswith("/admin/accounts/user/")
    assert as_merchant.post(page(alice), {"name": "Mallory"}).status_code in (200, 403, 405)
    alice.refresh_from_db()
    assert alice.name == "Alice B. Ahn"


def test_the_page_of_a_ticket_leads_there(as_agent, alice):
    ticket = Ticket.objects.create(customer=alice, subject="A question")
    assert f'href="{page(alice)}"' in as_agent.get(f"/admin/support/ticket/{ticket.pk}/change/").text
