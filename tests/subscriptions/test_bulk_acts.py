"""Acts on many subscriptions: counted first, then done in batches, each row as one click."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from portal_project.accounts import roles
from portal_project.common import pacing
from portal_project.mail.models import OutgoingMail
from products.models import Plan
from subscriptions.bulk import counting, running, steering
from subscriptions.lifecycle import unit_of_work
from subscriptions.models import BulkAct, BulkRow, Channel, EventKind, Subscription, SubscriptionEvent
from support.models import CancellationRequest, Ticket
from tests.factories import PlanFactory, ProductFactory, UserFactory

LIST, ACTS = "/admin/subscriptions/subscription/", "/admin/subscriptions/bulkact/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def hosting(clock):
    """Its monthly plan; today is 10 April."""
    clock(date(2026, 4, 10))
    return PlanFactory(product=ProductFactory(name="Hosting", max_pause_days=None))


def started_many(plan, count, customer=None):
    """Begun on 1 April, and billed until 1 May."""
    day = date(2026, 4, 1)
    rows = [Subscription.begin(customer or UserFactory(), plan, day) for _ in range(count)]
    unit_of_work.add(rows, today=day, channel=Channel.ADMIN)
    return rows


def begin(client, kind, where="all", token=None, **typed):
    """The page that counting leads to."""
    values = {f"{kind}-{name}": value for name, value in typed.items()}
    sent = {"kind": kind, "token": str(token or uuid4())} | values
    return client.post(f"{ACTS}add/?{where}", sent, follow=True)


def confirm(client, act):
    page = client.post(f"{ACTS}{act.pk}/confirm/", follow=True)
    running.go_on()
    act.refresh_from_db()
    return page


def changed(row):
    rows = Subscription.objects.filter(pk=row.pk)
    return unit_of_work.changing_one(rows, today=date(2026, 4, 10), channel=Channel.ADMIN)


def states(act):
    return sorted(act.rows.values_list("subscription__number", "state"))


def text_of(page):
    assert page.status_code == 200
    return page.content.decode()


def test_nothing_is_done_before_it_is_confirmed(as_merchant, hosting):
    started_many(hosting, 3)
    page = text_of(begin(as_merchant, "pause"))
    assert "Pause 3 subscriptions?" in page
    assert "Nothing is done yet." in page
    running.go_on()
    assert set(Subscription.objects.values_list("status", "pauses_on")) == {("active", None)}


def test_each_row_is_done_as_by_one_click(as_merchant, merchant, hosting):
    started_many(hosting, 3)
    begin(as_merchant, "pause", resumes_on="2026-07-01")
    act = BulkAct.objects.get()
    confirm(as_merchant, act)
    assert (act.done, act.ready, act.finished_at is not None) == (3, 0, True)
    paused = SubscriptionEvent.objects.filter(kind=EventKind.PAUSED)
    assert set(paused.values_list("channel", "actor", "own")) == {("bulk", merchant.pk, False)}
    assert set(Subscription.objects.values_list("status", "resumes_on")) == {("paused", date(2026, 7, 1))}
    assert OutgoingMail.objects.filter(context__number__isnull=False).count() >= 3


def test_those_to_which_it_is_not_possible_are_told_apart_with_the_reason(as_merchant, hosting):
    running_one, paused, ended = started_many(hosting, 3)
    with changed(paused) as held:
        held.pause(date(2026, 4, 10))
    with changed(ended) as held:
        held.cancel(date(2026, 4, 10))
    page = text_of(begin(as_merchant, "pause"))
    act = BulkAct.objects.get()
    assert (act.ready, act.already, act.refused) == (1, 1, 1)
    assert "This subscription is already paused." in page
    assert "This subscription ended on 10 April 2026." in page
    confirm(as_merchant, act)
    assert dict(states(act)) == {running_one.number: "done", paused.number: "already", ended.number: "refused"}


def test_a_row_that_has_changed_since_it_was_counted_is_left_alone(as_merchant, hosting):
    first, second = started_many(hosting, 2)
    begin(as_merchant, "cancel_now")
    act = BulkAct.objects.get()
    with changed(first) as held:
        held.grant_discount(date(2026, 4, 10), 10, 3)
    confirm(as_merchant, act)
    assert dict(states(act)) == {first.number: "changed", second.number: "done"}
    first.refresh_from_db()
    assert (first.status, first.canceled_on) == ("active", None)


def test_a_row_that_has_the_act_already_by_then_is_not_done_twice(as_merchant, hosting):
    started_many(hosting, 2)
    for _time in range(2):
        begin(as_merchant, "pause")
    first, second = BulkAct.objects.order_by("pk")
    confirm(as_merchant, first)
    confirm(as_merchant, second)
    assert (first.done, second.done, second.already) == (2, 0, 2)
    assert SubscriptionEvent.objects.filter(kind=EventKind.PAUSED).count() == 2


def test_the_same_form_sent_twice_begins_one_act(as_merchant, hosting):
    started_many(hosting, 1)
    token = uuid4()
    pages = [begin(as_merchant, "pause", token=token) for _time in range(2)]
    assert len({page.redirect_chain[-1] for page in pages}) == 1
    assert BulkAct.objects.count() == 1


def test_confirming_twice_does_it_once(as_merchant, hosting):
    started_many(hosting, 2)
    begin(as_merchant, "cancel_now")
    act = BulkAct.objects.get()
    confirm(as_merchant, act)
    confirm(as_merchant, act)
    assert SubscriptionEvent.objects.filter(kind=EventKind.CANCELED).count() == 2


def test_a_request_opens_a_ticket_for_each(as_merchant, hosting):
    started_many(hosting, 2)
    begin(as_merchant, "request_cancellation", reason="too_expensive", message="The product ends this year.")
    confirm(as_merchant, BulkAct.objects.get())
    assert CancellationRequest.objects.count() == Ticket.objects.filter(type="cancel").count() == 2
    assert set(CancellationRequest.objects.values_list("message", flat=True)) == {"The product ends this year."}
    assert set(Subscription.objects.exclude(cancels_on=None).values_list("status", flat=True)) == {"active"}


def test_another_plan_is_chosen_for_those_of_its_product(as_merchant, hosting):
    larger = Plan.objects.create(product=hosting.product, name="Large", amount=150, currency="EUR", interval="month")
    backups = PlanFactory(product=ProductFactory(name="Backups"))
    mine, _other = started_many(hosting, 1) + started_many(backups, 1)
    page = text_of(begin(as_merchant, "change_plan", plan=str(larger.pk)))
    assert "Backups has no such plan." in page
    act = BulkAct.objects.get()
    assert (act.ready, act.refused) == (1, 1)
    assert "Hosting" in page
    assert "€150.00" in page
    confirm(as_merchant, act)
    mine.refresh_from_db()
    assert mine.next_plan == larger


def test_prices_are_raised_by_percent_each_in_its_currency(as_merchant, hosting):
    yen = PlanFactory(product=hosting.product, name="Yen", amount=1999, currency="JPY")
    euros, leaving, in_yen = *started_many(hosting, 2), *started_many(yen, 1)
    with changed(leaving) as held:
        held.schedule_cancellation(date(2026, 4, 10), date(2026, 6, 1))
    page = text_of(begin(as_merchant, "change_price", percent="5"))
    act = BulkAct.objects.get()
    assert (act.ready, act.refused) == (2, 1)
    assert "Change by (%)" in page
    confirm(as_merchant, act)
    prices = dict(Subscription.objects.values_list("number", "new_amount"))
    assert prices == {euros.number: Decimal(105), leaving.number: None, in_yen.number: Decimal(2099)}
    assert set(Subscription.objects.values_list("amount", flat=True)) == {Decimal(100), Decimal(1999)}
    begin(as_merchant, "change_price", percent="5")
    again = BulkAct.objects.latest("pk")
    assert (again.ready, again.already) == (0, 2)


def test_one_new_price_is_for_those_in_its_currency(as_merchant, hosting):
    yen = PlanFactory(product=hosting.product, name="Yen", amount=1999, currency="JPY")
    started_many(hosting, 1)
    started_many(yen, 1)
    page = text_of(begin(as_merchant, "change_price", amount="120", currency="EUR"))
    assert "It is paid in JPY, and the new price is in EUR." in page
    act = BulkAct.objects.get()
    assert (act.ready, act.refused) == (1, 1)
    assert [Decimal(each) for each in act.groups["ready:price_announced"]["sums"]["EUR"]] == [100, 120]


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"percent": "5", "amount": "1", "currency": "EUR"},
        {"amount": "1"},
        {"amount": "1.234", "currency": "EUR"},
        {"percent": "NaN"},
        {"percent": "1e9"},
        {"percent": "9" * 100_000},
        {"amount": "-1", "currency": "EUR"},
        {"amount": "1", "currency": "XXX"},
        {"percent": "\0"},
    ],
)
def test_a_price_change_that_cannot_be_meant_is_none(as_merchant, hosting, typed):
    started_many(hosting, 1)
    begin(as_merchant, "change_price", **typed)
    assert not BulkAct.objects.exists()


def test_a_worker_in_another_language_does_what_was_counted_in_english(as_merchant, hosting):
    larger = Plan.objects.create(product=hosting.product, name="Large", amount=150, currency="EUR", interval="month")
    larger.translations = {"nl": {"name": "Groot"}}
    larger.save()
    row, *_others = started_many(hosting, 2)
    begin(as_merchant, "change_plan", plan=str(larger.pk))
    with changed(row) as held:
        held.cancel(date(2026, 4, 10))
    act = BulkAct.objects.get()
    with override("nl"):
        confirm(as_merchant, act)
    assert (act.done, act.changed, act.refused) == (1, 0, 1)
    assert act.rows.get(state="refused").reason == "This subscription ended on 10 April 2026."


def test_only_what_a_list_finds_is_counted(as_merchant, hosting):
    (one,), _others = started_many(hosting, 1), started_many(PlanFactory(), 2)
    begin(as_merchant, "pause", where=f"all&plan__product__id__exact={hosting.product_id}")
    assert states(BulkAct.objects.get()) == [(one.number, "ready")]


def test_chosen_rows_of_the_list_lead_to_the_choice_of_an_act(as_merchant, hosting):
    first, _second = started_many(hosting, 2)
    chosen = {"action": "act_on_chosen", "_selected_action": [str(first.pk)], "select_across": "0", "index": "0"}
    page = as_merchant.post(LIST, chosen, follow=True)
    assert page.redirect_chain[-1][0] == f"{ACTS}add/?keys={first.pk}&"
    assert "Those that you chose in the list." in text_of(page)
    begin(as_merchant, "pause", where=f"keys={first.pk}")
    assert states(BulkAct.objects.get()) == [(first.number, "ready")]


def test_many_are_counted_by_the_worker(as_merchant, hosting, monkeypatch):
    monkeypatch.setattr(steering, "SOON", 2)
    monkeypatch.setattr(pacing, "batch_size", lambda: 2)
    started_many(hosting, 5)
    assert "being counted" in text_of(begin(as_merchant, "pause"))
    act = BulkAct.objects.get()
    assert (act.is_counted, act.rows.count()) == (False, 0)
    running.go_on()
    act.refresh_from_db()
    assert (act.is_counted, act.ready) == (True, 5)


def test_what_is_stopped_goes_on_where_it_stopped(as_merchant, hosting, monkeypatch):
    monkeypatch.setattr(pacing, "batch_size", lambda: 2)
    started_many(hosting, 5)
    begin(as_merchant, "pause")
    act = BulkAct.objects.get()
    steering.confirm(act, by=act.began_by, today=date(2026, 4, 10))
    running.work(act.pk, date(2026, 4, 10), 2)
    assert "Stopped by" in text_of(as_merchant.post(f"{ACTS}{act.pk}/stop/", follow=True))
    running.go_on()
    act.refresh_from_db()
    assert (act.done, act.ready) == (2, 3)
    as_merchant.post(f"{ACTS}{act.pk}/resume/")
    told = text_of(as_merchant.get("/admin/who-did-what/"))
    assert told.index("Went on") < told.index("Stopped")
    running.go_on()
    act.refresh_from_db()
    assert (act.done, act.ready) == (5, 0)
    assert SubscriptionEvent.objects.filter(kind=EventKind.PAUSED).count() == 5


def test_one_that_cannot_be_written_does_not_stop_the_others(as_merchant, hosting):
    broken, *_others = started_many(hosting, 3)
    begin(as_merchant, "cancel_now")
    # A day that no calendar has: whatever is computed from it fails.
    Subscription.objects.filter(pk=broken.pk).update(interval_count=32767, interval="year", period_end=date(2026, 4, 5))
    act = BulkAct.objects.get()
    confirm(as_merchant, act)
    assert (act.failed, act.done) == (1, 2)
    assert dict(states(act))[broken.number] == "failed"


def test_whoever_has_lost_the_right_meanwhile_does_nothing(as_merchant, merchant, hosting):
    started_many(hosting, 2)
    begin(as_merchant, "pause")
    act = BulkAct.objects.get()
    as_merchant.post(f"{ACTS}{act.pk}/confirm/")
    merchant.is_active = False
    merchant.save()
    running.go_on()
    act.refresh_from_db()
    assert (act.done, act.refused) == (0, 2)


def test_whoever_is_not_of_the_merchants_any_more_does_nothing(as_merchant, merchant, hosting):
    started_many(hosting, 2)
    begin(as_merchant, "cancel_now")
    act = BulkAct.objects.get()
    as_merchant.post(f"{ACTS}{act.pk}/confirm/")
    merchant.groups.set(Group.objects.filter(name=roles.SUPPORT))
    running.go_on()
    act.refresh_from_db()
    assert (act.done, act.refused) == (0, 2)
    assert act.rows.first().reason == "Your role does not include acts on many subscriptions."


def test_what_was_counted_on_another_day_is_not_confirmed(as_merchant, hosting, clock):
    started_many(hosting, 2)
    begin(as_merchant, "cancel_now")
    act = BulkAct.objects.get()
    clock(date(2026, 4, 11))
    page = text_of(confirm(as_merchant, act))
    assert "It was counted on 10 April 2026. Discard it, and begin anew." in page
    assert "/confirm/" not in page
    assert (act.confirmed_at, act.done) == (None, 0)


def test_a_count_that_midnight_overtakes_begins_anew(as_merchant, hosting, clock, monkeypatch):
    started_many(hosting, 5)
    monkeypatch.setattr(steering, "SOON", 0)
    monkeypatch.setattr(pacing, "batch_size", lambda: 3)
    begin(as_merchant, "pause")
    act = BulkAct.objects.get()
    counting.count_batch(act.pk, date(2026, 4, 10))
    clock(date(2026, 4, 11))
    counting.count(act.pk, date(2026, 4, 11))
    act.refresh_from_db()
    assert (act.ready, act.counted_on, act.rows.count()) == (5, date(2026, 4, 11), 5)
    assert [group["count"] for group in act.groups.values()] == [5]
    confirm(as_merchant, act)
    assert (act.done, act.changed) == (5, 0)


@pytest.mark.parametrize(
    ("kind", "typed", "done", "changed"),
    [("pause", {"resumes_on": ""}, 3, 2), ("change_plan", {}, 5, 0)],
)
def test_what_midnight_changes_is_left_alone(as_merchant, hosting, clock, monkeypatch, kind, typed, done, changed):
    """Another plan comes with the next period, whichever day it is chosen."""
    if kind == "change_plan":
        typed = {"plan": PlanFactory(product=hosting.product, name="Small", amount=5).pk}
    started_many(hosting, 5)
    begin(as_merchant, kind, **typed)
    act = BulkAct.objects.get()
    as_merchant.post(f"{ACTS}{act.pk}/confirm/")
    monkeypatch.setattr(pacing, "batch_size", lambda: 3)
    running.step(act.pk, date(2026, 4, 10))
    clock(date(2026, 4, 11))
    running.go_on()
    act.refresh_from_db()
    assert (act.done, act.changed) == (done, changed)


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("pause", {"resumes_on": ""}),
        ("resume", {}),
        ("change_plan", {}),
        ("change_price", {"percent": "5"}),
        ("request_cancellation", {"reason": "too_expensive", "message": "By phone."}),
        ("cancel_now", {}),
    ],
)
def test_a_batch_asks_as_much_for_many_rows_as_for_few(as_merchant, merchant, hosting, kind, typed):
    """Few are more than 20, up to which rows are written in another way."""
    if kind == "change_plan":
        typed = {"plan": str(PlanFactory(product=hosting.product, name="Small", amount=5).pk)}
    counts, today = set(), date(2026, 4, 10)
    for count in (25, 40):
        chosen = "keys=" + ",".join(str(row.pk) for row in started_many(hosting, count))
        if kind == "resume":
            confirm(as_merchant, begin(as_merchant, "pause", chosen, resumes_on="").context["act"])
        begin(as_merchant, kind, chosen, **typed)
        act = BulkAct.objects.latest("pk")
        BulkAct.objects.filter(pk=act.pk).update(counted_on=None, counting_on=None)
        with CaptureQueriesContext(connection) as counting_asked:
            counting.count_batch(act.pk, today)
        steering.confirm(act, by=merchant, today=today)
        with CaptureQueriesContext(connection) as doing_asked:
            running.work(act.pk, today, 500)
        act.refresh_from_db()
        assert act.done == count
        counts.add((len(counting_asked), len(doing_asked)))
    assert len(counts) == 1


def test_the_page_says_that_it_is_about_all(as_merchant, hosting):
    started_many(hosting, 1)
    assert "All that the list finds" in text_of(begin(as_merchant, "pause"))


def test_another_choice_with_the_same_token_is_another_act(as_merchant, hosting):
    started_many(hosting, 1)
    token = uuid4()
    begin(as_merchant, "pause", token=token)
    assert "Cancel 1 subscription at once?" in text_of(begin(as_merchant, "cancel_now", token=token))
    assert set(BulkAct.objects.values_list("kind", flat=True)) == {"pause", "cancel_now"}


def test_one_that_cannot_be_counted_does_not_stop_the_others(as_merchant, hosting):
    broken, *_others = started_many(hosting, 3)
    # A boundary beyond the last day that there is.
    Subscription.objects.filter(pk=broken.pk).update(interval_count=32767, interval="year")
    begin(as_merchant, "request_cancellation", reason="other")
    act = BulkAct.objects.get()
    assert (act.is_counted, act.ready, act.failed) == (True, 2, 1)


def test_what_is_wrong_with_all_fails_none_of_them(as_merchant, hosting, monkeypatch):
    started_many(hosting, 12)
    begin(as_merchant, "cancel_now")
    act = BulkAct.objects.get()
    with monkeypatch.context() as patch:
        # As a faulty deployment may.
        patch.setattr(unit_of_work.notifications, "mail_about", None)
        confirm(as_merchant, act)
    assert (act.ready, act.failed, act.finished_at) == (12, 0, None)
    assert "TypeError" in act.error
    running.go_on()
    act.refresh_from_db()
    assert (act.done, act.error) == (12, "")


def test_small_acts_do_not_wait_for_a_large_one(as_merchant, hosting, monkeypatch):
    monkeypatch.setattr(pacing, "batch_size", lambda: 2)
    started_many(hosting, 6)
    begin(as_merchant, "pause")
    begin(as_merchant, "cancel_now", where=f"keys={Subscription.objects.latest('pk').pk}")
    large, small = BulkAct.objects.order_by("pk")
    for act in (large, small):
        as_merchant.post(f"{ACTS}{act.pk}/confirm/")
        running.step(act.pk, date(2026, 4, 10))
    running.go_on()
    for act in (large, small):
        act.refresh_from_db()
    assert (large.finished_at is None, small.finished_at is None) == (False, False)


def test_what_it_brings_in_a_month_is_its_mrr(as_merchant, hosting):
    discounted, leaving = started_many(hosting, 2)
    with changed(discounted) as held:
        held.grant_discount(date(2026, 4, 10), 50, 3)
    with changed(leaving) as held:
        held.schedule_cancellation(date(2026, 4, 10), date(2026, 6, 1))
    begin(as_merchant, "cancel_now")
    (group,) = BulkAct.objects.get().groups.values()
    assert [Decimal(each) for each in group["sums"]["EUR"]] == [150, 0]


@pytest.mark.parametrize("query", ["status__exact=lost", "customer=nobody", "nonsense=1"])
def test_filters_that_cannot_be_read_lead_to_the_list_which_says_so(as_merchant, hosting, query):
    started_many(hosting, 1)
    for page in (as_merchant.get(f"{ACTS}add/?all&{query}", follow=True), begin(as_merchant, "pause", f"all&{query}")):
        assert page.redirect_chain[0] == (f"{LIST}?{query}", 302)
        assert "cannot be read, so nothing is shown" in " ".join(text_of(page).split())
    assert not BulkAct.objects.exists()


@pytest.mark.parametrize("query", ["customer__password__startswith=a", "_to_field=customer"])
def test_an_address_that_no_list_takes_begins_nothing(as_merchant, hosting, query):
    started_many(hosting, 1)
    assert begin(as_merchant, "pause", where=f"all&{query}").status_code == 400
    assert not BulkAct.objects.exists()


def test_part_of_a_list_that_can_no_longer_be_read_is_never_taken_for_all_of_it(as_merchant, hosting, monkeypatch):
    """As where a deployment in the middle of the counting takes away a filter."""
    started_many(hosting, 3)
    monkeypatch.setattr(steering, "SOON", 1)
    monkeypatch.setattr("portal_project.common.pacing.batch_size", lambda: 2)
    begin(as_merchant, "pause", where=f"all&plan__product__id__exact={hosting.product_id}")
    act = BulkAct.objects.get()
    running.step(act.pk, date(2026, 4, 10))
    BulkAct.objects.update(query="gone=1")
    running.go_on()
    act.refresh_from_db()
    assert (act.is_counted, act.ready) == (False, 2)
    page = text_of(as_merchant.get(act.get_absolute_url()))
    assert "The filters of its list can no longer be read." in page
    assert "/confirm/" not in page
    as_merchant.post(f"{ACTS}{act.pk}/discard/")
    assert not BulkAct.objects.exists()


def test_one_that_nobody_confirmed_can_be_discarded(as_merchant, hosting):
    started_many(hosting, 1)
    begin(as_merchant, "pause")
    act = BulkAct.objects.get()
    as_merchant.post(f"{ACTS}{act.pk}/discard/")
    assert not BulkAct.objects.exists()
    assert not BulkRow.objects.exists()


def test_one_that_is_confirmed_stays(as_merchant, hosting):
    started_many(hosting, 1)
    begin(as_merchant, "pause")
    act = BulkAct.objects.get()
    confirm(as_merchant, act)
    assert "confirmed already" in text_of(as_merchant.post(f"{ACTS}{act.pk}/discard/", follow=True))
    assert BulkAct.objects.exists()


def test_results_are_read_page_by_page(as_merchant, hosting):
    started_many(hosting, 60)
    begin(as_merchant, "pause")
    act = BulkAct.objects.get()
    confirm(as_merchant, act)
    page = text_of(as_merchant.get(f"{ACTS}{act.pk}/rows/?state=done"))
    last = act.rows.all()[49].pk
    assert f"after={last}" in page
    assert "<h1>60 subscriptions paused</h1>" in page
    assert text_of(as_merchant.get(f"{ACTS}{act.pk}/rows/?state=done&after={last}")).count("<tr>") == 11


def test_a_page_asks_as_much_for_many_rows_as_for_one(as_merchant, hosting):
    counts = set()
    for count in (1, 40):
        started_many(hosting, count)
        begin(as_merchant, "pause")
        act = BulkAct.objects.latest("pk")
        for page in ("change", "rows"):
            with CaptureQueriesContext(connection) as queries:
                as_merchant.get(f"{ACTS}{act.pk}/{page}/")
            counts.add((page, len(queries)))
    assert len(counts) == 2


@pytest.mark.parametrize("where", ["", "all&e=1", "keys=", "keys=٣", f"keys={9**30}"])
def test_nothing_chosen_leads_to_the_list(as_merchant, hosting, where):
    page = as_merchant.get(f"{ACTS}add/?{where}", follow=True)
    assert page.redirect_chain == [(LIST, 302)]
    assert "Choose the subscriptions in their list first" in text_of(page)


def test_what_is_wrong_is_said_and_what_was_typed_stays(as_merchant, hosting):
    page = text_of(begin(as_merchant, "pause", resumes_on="31 February"))
    assert "Enter a valid date." in page
    assert "31 February" in page
    assert not BulkAct.objects.exists()


@pytest.mark.parametrize("page", ["", "add/?all", "{pk}/change/", "{pk}/rows/"])
def test_support_acts_on_one_at_a_time(as_merchant, as_agent, hosting, page):
    started_many(hosting, 1)
    begin(as_merchant, "pause")
    act = BulkAct.objects.get()
    assert as_agent.get(f"{ACTS}{page.format(pk=act.pk)}").status_code == 403
    for verb in ("confirm", "stop", "resume", "discard"):
        assert as_agent.post(f"{ACTS}{act.pk}/{verb}/").status_code == 403
    assert "Act on all" not in text_of(as_agent.get(LIST))
    act.refresh_from_db()
    assert act.confirmed_at is None


def test_ones_own_subscription_is_left_to_its_page(as_merchant, merchant, hosting):
    started_many(hosting, 1, merchant)
    assert "This is your own subscription" in text_of(begin(as_merchant, "pause"))
