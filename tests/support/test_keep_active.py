"""Staff drop a cancellation because the customer agreed to stay."""

from datetime import date

import pytest

from portal_project.mail.models import OutgoingMail
from portal_project.mail.rendering import render
from subscriptions.lifecycle import due
from subscriptions.models import LinkedService, Subscription
from support.jobs import follow_up
from support.models import CancellationRequest, Ticket, TicketEvent
from tests.conftest import signed_in
from tests.factories import started
from tests.pages import confirm, hidden_inputs

AGREED = {"agreement": "By phone: stays for the smaller plan.", "agreed_on": "2026-04-08"}


@pytest.fixture
def in_notice(as_alice, alice, clock):
    """Billed from 20 March, canceled on 1 April to end on 1 May; today is 9 April."""
    clock(date(2026, 4, 1))
    subscription = started(alice, date(2026, 3, 20))
    confirm(as_alice, f"/subscriptions/{subscription.number}/cancel/", reason="switching")
    clock(date(2026, 4, 9))
    return Subscription.objects.get()


def page(subscription):
    return f"/admin/subscriptions/subscription/{subscription.pk}/keep-active/"


def test_the_subscription_goes_on_and_the_ticket_is_rejected(agent, as_agent, in_notice):
    assert confirm(as_agent, page(in_notice), **AGREED).status_code == 302
    in_notice.refresh_from_db()
    assert (in_notice.status, in_notice.cancels_on) == ("active", None)
    request = CancellationRequest.objects.get()
    assert (request.decision, request.decided_by) == ("kept", agent)
    assert (request.agreement, request.agreed_on) == (AGREED["agreement"], date(2026, 4, 8))
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.act_by) == ("rejected", None)


def test_the_page_names_customer_product_and_what_happens(as_agent, in_notice):
    text = as_agent.get(page(in_notice)).content.decode()
    assert f"Keep active: {in_notice.product} of Alice Ahn?" in text
    assert "It no longer ends on 1 May 2026." in text
    assert text.count("€100.00</td>") == 3
    for day in ("20 Apr 2026", "20 May 2026", "20 Jun 2026"):
        assert day in text


def test_what_the_page_announced_is_billed(as_agent, in_notice):
    confirm(as_agent, page(in_notice), **AGREED)
    due.apply(date(2026, 6, 20))
    billed = in_notice.invoices.order_by("covers_from").values_list("covers_from", "covers_to")
    assert list(billed)[1:] == [
        (date(2026, 4, 20), date(2026, 5, 20)),
        (date(2026, 5, 20), date(2026, 6, 20)),
        (date(2026, 6, 20), date(2026, 7, 20)),
    ]


def test_linked_services_renew_again(as_alice, as_agent, alice, clock):
    clock(date(2026, 4, 1))
    subscription = started(alice, date(2026, 3, 20))
    domain = LinkedService.objects.create(subscription=subscription, name="alice.example")
    confirm(as_alice, f"/subscriptions/{subscription.number}/cancel/", reason="other")
    confirm(as_agent, page(subscription), agreement="By chat", agreed_on="2026-04-01")
    domain.refresh_from_db()
    assert domain.auto_renew


def test_the_customer_reads_what_was_agreed_by_mail_and_on_the_ticket(as_alice, as_agent, in_notice):
    confirm(as_agent, page(in_notice), **AGREED)
    mail = render(OutgoingMail.objects.get(template="support/request_kept"))
    text = as_alice.get(Ticket.objects.get().get_absolute_url()).content.decode()
    for shown in (mail.text, mail.html, text):
        assert "8 April 2026" in shown
        assert AGREED["agreement"] in shown
    assert "Kept, as agreed with you" in text


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"agreement": ""}, "This field is required."),
        ({"agreement": "   "}, "This field is required."),
        ({"agreed_on": ""}, "This field is required."),
        ({"agreed_on": "2026-04-10"}, "Choose a day from 1 April 2026 to 9 April 2026."),
        ({"agreed_on": "2026-03-31"}, "Choose a day from 1 April 2026 to 9 April 2026."),
    ],
)
def test_without_how_and_when_nothing_is_dropped(as_agent, in_notice, typed, complaint):
    response = confirm(as_agent, page(in_notice), **(AGREED | typed))
    assert response.status_code == 200
    assert complaint in response.content.decode()
    assert CancellationRequest.objects.undecided().exists()
    in_notice.refresh_from_db()
    assert in_notice.cancels_on == date(2026, 5, 1)


