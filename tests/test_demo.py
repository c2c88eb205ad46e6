"""The sample data that `manage.py demo` loads."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import F, Q
from django.test import Client
from django.utils.timezone import localdate

from portal_project.accounts.models import Merchant, User
from portal_project.demo import people
from portal_project.mail.models import OutgoingMail
from products.models import CancellationMode
from subscriptions.models import BulkAct, Invoice, LinkedService, PaymentFile, Subscription, SubscriptionEvent
from subscriptions.rules.states import Status
from support.models import CancellationRequest, Message, SavedReply, Ticket, TicketEvent, WindDownStep
from support.queue import act_by
from tests.conftest import signed_in
from tests.crawl import crawl, is_page


@pytest.fixture(scope="module")
def sample(django_db_setup, django_db_blocker):
    """The sample data, loaded once for all tests of this file and rolled back after the last."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("demo", no_serve=True, yes_production=True)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def hers(sample, db):
    return Subscription.objects.filter(customer__email=people.ALICE).select_related("plan__product")


def test_everybody_signs_in_with_the_printed_password(sample, db, client):
    emails = [email for email, _name, _who in people.SIGN_INS]
    # Hashing is slow on purpose: all six have the same hash, so one sign-in stands for all.
    assert User.objects.filter(email__in=emails).values("password").distinct().count() == 1
    assert User.objects.filter(email__in=emails).count() == 6
    assert client.login(username=people.ALICE, password="demo-portal")


def test_staff_have_their_roles(sample, db):
    assert [group.name for group in User.objects.get(email=people.MERCHANT).groups.all()] == ["Merchants"]
    assert [group.name for group in User.objects.get(email=people.SUPPORT).groups.all()] == ["Support"]
    assert set(User.objects.filter(is_staff=True).values_list("email", flat=True)) == {
        people.MERCHANT,
        people.SUPPORT,
        people.ADMIN,
        people.INVITED,
    }
    assert User.objects.get(is_superuser=True).email == people.ADMIN


def test_a_colleague_is_invited_whose_link_waits(sample, db):
    invited = User.objects.get(email=people.INVITED)
    page = signed_in(User.objects.get(email=people.ADMIN)).get(f"/admin/accounts/user/{invited.pk}/change/")
    assert "Invite again" in page.text
    mail = OutgoingMail.objects.get(recipient=people.INVITED)
    [link] = re.findall(r"http\S+/password/\S+", mail.context["text"])
    chooses = Client().get(link, follow=True)
    assert (chooses.status_code, 'name="password1"' in chooses.text) == (200, True)


def test_alice_has_each_combination_of_buttons(hers):
    plain = hers.filter(status=Status.ACTIVE, cancels_on=None, pauses_on=None)
    request = plain.filter(plan__product__cancellation_mode=CancellationMode.REQUEST)
    combinations = {(row.product.allow_pause, row.product.allow_cancel) for row in request}
    assert combinations == {(True, True), (True, False), (False, True), (False, False)}
    assert plain.filter(plan__product__cancellation_mode=CancellationMode.IMMEDIATE).exists()


def test_alice_has_a_subscription_in_every_state(hers):
    assert set(hers.values_list("status", flat=True)) == set(Status.values)
    today = localdate()
    assert hers.get(cancels_on__gt=today).linked_services.filter(auto_renew=False).exists()
    assert hers.get(pauses_on__gt=today).status == Status.ACTIVE
    assert hers.get(status=Status.PAUSED).resumes_on > today
    assert hers.get(status=Status.TRIALING).period_end > today


def test_alice_has_a_discount_that_runs_and_a_plan_that_is_to_come(hers):
    discounted = hers.get(discount_percent=20)
    assert (discounted.product.name, discounted.discount_invoices_left in (4, 5)) == ("Hosting Pro", True)
    changing = hers.exclude(next_plan=None).select_related("next_plan").get()
    assert (changing.plan.name, changing.next_plan.name) == ("Quarterly", "Monthly")


def test_alice_has_a_price_that_is_to_come(hers):
    changing = hers.exclude(new_amount=None).get()
    assert (changing.product.name, changing.amount, changing.new_amount) == ("Managed Server", 129, 139)
    assert changing.new_amount_from > localdate()


