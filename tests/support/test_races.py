"""Two people, or a person and the job, at the same moment: one outcome, and a clear answer for whoever comes second.

With threads and their own connections on PostgreSQL, because SQLite has no row locks.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client

from portal_project.mail.models import OutgoingMail
from portal_project.receipts.models import Receipt
from subscriptions.billing import payments
from subscriptions.lifecycle import due
from subscriptions.models import Invoice, Subscription, SubscriptionEvent
from subscriptions.rules.states import NotAllowed
from support.cancellations.decisions import TICKET_ENDS
from support.jobs import follow_up
from support.models import CancellationRequest, Message, Ticket, TicketEvent
from tests.conftest import signed_in
from tests.factories import PlanFactory, UserFactory, started
from tests.pages import confirm, hidden_inputs

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 3


@pytest.fixture
def hosting(alice, clock):
    clock(date(2026, 4, 1))
    return started(alice, date(2026, 3, 20))


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run them in threads that start together; an exception of one is raised here."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(timeout=30) for future in [pool.submit(run, act) for act in acts]]


def prepared(client: Client, url: str, **typed: str) -> Callable[[], int]:
    """The click on a form that was opened before the race."""
    form = hidden_inputs(client.get(url)) | typed
    return lambda: client.post(url, form).status_code


def address(subscription: Subscription, action: str) -> str:
    return f"/subscriptions/{subscription.number}/{action}/"


def test_two_requests_make_one(alice, hosting):
    ask = [prepared(signed_in(alice), address(hosting, "cancel"), reason="other") for _ in range(4)]
    assert at_once(*ask) == [302] * 4
    assert Ticket.objects.count() == CancellationRequest.objects.count() == 1
    assert SubscriptionEvent.objects.filter(kind="cancellation_scheduled").count() == 1
    assert OutgoingMail.objects.filter(template="receipts/receipt").count() == 1


def test_two_pauses_make_one(alice, hosting):
    assert at_once(*[prepared(signed_in(alice), address(hosting, "pause")) for _ in range(4)]) == [302] * 4
    assert SubscriptionEvent.objects.filter(kind="paused").count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_pause_and_a_cancellation_have_one_order(alice, hosting, _round):
    pause = prepared(signed_in(alice), address(hosting, "pause"))
    cancel = prepared(signed_in(alice), address(hosting, "cancel"), reason="other")
    paused, canceled = at_once(pause, cancel)
    hosting.refresh_from_db()
    if hosting.status == "paused":
        # The pause came first; the request's announcement then no longer held, so its page came again.
        assert (paused, canceled, hosting.cancels_on) == (302, 200, None)
    else:
        assert (paused, canceled, hosting.cancels_on) == (409, 302, date(2026, 5, 1))


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_withdrawal_and_the_job_on_the_last_day_make_one_decision(alice, hosting, clock, _round):
    confirm(signed_in(alice), address(hosting, "cancel"), reason="other")
    # The page was opened on the last day of the notice, and both come just after midnight.
    clock(date(2026, 4, 30))
    withdraw = prepared(signed_in(alice), address(hosting, "withdraw"))
    clock(date(2026, 5, 1))
    answer, _summary = at_once(withdraw, lambda: due.apply(date(2026, 5, 1)))
    follow_up.run(date(2026, 5, 1))
    hosting.refresh_from_db()
    assert (answer, hosting.status, hosting.canceled_on) == (409, "canceled", date(2026, 5, 1))
    assert CancellationRequest.objects.get().decision == "ended"
    assert SubscriptionEvent.objects.filter(kind="canceled").count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_withdrawal_while_staff_cancel_makes_one_decision(alice, agent, hosting, _round):
    confirm(signed_in(alice), address(hosting, "cancel"), reason="other")
    withdraw = prepared(signed_in(alice), address(hosting, "withdraw"))
    cancel = prepared(signed_in(agent), f"/admin/subscriptions/subscription/{hosting.pk}/cancel-now/")
    withdrawn, canceled = at_once(withdraw, cancel)
    decision = CancellationRequest.objects.get().decision
    hosting.refresh_from_db()
    if decision == "withdrawn":
        # The end that was announced to staff was no longer scheduled, so their page came again.
        assert (withdrawn, canceled, hosting.status) == (302, 200, "active")
    else:
        assert (decision, withdrawn, canceled, hosting.status) == ("canceled_now", 409, 302, "canceled")


def told(client: Client, url: str, **typed: str) -> Callable[[], tuple[int, str]]:
    """As `prepared`, with what the person reads in the end."""
    form = hidden_inputs(client.get(url)) | typed

    def click() -> tuple[int, str]:
        response = client.post(url, form)
        page = client.get(response.url) if response.status_code == 302 else response
        return response.status_code, page.content.decode()

    return click


def admin(subscription: Subscription, verb: str) -> str:
    return f"/admin/subscriptions/subscription/{subscription.pk}/{verb}/"


WON = {
    "withdrawn": "The cancellation is withdrawn.",
    "canceled_now": "The subscription has ended.",
    "kept": "The subscription goes on.",
}
LOST = [
    "This subscription ended on 10 April 2026.",
    "The request of 1 April 2026 was decided on 10 April 2026",
    "Scheduled end: none (before: 1 May 2026).",
]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_everybody_decides_at_once_and_one_decision_holds(alice, agent, merchant, hosting, clock, _round):
    """The customer withdraws while one of staff cancels, another keeps, and the job runs."""
    confirm(signed_in(alice), address(hosting, "cancel"), reason="other")
    clock(date(2026, 4, 10))
    agreed = {"agreement": "By phone", "agreed_on": "2026-04-10"}
    clicks = [
        told(signed_in(alice), address(hosting, "withdraw")),
        told(signed_in(agent), admin(hosting, "cancel-now")),
        told(signed_in(merchant), admin(hosting, "keep-active"), **agreed),
    ]

    def job() -> None:
        due.apply(date(2026, 4, 10))
        follow_up.run(date(2026, 4, 10))

    *answers, _none = at_once(*clicks, job)
    request = CancellationRequest.objects.get()
    won = dict(zip(("withdrawn", "canceled_now", "kept"), answers, strict=True))
    status, page = won.pop(request.decision)
    assert status == 302
    assert WON[request.decision] in page
    for lost_status, lost_page in won.values():
        assert lost_status in (200, 302, 409)
        assert any(sentence in lost_page for sentence in LOST), lost_page
    hosting.refresh_from_db()
    assert hosting.status == ("canceled" if request.decision == "canceled_now" else "active")
    assert hosting.cancels_on is None
    assert Ticket.objects.get().status == TICKET_ENDS[request.decision]
    assert TicketEvent.objects.filter(kind="status").count() == 1
    assert OutgoingMail.objects.filter(template="support/request_kept").count() == (request.decision == "kept")
    assert Receipt.objects.filter(kind="cancellation_withdrawn").count() == (request.decision == "withdrawn")


@pytest.mark.parametrize("_round", range(2))
def test_on_the_day_of_the_end_everybody_is_too_late(alice, agent, merchant, hosting, clock, _round):
    confirm(signed_in(alice), address(hosting, "cancel"), reason="other")
    clock(date(2026, 4, 30))
    agreed = {"agreement": "By phone", "agreed_on": "2026-04-30"}
    clicks = [
        told(signed_in(alice), address(hosting, "withdraw")),
        told(signed_in(agent), admin(hosting, "withdraw")),
        told(signed_in(merchant), admin(hosting, "keep-active"), **agreed),
    ]
    clock(date(2026, 5, 1))

    def job() -> None:
        due.apply(date(2026, 5, 1))
        follow_up.run(date(2026, 5, 1))

    *answers, _first, _second = at_once(*clicks, job, job)
    job()
    for status, page in answers:
        assert status == 409
        assert "This subscription ended on 1 May 2026." in page
    assert CancellationRequest.objects.get().decision == "ended"
    assert Ticket.objects.get().status == "resolved"
    assert TicketEvent.objects.filter(kind="status").count() == 1
    assert SubscriptionEvent.objects.filter(kind="canceled").count() == 1


def test_two_follow_ups_decide_everything_once(clock):
    clock(date(2026, 4, 1))
    plan = PlanFactory()
    for _ in range(10):
        customer = UserFactory()
        subscription = started(customer, date(2026, 3, 20), plan)
        confirm(signed_in(customer), address(subscription, "cancel"), reason="other")
    due.apply(date(2026, 5, 1))
    decided = at_once(*[lambda: follow_up.run(date(2026, 5, 1))] * 3)
    assert sum(decided) == 10
    assert TicketEvent.objects.filter(kind="status").count() == 10


@pytest.mark.parametrize("_round", range(2))
def test_a_ticket_that_is_turned_while_its_customer_asks_makes_one_request(alice, agent, hosting, _round):
    ticket = Ticket.objects.create(customer=alice, subject="Please end it", subscription=hosting)
    ask = told(signed_in(alice), address(hosting, "cancel"), reason="other")
    turn = told(
        signed_in(agent),
        f"/admin/support/ticket/{ticket.pk}/turn-into-request/",
        reason="other",
        asked_on="2026-04-01",
    )
    asked, turned = at_once(ask, turn)
    request = CancellationRequest.objects.get()
    assert (asked[0], turned[0]) == (302, 302)
    late = asked[1] if request.ticket == ticket else turned[1]
    assert f"It was requested on 1 April 2026, as {request.ticket.number}." in late
    mails = OutgoingMail.objects.filter(template__in=["receipts/receipt", "support/request_received"])
    assert mails.count() == 1


def test_two_clicks_on_start_begin_one_subscription(alice, merchant, clock):
    clock(date(2026, 4, 20))
    add = "/admin/subscriptions/subscription/add/"
    client = signed_in(merchant)
    confirmation = hidden_inputs(confirm(client, add, customer=alice.pk, plan=PlanFactory().pk))
    clients = [signed_in(merchant) for _ in range(4)]
    answers = at_once(*[lambda c=c: c.post(add, confirmation).status_code for c in clients])
    assert answers == [302] * 4
    assert Subscription.objects.count() == Invoice.objects.count() == 1


def test_an_invoice_that_is_paid_while_its_subscription_ends_stays_paid_or_is_void(alice, merchant, clock):
    """Never both: a payment that was recorded is not voided, and what is void cannot be paid."""
    clock(date(2026, 4, 20))
    hosting = started(alice, date(2026, 4, 20))
    invoice = Invoice.objects.get()
    cancel = prepared(signed_in(merchant), admin(hosting, "cancel-now"))

    def pay() -> bool:
        try:
            payments.record(invoice.number, received_on=date(2026, 4, 20), reference="", by=merchant)
        except NotAllowed:
            return False
        return True

    paid, canceled = at_once(pay, cancel)
    invoice.refresh_from_db()
    # Where the payment came first, the page comes again, because it had announced a void invoice.
    assert (paid, canceled, invoice.status) in [(True, 200, "paid"), (True, 302, "paid"), (False, 302, "void")]


def test_four_workers_bill_everybody_once_without_holes(db):
    plan = PlanFactory()
    for _ in range(40):
        started(UserFactory(), date(2026, 3, 20), plan)
    at_once(*[lambda: due.apply(date(2026, 4, 20), batch=3)] * 4)
    assert Invoice.objects.filter(covers_from=date(2026, 4, 20)).count() == 40
    assert sorted(Invoice.objects.values_list("number", flat=True)) == list(range(1, 81))


def test_the_job_comes_back_for_a_row_that_somebody_held(hosting):
    """It skips the held row, does the others, then waits for it."""
    held, free = Barrier(2), Barrier(2)

    def hold() -> None:
        with transaction.atomic():
            Subscription.objects.select_for_update().get(pk=hosting.pk)
            held.wait()
            free.wait()

    def work() -> None:
        held.wait()
        with ThreadPoolExecutor(1) as release:
            release.submit(free.wait)
            due.apply(date(2026, 4, 20))

    at_once(hold, work)
    assert Invoice.objects.filter(covers_from=date(2026, 4, 20)).count() == 1


def test_two_replies_from_one_form_make_one_message(alice, hosting):
    ticket = Ticket.objects.create(customer=alice, subject="Hello")
    token = str(uuid4())
    url = ticket.get_absolute_url()
    clients = [signed_in(alice) for _ in range(4)]
    answers = at_once(*[lambda c=c: c.post(url, {"token": token, "body": "Hi"}).status_code for c in clients])
    assert answers == [302] * 4
    assert Message.objects.count() == 1