def test_the_decision_is_in_the_history_of_ticket_and_subscription(agent, as_agent, in_notice):
    confirm(as_agent, page(in_notice), **AGREED)
    event = TicketEvent.objects.get(kind="status")
    assert (event.actor, event.old, event.new) == (agent, "open", "rejected")
    assert in_notice.events.first().kind == "cancellation_withdrawn"


def test_the_button_is_there_while_a_request_is_undecided(as_agent, in_notice):
    change = f"/admin/subscriptions/subscription/{in_notice.pk}/change/"
    assert "keep-active" in as_agent.get(change).content.decode()
    confirm(as_agent, page(in_notice), **AGREED)
    assert "keep-active" not in as_agent.get(change).content.decode()


def test_an_end_that_nobody_requested_here_can_only_be_withdrawn(as_agent, in_notice):
    Ticket.objects.all().delete()
    change = as_agent.get(f"/admin/subscriptions/subscription/{in_notice.pk}/change/").content.decode()
    assert "keep-active" not in change
    assert "withdraw" in change
    response = as_agent.get(page(in_notice))
    assert response.status_code == 409
    assert "No cancellation request is undecided here." in response.content.decode()


def test_a_double_submit_keeps_once(as_agent, in_notice):
    form = hidden_inputs(as_agent.get(page(in_notice))) | AGREED
    for _ in range(2):
        assert as_agent.post(page(in_notice), form).status_code == 302
    assert OutgoingMail.objects.filter(template="support/request_kept").count() == 1
    assert in_notice.events.filter(kind="cancellation_withdrawn").count() == 1


def test_whoever_comes_after_the_customer_reads_what_was_decided(as_alice, as_agent, in_notice):
    form = hidden_inputs(as_agent.get(page(in_notice))) | AGREED
    confirm(as_alice, f"/subscriptions/{in_notice.number}/withdraw/")
    text = as_agent.post(page(in_notice), form, follow=True).content.decode()
    assert "No cancellation is scheduled for this subscription." in text
    assert "The request of 1 April 2026 was decided on 9 April 2026: Withdrawn." in text
    assert CancellationRequest.objects.get().decision == "withdrawn"


def test_a_customer_who_comes_after_staff_reads_it_in_the_words_for_customers(as_alice, as_agent, in_notice):
    withdraw = f"/subscriptions/{in_notice.number}/withdraw/"
    form = hidden_inputs(as_alice.get(withdraw))
    confirm(as_agent, page(in_notice), **AGREED)
    text = as_alice.post(withdraw, form, follow=True).content.decode()
    assert "The request of 1 April 2026 was decided on 9 April 2026: Kept, as agreed with you." in text


def test_the_decision_leads_back_to_the_ticket_of_the_request(as_agent, in_notice):
    ticket = f"/admin/support/ticket/{Ticket.objects.get().pk}/change/"
    assert f'href="{ticket}">Back</a>' in as_agent.get(page(in_notice)).content.decode()
    assert confirm(as_agent, page(in_notice), **AGREED).url == ticket


def test_on_the_day_of_the_end_it_is_too_late(as_agent, in_notice, clock):
    form = hidden_inputs(as_agent.get(page(in_notice))) | AGREED
    clock(date(2026, 5, 1))
    response = as_agent.post(page(in_notice), form)
    assert response.status_code == 409
    assert "This subscription ended on 1 May 2026." in response.content.decode()
    due.apply(date(2026, 5, 1))
    follow_up.run(date(2026, 5, 1))
    assert CancellationRequest.objects.get().decision == "ended"


def test_only_staff_with_the_right_may_keep(as_alice, bob, in_notice):
    for client in (as_alice, signed_in(bob)):
        assert client.get(page(in_notice)).status_code in (302, 403)
        client.post(page(in_notice), AGREED)
    assert CancellationRequest.objects.undecided().exists()
