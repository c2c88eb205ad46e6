"""Staff find a cancellation in what a customer wrote, and make the ticket a request as of that day."""

from datetime import date

import pytest

from portal_project.common.facts import worded
from portal_project.mail.models import OutgoingMail
from portal_project.mail.rendering import render
from subscriptions.lifecycle import due
from subscriptions.models import Invoice, Subscription
from support.models import CancellationRequest, Message, Ticket, TicketEvent
from tests.conftest import signed_in
from tests.factories import PlanFactory, started
from tests.pages import confirm, hidden_inputs


@pytest.fixture
def hosting(alice, clock):
    """Billed from 20 March; canceling is not offered in the portal, so customers have to write."""
    clock(date(2026, 3, 20))
    return started(alice, date(2026, 3, 20), allow_cancel=False)


def write(alice, clock, on, subscription=None):
    clock(on)
    typed = {"type": "general", "subject": "Please end it", "body": "I want to leave."}
    number = subscription.number if subscription else ""
    response = confirm(signed_in(alice), "/support/new/", subscription=number, **typed)
    assert response.status_code == 302
    return Ticket.objects.get()


@pytest.fixture
def written(alice, hosting, clock):
    """The customer writes on 1 April; the job bills 20 April; staff read it on 25 April."""
    ticket = write(alice, clock, date(2026, 4, 1), hosting)
    due.apply(date(2026, 4, 20))
    clock(date(2026, 4, 25))
    return ticket


def page(ticket, subscription=None):
    query = f"?subscription={subscription.number}" if subscription else ""
    return f"/admin/support/ticket/{ticket.pk}/turn-into-request/{query}"


def turn(client, ticket, **typed):
    return confirm(client, page(ticket), **({"asked_on": "2026-04-01", "reason": "other", "message": ""} | typed))


def test_the_ticket_becomes_a_request_as_of_the_customers_message(agent, as_agent, written):
    response = turn(as_agent, written)
    assert response.url == f"/admin/support/ticket/{written.pk}/change/"
    written.refresh_from_db()
    assert (written.type, written.status, written.act_by) == ("cancel", "open", date(2026, 5, 1))
    request = written.cancellation_request
    assert (request.requested_on, request.promised_on) == (date(2026, 4, 1), date(2026, 5, 1))
    assert request.requested_at == Message.objects.get().created_at
    assert request.why == (
        "30 days’ notice from 1 April 2026 ends on 1 May 2026, after the billed days (until 20 April 2026), "
        "so it ends then."
    )
    assert Subscription.objects.get().cancels_on == date(2026, 5, 1)
    event = TicketEvent.objects.get(kind="request")
    assert (event.actor, event.old) == (agent, "general")


def test_the_customer_is_told_by_the_same_mail_as_after_an_own_request(as_agent, written):
    turn(as_agent, written, message="We are sorry to see you go.")
    mail = OutgoingMail.objects.get(template="support/request_received")
    assert worded(mail.context["promised_on"]) == "1 May 2026"
    assert worded(mail.context["requested_at"]).startswith("1 April 2026")
    assert mail.context["message"] == "We are sorry to see you go."
    for told in (render(mail).text, render(mail).html):
        assert "becomes void when it ends; instead, €36.67 is billed for 20 to 30 April 2026." in told
        assert "Nothing more is billed" not in told


def test_the_answer_stands_in_the_conversation(agent, as_agent, alice, written):
    turn(as_agent, written, message="We are sorry to see you go.")
    assert "We are sorry to see you go." in signed_in(alice).get(written.get_absolute_url()).content.decode()
    written.refresh_from_db()
    assert written.is_answered


def test_the_page_lists_what_was_billed_since_and_what_becomes_of_it(as_agent, written):
    text = as_agent.get(page(written)).content.decode()
    assert "Invoices made since the customer asked" in text
    assert "Void when it ends; instead €36.67 for 20 to 30 April 2026." in text
    assert f"<td>{Invoice.objects.get(covers_from=date(2026, 4, 20)).label}</td>" in text
    assert "20 March to 19 April" not in text


def test_an_invoice_that_the_job_has_yet_to_make_stands_there_without_a_number(alice, as_agent, hosting, clock):
    ticket = write(alice, clock, date(2026, 4, 1), hosting)
    clock(date(2026, 4, 25))
    text = as_agent.get(page(ticket)).content.decode()
    assert "<td>–</td>" in text
    assert "Void when it ends; instead €36.67 for 20 to 30 April 2026." in text


