from datetime import date

import pytest

from portal_project.mail.models import OutgoingMail
from products.models import Product
from subscriptions.lifecycle import due
from subscriptions.models import LinkedService, SubscriptionEvent
from support.jobs import follow_up
from support.models import CancellationRequest, Message, Ticket
from tests.conftest import signed_in
from tests.factories import started
from tests.pages import confirm, hidden_inputs, receipt


@pytest.fixture
def hosting(alice, clock):
    clock(date(2026, 4, 1))
    return started(alice, date(2026, 3, 20))


def page(subscription):
    return f"/subscriptions/{subscription.number}/cancel/"


def ask(client, subscription, **typed):
    return confirm(client, page(subscription), **({"reason": "too_expensive", "message": ""} | typed))


def test_it_opens_a_ticket_and_leaves_the_subscription_active_until_the_date(as_alice, alice, hosting):
    ask(as_alice, hosting, message="Too much for me.")
    hosting.refresh_from_db()
    assert (hosting.status, hosting.cancels_on) == ("active", date(2026, 5, 1))
    ticket = Ticket.objects.get()
    assert (ticket.type, ticket.status, ticket.customer, ticket.subscription) == ("cancel", "open", alice, hosting)
    assert Message.objects.get().body == "Too much for me."
    request = ticket.cancellation_request
    assert (request.reason_id, request.notice_days, request.promised_on) == ("too_expensive", 30, date(2026, 5, 1))


def test_the_page_says_when_it_ends_and_why(as_alice, hosting):
    text = as_alice.get(page(hosting)).content.decode()
    assert (
        "30 days’ notice from 1 April 2026 ends on 1 May 2026, after the billed days (until 20 April 2026), "
        "so it ends then." in text
    )
    assert "€36.67" in text


def test_a_reason_is_required_and_the_message_is_kept(as_alice, hosting):
    response = ask(as_alice, hosting, reason="", message="My own words.")
    text = response.content.decode()
    assert response.status_code == 200
    assert "Choose a reason" in text
    assert "My own words." in text
    assert not Ticket.objects.exists()


def test_in_notice_the_page_shows_the_date_and_the_way_back(as_alice, hosting):
    ask(as_alice, hosting)
    text = as_alice.get(hosting.get_absolute_url()).content.decode()
    assert 'data-status="active"' in text
    assert 'data-cancels-on="2026-05-01"' in text
    assert "Withdraw cancellation" in text
    assert "Cancel Subscription" not in text


def test_the_receipt_says_when_it_was_received_when_it_ends_and_why(as_alice, hosting):
    given = receipt(ask(as_alice, hosting))
    assert (given.effective_on, given.ticket) == (date(2026, 5, 1), Ticket.objects.get().number)
    assert given.points[0] == "Ends on 1 May 2026: this is the first day without it."
    assert "30 days’ notice" in given.points[1]
    assert OutgoingMail.objects.get(template="receipts/receipt").context["given"].startswith("1 April 2026")


def test_a_second_request_leads_to_the_first(as_alice, hosting):
    form = hidden_inputs(as_alice.get(page(hosting))) | {"reason": "other"}
    first, second = [receipt(as_alice.post(page(hosting), form)) for _ in range(2)]
    assert first == second
    assert as_alice.get(page(hosting)).url == hosting.get_absolute_url()
    assert Ticket.objects.count() == CancellationRequest.objects.count() == 1
    assert SubscriptionEvent.objects.filter(kind="cancellation_scheduled").count() == 1
    assert OutgoingMail.objects.filter(template="receipts/receipt").count() == 1


def test_on_its_date_it_ends_and_the_ticket_is_resolved(as_alice, hosting):
    ask(as_alice, hosting)
    due.apply(date(2026, 4, 30))
    follow_up.run(date(2026, 4, 30))
    assert Ticket.objects.get().status == "open"
    due.apply(date(2026, 5, 3))
    follow_up.run(date(2026, 5, 3))
    hosting.refresh_from_db()
    assert (hosting.status, hosting.canceled_on, hosting.cancels_on) == ("canceled", date(2026, 5, 1), None)
    request = CancellationRequest.objects.get()
    assert (request.decision, request.decided_by, request.promised_on) == ("ended", None, date(2026, 5, 1))
    assert Ticket.objects.get().status == "resolved"


def test_without_notice_it_ends_when_the_billed_days_are_over(as_alice, alice, clock):
    clock(date(2026, 4, 1))
    subscription = started(alice, date(2026, 3, 20), notice_days=0)
    ask(as_alice, subscription)
    subscription.refresh_from_db()
    assert subscription.cancels_on == date(2026, 4, 20)
    assert CancellationRequest.objects.get().why == (
        "There is no notice period, so it ends when the billed days are over, on 20 April 2026."
    )


