from datetime import UTC, date, datetime

import pytest

from support.models import Message, Ticket
from tests.factories import started
from tests.pages import confirm, hidden_inputs

NEW = "/support/new/"
TYPED = {"type": "general", "subscription": "", "subject": "A question", "body": "How do I…?\nThank you."}


def admin_page(ticket):
    return f"/admin/support/ticket/{ticket.pk}/change/"


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


def test_a_question_about_an_invoice_names_it_and_its_subscription(as_alice, as_agent, alice, clock):
    clock(date(2026, 4, 5))
    subscription = started(alice, date(2026, 3, 20))
    invoice = subscription.invoices.get()
    link = f"/support/new/?type=billing&amp;invoice={invoice.number}"
    assert link in as_alice.get(invoice.get_absolute_url()).content.decode()
    page = as_alice.get(link.replace("&amp;", "&"))
    assert (page.context["form"]["type"].value(), page.context["form"]["invoice"].value()) == ("billing", "1")
    as_alice.post(NEW, hidden_inputs(page) | TYPED | {"type": "billing", "invoice": invoice.number})
    ticket = Ticket.objects.get()
    assert (ticket.invoice, ticket.subscription) == (invoice, subscription)
    assert invoice.get_absolute_url() in as_alice.get(ticket.get_absolute_url()).content.decode()
    assert f"/admin/subscriptions/invoice/{invoice.pk}/change/" in as_agent.get(admin_page(ticket)).content.decode()


def test_an_invoice_is_the_customers_own_and_fits_the_subscription(as_alice, alice, bob, clock):
    clock(date(2026, 4, 5))
    first, second = started(alice, date(2026, 3, 20)), started(alice, date(2026, 3, 20))
    others = started(bob, date(2026, 3, 20)).invoices.get()
    response = confirm(as_alice, NEW, **(TYPED | {"invoice": others.number}))
    assert "Choose one of your invoices." in response.content.decode()
    wrong = TYPED | {"subscription": second.number, "invoice": first.invoices.get().number}
    assert "This invoice is for another subscription." in confirm(as_alice, NEW, **wrong).content.decode()
    assert others.label not in as_alice.get(f"{NEW}?invoice={others.number}").content.decode()
    assert not Ticket.objects.exists()


def test_of_many_invoices_the_latest_are_offered_and_the_one_that_was_named(as_alice, alice, clock):
    clock(date(2026, 4, 5))
    for _ in range(30):
        started(alice, date(2026, 3, 20))
    offered = as_alice.get(f"{NEW}?invoice=2").context["form"].fields["invoice"].choices
    assert [number for number, _label in offered] == ["", *range(30, 6, -1), 2]


def test_too_many_tickets_within_an_hour_are_refused_with_what_was_typed(as_alice, alice, clock):
    clock(date(2026, 4, 5))
    Ticket.objects.bulk_create(Ticket(customer=alice, subject=str(n), number=f"T-{n}") for n in range(20))
    response = confirm(as_alice, NEW, **TYPED)
    assert "You have sent many requests within an hour." in response.content.decode()
    assert "How do I…?" in response.content.decode()
    assert Ticket.objects.count() == 20
    Ticket.objects.update(created_at="2026-04-05T10:59:00Z")
    confirm(as_alice, NEW, **TYPED)
    assert Ticket.objects.count() == 21


def test_asking_to_cancel_is_never_refused_for_being_too_much(as_alice, alice, clock):
    clock(date(2026, 4, 5))
    subscription = started(alice, date(2026, 3, 20), allow_cancel=False)
    Ticket.objects.bulk_create(Ticket(customer=alice, subject=str(n), number=f"T-{n}") for n in range(20))
    confirm(as_alice, NEW, **(TYPED | {"type": "cancel", "subscription": subscription.number}))
    assert Ticket.objects.filter(type="cancel", subscription=subscription).exists()


def test_a_subject_is_one_line_of_what_is_seen(as_alice, db):
    confirm(as_alice, NEW, **(TYPED | {"subject": "My\r\nserver\u200b", "body": "Cafe\u0301\r\nThank you."}))
    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.messages.get().body) == ("My server", "Café\nThank you.")


@pytest.mark.parametrize("field", ["subject", "body"])
@pytest.mark.parametrize("nothing", ["\u200b\u200d", "\u3164", "\u2800 \ufeff"])
def test_a_text_that_nobody_sees_is_missing(as_alice, db, field, nothing):
    assert "This field is required." in confirm(as_alice, NEW, **(TYPED | {field: nothing})).content.decode()
    assert not Ticket.objects.exists()


def test_the_time_of_a_message_is_one_that_html_knows(as_alice, db):
    confirm(as_alice, NEW, **TYPED)
    Message.objects.update(created_at=datetime(2026, 4, 5, 12, 0, 0, 123456, tzinfo=UTC))
    assert (
        'datetime="2026-04-05T12:00:00+00:00"' in as_alice.get(Ticket.objects.get().get_absolute_url()).content.decode()
    )