def test_another_day_is_shown_with_what_it_leads_to(as_agent, written):
    form = hidden_inputs(as_agent.get(page(written))) | {"asked_on": "2026-04-21", "preview": "1"}
    text = as_agent.post(page(written), form).content.decode()
    assert "Ends on <strong>21 May 2026</strong>" in text
    assert "None." in text
    assert not CancellationRequest.objects.exists()


def test_another_day_without_a_look_at_it_brings_the_page_again(as_agent, written):
    response = turn(as_agent, written, asked_on="2026-04-21", message="My own words.")
    text = response.content.decode()
    assert "Ends on: 21 May 2026 (before: 1 May 2026)." in text
    assert "My own words." in text
    assert not CancellationRequest.objects.exists()


def test_on_the_day_of_the_end_the_open_invoice_is_replaced(as_agent, written):
    turn(as_agent, written)
    due.apply(date(2026, 5, 1))
    live = Invoice.objects.exclude(status="void").order_by("covers_from")
    assert [(str(each.amount), each.covers_to) for each in live] == [
        ("100.000", date(2026, 4, 20)),
        ("36.670", date(2026, 5, 1)),
    ]


def test_a_day_that_has_passed_ends_it_today(as_agent, written, clock):
    due.apply(date(2026, 5, 20))
    clock(date(2026, 5, 25))
    text = as_agent.get(page(written)).content.decode()
    assert "Ends <strong>today, 25 May 2026</strong>" in text
    assert "That day has passed, so it ends today, 25 May 2026." in text
    assert "It stays." in text
    assert "There is no refund" not in text
    turn(as_agent, written)
    subscription = Subscription.objects.get()
    assert (subscription.status, subscription.canceled_on) == ("canceled", date(2026, 5, 25))
    request = CancellationRequest.objects.get()
    assert (request.decision, request.promised_on) == ("ended", date(2026, 5, 25))
    written.refresh_from_db()
    assert (written.status, written.act_by) == ("resolved", None)
    assert OutgoingMail.objects.filter(template="support/request_received").count() == 1
    live = Invoice.objects.exclude(status="void").order_by("covers_from")
    # 5 of 31 days: 100.00 x 5 / 31.
    assert [(str(each.amount), each.covers_to) for each in live][-2:] == [
        ("100.000", date(2026, 5, 20)),
        ("16.130", date(2026, 5, 25)),
    ]


def test_asked_during_a_trial_that_has_converted_since_it_ends_with_the_trial(as_agent, alice, clock):
    clock(date(2026, 4, 1))
    subscription = started(alice, date(2026, 4, 1), PlanFactory(trial_days=14, product__allow_cancel=False))
    ticket = write(alice, clock, date(2026, 4, 10), subscription)
    due.apply(date(2026, 4, 15))
    clock(date(2026, 4, 15))
    form = confirm(as_agent, page(ticket), asked_on="2026-04-10", reason="other", message="")
    assert form.status_code == 302
    subscription.refresh_from_db()
    assert subscription.canceled_on == date(2026, 4, 15)
    assert CancellationRequest.objects.get().why.startswith("The trial ends on 15 April 2026")
    assert list(Invoice.objects.values_list("status", flat=True)) == ["void"]


def test_a_trial_that_ended_before_today_is_not_said_to_be_free(as_agent, alice, clock):
    clock(date(2026, 4, 1))
    subscription = started(alice, date(2026, 4, 1), PlanFactory(trial_days=14, product__allow_cancel=False))
    ticket = write(alice, clock, date(2026, 4, 10), subscription)
    due.apply(date(2026, 4, 15))
    clock(date(2026, 4, 18))
    confirm(as_agent, page(ticket), asked_on="2026-04-10", reason="other", message="")
    assert CancellationRequest.objects.get().why == (
        "You asked on 10 April 2026, during the trial, which ended on 15 April 2026. So it ends today, 18 April 2026."
    )
    # 3 of 30 days from the end of the trial.
    assert [str(each.amount) for each in Invoice.objects.exclude(status="void")] == ["10.000"]