def test_bob_has_chosen_another_plan_among_those_that_are_open(sample, db):
    his = Subscription.objects.select_related("plan__product", "next_plan").get(
        customer__email=people.BOB, next_plan_is_own=True
    )
    assert (his.product.allow_plan_change, his.plan.name, his.next_plan.name) == (True, "Yearly", "Small")
    assert his.product.plans.filter(is_open_to_change=True).count() == 3


def test_there_are_services_of_every_kind_and_steps_in_every_state(sample, db):
    today = localdate()
    assert set(LinkedService.objects.values_list("kind", flat=True)) == set(LinkedService.Kind.values)
    steps = WindDownStep.objects.select_related("service")
    to_do, done = steps.filter(done_at=None), steps.filter(done_at__isnull=False)
    assert to_do.filter(due_on__lt=today).exists()
    assert to_do.filter(due_on__gt=today).exists()
    assert not to_do.filter(due_on__lt=today - timedelta(days=4)).exists()
    assert done.filter(is_over=True).exists()
    assert done.filter(can_be_undone=False, undoes=None).exists()
    assert "imap.ahn-ceramics.example" in {step.service.name for step in done if step.has_lapsed(today)}
    assert steps.filter(service__subscription__cancellation_requests=None).exists()
    assert not done.filter(done_at__date=today).exists()


def test_lists_are_as_long_as_in_real_life(sample, db):
    assert Subscription.objects.exclude(customer__email__in=[people.ALICE, people.BOB]).count() >= 190
    assert Ticket.objects.exclude(customer__email__in=[people.ALICE, people.BOB]).count() >= 60
    assert set(Ticket.objects.values_list("type", flat=True)) >= set(Ticket.Type.values) - {"other"}
    assert set(Ticket.objects.values_list("status", flat=True)) == set(Ticket.Status.values)
    assert set(Ticket.objects.values_list("priority", flat=True)) == set(Ticket.Priority.values)
    assert {"EUR", "USD", "JPY"} == set(Subscription.objects.values_list("currency", flat=True))
    assert Message.objects.filter(is_internal=True).exists()
    assert Merchant.load().name == "Birch Lane Hosting"


def test_the_numbers_of_a_merchant_have_something_of_everything(sample, db):
    home = signed_in(User.objects.get(email=people.MERCHANT)).get("/admin/").context
    assert {line.label for line in home["waiting"]} >= {"Late tickets", "Open offers", "Overdue invoices"}
    values = {fact.label: [str(value) for value in fact.values] for fact in home["facts"]}
    # What a month has so far depends on how far it is.
    told = [each for each in values if not re.search(r" 20\d\d$", each)]
    assert [each for each in told if not values[each] or values[each][0].startswith("0")] == []
    assert not any(each.startswith("0") for each in values["Pauses that ended in 90 days"])
    assert home["months"][-1].active != "0"
    assert len(home["charts"]) >= 9
    call_command("rebuild_snapshots", check=True)


def test_bobs_start_page_tells_him_of_an_answer(sample, db):
    page = signed_in(User.objects.get(email=people.BOB)).get("/").text
    assert "We answered “Which name servers does my new domain need?”" in page


def test_payments_recorded_one_by_one_are_of_the_day_on_which_they_came(sample, db):
    recorded = Invoice.objects.filter(settled_by__isnull=False, settled_in_bulk=False, status="paid")
    assert len(recorded) >= 5
    assert {localdate(invoice.settled_at) - invoice.paid_on for invoice in recorded} == {timedelta(0)}


def test_one_customer_is_forgotten_and_one_who_asks_for_it_can_be(sample, db):
    gone = User.objects.get(forgotten_at__isnull=False)
    assert [(ticket.type, ticket.status) for ticket in gone.tickets.all()] == [("forget", "resolved")]
    assert gone.forgotten_at.date() < localdate()
    client = signed_in(User.objects.get(email=people.MERCHANT))
    asks = User.objects.get(name="Otto Oda")
    assert "This stands in the way" not in client.get(f"/admin/accounts/user/{asks.pk}/forget/").text


def test_the_page_of_a_customer_has_something_of_everything(sample, db):
    client, alice = signed_in(User.objects.get(email=people.MERCHANT)), User.objects.get(email=people.ALICE)
    shown = client.get(f"/admin/accounts/customer/{alice.pk}/change/").context
    kinds = ("subscriptions", "invoices", "open_sums", "tickets", "requests", "offers", "events", "receipts", "mails")
    assert [kind for kind in kinds if not shown[kind]] == []
    assert client.get(shown["all_viewings"]).context["cl"].result_list[0].customer == alice