def test_a_paused_one_past_its_billed_days_without_notice_ends_at_once(as_alice, alice, clock):
    clock(date(2026, 4, 1))
    subscription = started(alice, date(2026, 3, 20), notice_days=0)
    confirm(as_alice, f"/subscriptions/{subscription.number}/pause/")
    clock(date(2026, 6, 1))
    response = ask(as_alice, subscription)
    subscription.refresh_from_db()
    assert (subscription.status, subscription.canceled_on) == ("canceled", date(2026, 6, 1))
    assert Ticket.objects.get().status == "resolved"
    assert CancellationRequest.objects.get().decision == "ended"
    assert "The subscription has ended." in as_alice.get(response.url).content.decode()


def test_a_setting_changed_later_does_not_move_a_promised_date(as_alice, hosting):
    ask(as_alice, hosting)
    hosting.product.notice_days = 90
    hosting.product.cancellation_mode = "immediate"
    hosting.product.save()
    hosting.refresh_from_db()
    assert hosting.cancels_on == CancellationRequest.objects.get().promised_on == date(2026, 5, 1)


def test_a_notice_changed_after_the_page_was_shown_brings_it_again(as_alice, hosting):
    form = hidden_inputs(as_alice.get(page(hosting)))
    hosting.product.notice_days = 60
    hosting.product.save()
    response = as_alice.post(page(hosting), form | {"reason": "other", "message": "Kept."})
    text = response.content.decode()
    assert "Ends on: 31 May 2026 (before: 1 May 2026)." in text
    assert "Kept." in text
    assert not Ticket.objects.exists()


def test_linked_services_stop_renewing(as_alice, hosting):
    domain = LinkedService.objects.create(subscription=hosting, name="example.org", auto_renew=True)
    mailbox = LinkedService.objects.create(subscription=hosting, name="mail.example.org", auto_renew=False)
    ask(as_alice, hosting)
    domain.refresh_from_db()
    mailbox.refresh_from_db()
    assert (domain.auto_renew, mailbox.auto_renew) == (False, False)
    confirm(as_alice, f"/subscriptions/{hosting.number}/withdraw/")
    domain.refresh_from_db()
    mailbox.refresh_from_db()
    assert (domain.auto_renew, mailbox.auto_renew) == (True, False)


def test_another_customer_gets_404(bob, hosting):
    client = signed_in(bob)
    for action in ("cancel", "withdraw"):
        assert client.post(f"/subscriptions/{hosting.number}/{action}/", {"reason": "other"}).status_code == 404
    hosting.refresh_from_db()
    assert hosting.cancels_on is None


@pytest.mark.parametrize(
    ("starts", "paused", "offered"),
    [
        ("at_once", date(2026, 4, 5), True),
        ("at_once", date(2026, 4, 19), False),
        ("period_end", date(2026, 4, 5), False),
    ],
)
def test_resuming_first_is_offered_only_where_unused_days_are_given_back(
    as_alice, alice, clock, starts, paused, offered
):
    clock(paused)
    subscription = started(alice, date(2026, 3, 20), resume_rule="give_back", notice_days=0, pause_starts=starts)
    confirm(as_alice, f"/subscriptions/{subscription.number}/pause/")
    clock(date(2026, 5, 20))
    text = signed_in(alice).get(page(subscription)).content.decode()
    assert ("Resume first" in text) is offered


def test_no_notice_and_no_billed_day_left_is_said(as_alice, alice, clock):
    clock(date(2026, 4, 1))
    subscription = started(alice, date(2026, 3, 20), notice_days=0)
    confirm(as_alice, f"/subscriptions/{subscription.number}/pause/")
    clock(date(2026, 5, 10))
    ask(signed_in(alice), subscription)
    assert CancellationRequest.objects.get().why.endswith("no billed day is left, so it ends at once.")


@pytest.mark.parametrize("switches", [{}, {"allow_cancel": False}, {"cancellation_mode": "immediate"}])
def test_a_request_for_a_canceled_subscription_is_done(as_alice, as_agent, hosting, clock, switches):
    """The portal leads to how it ended, and staff to the ticket or subscription they came from; nothing is asked for twice."""
    form = hidden_inputs(as_alice.get(page(hosting))) | {"reason": "other", "message": ""}
    ask(as_alice, hosting)
    due.apply(date(2026, 5, 1))
    follow_up.run(date(2026, 5, 1))
    clock(date(2026, 5, 2))
    Product.objects.update(**switches)
    mails = OutgoingMail.objects.count()
    admin = f"/admin/subscriptions/subscription/{hosting.pk}/request-cancellation/"
    for client, url in ((as_alice, page(hosting)), (as_agent, admin)):
        for response in (client.get(url, follow=True), client.post(url, form, follow=True)):
            assert response.redirect_chain
            assert "This subscription ended on 1 May 2026." in response.content.decode()
    assert CancellationRequest.objects.count() == Ticket.objects.count() == 1
    assert OutgoingMail.objects.count() == mails