def test_what_happened_since_does_not_count(as_alice, as_agent, alice, hosting, clock):
    """Paused and resumed after the message, with unused days given back: the rule looks at the day of the message."""
    hosting.product.resume_rule = "give_back"
    hosting.product.notice_days = 0
    hosting.product.save()
    ticket = write(alice, clock, date(2026, 4, 1), hosting)
    confirm(signed_in(alice), f"/subscriptions/{hosting.number}/pause/")
    clock(date(2026, 4, 11))
    confirm(signed_in(alice), f"/subscriptions/{hosting.number}/resume/")
    hosting.refresh_from_db()
    assert hosting.period_end == date(2026, 4, 29)
    clock(date(2026, 4, 12))
    confirm(as_agent, page(ticket), asked_on="2026-04-01", reason="other", message="")
    hosting.refresh_from_db()
    assert hosting.cancels_on == date(2026, 4, 20)


@pytest.mark.parametrize("day", ["2026-03-31", "2026-04-26", "", "soon"])
def test_the_day_lies_between_the_ticket_and_today(as_agent, written, day):
    assert turn(as_agent, written, asked_on=day).status_code == 200
    assert not CancellationRequest.objects.exists()


def test_a_ticket_that_names_none_lets_staff_choose(as_agent, alice, bob, hosting, clock):
    other = started(bob, date(2026, 3, 20))
    ticket = write(alice, clock, date(2026, 4, 1))
    text = as_agent.get(page(ticket)).content.decode()
    assert hosting.number in text
    assert other.number not in text
    assert "Which subscription does" in as_agent.get(page(ticket, other)).content.decode()
    form = {"asked_on": "2026-04-01", "reason": "other", "message": ""}
    assert confirm(as_agent, page(ticket, hosting), **form).status_code == 302
    ticket.refresh_from_db()
    assert (ticket.subscription, ticket.type) == (hosting, "cancel")


def test_what_ends_today_is_no_choice_before_the_job_has_run(as_agent, alice, hosting, clock):
    ticket = write(alice, clock, date(2026, 4, 1))
    Subscription.objects.filter(pk=hosting.pk).update(cancels_on=date(2026, 4, 2), due_on=date(2026, 4, 2))
    clock(date(2026, 4, 2))
    text = as_agent.get(page(ticket)).content.decode()
    assert "This customer has no subscription that could still be canceled." in text
    assert hosting.number not in text


def test_a_finished_ticket_is_open_again(as_agent, written):
    Ticket.objects.update(status="closed", act_by=None)
    turn(as_agent, written)
    written.refresh_from_db()
    assert (written.status, written.act_by) == ("open", date(2026, 5, 1))


def test_a_subscription_in_notice_leads_to_its_first_request(as_agent, written, hosting):
    request = f"/admin/subscriptions/subscription/{hosting.pk}/request-cancellation/"
    confirm(as_agent, request, reason="other", message="")
    first = CancellationRequest.objects.get().ticket
    assert as_agent.get(page(written)).url == f"/admin/support/ticket/{first.pk}/change/"
    assert CancellationRequest.objects.count() == 1


def test_a_double_submit_makes_one_request(as_agent, written):
    form = hidden_inputs(as_agent.get(page(written))) | {"asked_on": "2026-04-01", "reason": "other", "message": "Bye"}
    for _ in range(2):
        assert as_agent.post(page(written), form).url == f"/admin/support/ticket/{written.pk}/change/"
    assert CancellationRequest.objects.count() == 1
    assert Message.objects.filter(body="Bye").count() == 1


def test_a_ticket_holds_one_request_for_good(as_agent, alice, written, hosting):
    turn(as_agent, written)
    confirm(signed_in(alice), f"/subscriptions/{hosting.number}/withdraw/")
    response = as_agent.get(page(written))
    assert response.status_code == 409
    assert "This ticket already holds the cancellation request of 1 April 2026." in response.content.decode()


def test_only_staff_with_both_rights_may_turn(alice, bob, written, merchant):
    for user, status in ((alice, 302), (bob, 302), (merchant, 200)):
        assert signed_in(user).get(page(written)).status_code == status
    merchant.groups.clear()
    assert signed_in(merchant).post(page(written), {"asked_on": "2026-04-01", "reason": "other"}).status_code == 403
    assert not CancellationRequest.objects.exists()