def test_there_is_a_reminder_of_each_kind(sample, db):
    told = OutgoingMail.objects.filter(template__startswith="subscriptions/reminder_")
    assert {mail.key.split(":")[1] for mail in told} == {"trial", "renewal", "end", "resume"}


def test_nothing_is_left_to_do(sample, db):
    today = localdate()
    assert not Subscription.objects.due(today).exists()
    assert not CancellationRequest.objects.filter(decided_at=None, subscription__cancels_on=None).exists()
    assert not Subscription.objects.exclude(cancels_on=None).exclude(cancellation_requests__decided_at=None).exists()
    assert not OutgoingMail.objects.exclude(state=OutgoingMail.State.SENT).exists()


def test_the_past_is_dated_in_the_past(sample, db):
    yesterday = localdate() - timedelta(days=1)
    for event in SubscriptionEvent.objects.all():
        assert event.recorded_at.date() == event.effective_on
    for request in CancellationRequest.objects.all():
        assert request.requested_at.date() == request.requested_on <= yesterday
    assert not Ticket.objects.filter(created_at__date__gt=yesterday).exists()
    numbers = Invoice.objects.order_by("issued_on", "number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, len(numbers) + 1))


def test_each_open_ticket_has_its_day_to_act_by_and_its_story(sample, db):
    for ticket in Ticket.objects.select_related("cancellation_request__subscription__plan__product"):
        assert ticket.act_by == act_by.act_by(ticket, localdate())
    assert Ticket.objects.exclude(act_by=None).exists()
    assert TicketEvent.objects.filter(kind="assignee").exists()
    assert not TicketEvent.objects.filter(at__date=localdate()).exists()
    assert not Ticket.objects.filter(wrote_at__date=localdate()).exists()
    assert SavedReply.objects.exists()


def test_a_second_run_keeps_what_was_done(sample, db):
    Subscription.objects.filter(customer__email=people.BOB).update(external_id=None)
    LinkedService.objects.all().delete()
    before = Subscription.objects.count(), Ticket.objects.count(), User.objects.count()
    call_command("demo", no_serve=True, yes_production=True)
    assert (Subscription.objects.count(), Ticket.objects.count(), User.objects.count()) == before
    assert not LinkedService.objects.exists()


def test_one_file_of_payments_is_recorded_and_one_waits(sample, db):
    waiting, recorded = PaymentFile.objects.all()
    assert (recorded.recorded, recorded.refused, recorded.is_finished) == (12, 3, True)
    assert (waiting.left, waiting.refused, waiting.is_confirmed) == (7, 1, False)


def test_no_invoice_is_paid_before_its_day_or_on_a_day_to_come(sample, db):
    paid = Invoice.objects.filter(status=Invoice.Status.PAID)
    assert paid.count() > 1000
    assert not paid.filter(Q(paid_on=None) | Q(paid_on__lt=F("issued_on")) | Q(paid_on__gt=localdate())).exists()
    assert not Invoice.objects.exclude(status=Invoice.Status.PAID).exclude(paid_on=None).exists()


def test_one_act_on_many_is_done_and_one_is_stopped(sample, db):
    stopped, done = BulkAct.objects.all()
    assert (done.done, done.refused, done.finished_at is not None) == (5, 2, True)
    assert (stopped.done, stopped.ready, stopped.stopped_at is not None) == (2, 4, True)


READERS = [
    *((reader, language) for reader in (None, people.ALICE, people.BOB) for language in ("en", "nl", "de")),
    # The admin is English whatever the browser says. What a superuser sees beside is asked for in `tests/roles`.
    (people.MERCHANT, "nl"),
    (people.SUPPORT, "de"),
]


@pytest.mark.sampled
@pytest.mark.parametrize(("reader", "language"), READERS)
def test_every_link_leads_to_a_page_in_the_readers_language(sample, db, reader, language):
    browser = signed_in(User.objects.get(email=reader)) if reader else Client()
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    wrong = {}
    for address, answer in crawl(browser, ["/"]):
        expected = "en" if address.startswith("/admin/") else language
        if answer.status_code not in (200, 302) or (is_page(answer) and answer["Content-Language"] != expected):
            wrong[address] = (answer.status_code, answer.get("Content-Language"))
    assert wrong == {}
