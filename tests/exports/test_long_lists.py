"""A long list is made into a file by the worker, in parts, and mailed about to whoever asked; the link is theirs and expires."""

import csv
import os
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ, Schedule

from portal_project.accounts.models import User
from portal_project.exports import files, lists
from portal_project.exports.models import Export
from portal_project.mail.models import OutgoingMail
from portal_project.mail.rendering import render
from portal_project.mail.tasks import send_pending
from products.models import Product
from subscriptions.models import Subscription
from tests.conftest import signed_in
from tests.factories import PlanFactory, UserFactory, started
from tests.pages import confirm, hidden_inputs
from tests.support.test_races import at_once
from tests.test_full_disk import full_disk

LIST = "/admin/csv/subscriptions.subscription/"
State = Export.State


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch):
    monkeypatch.setattr(files, "LONG", 4)
    monkeypatch.setattr(lists, "CHUNK", 2)


@pytest.fixture
def five(alice, clock):
    """The numbers of her five subscriptions, newest first."""
    clock(date(2026, 4, 5))
    plan = PlanFactory()
    return [started(alice, date(2026, 3, 20), plan).number for _each in range(5)][::-1]


@pytest.fixture
def ordered(as_agent, five):
    confirm(as_agent, LIST)
    return Export.objects.get()


def numbers(content):
    return [line["subscription"] for line in csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""))]


def link(export):
    return f"/admin/csv/files/{export.pk}/"


def fetched(client, export):
    return b"".join(client.get(link(export)).streaming_content)


def path(export):
    return Path(default_storage.path(export.file))


def made(export):
    files.make_waiting()
    export.refresh_from_db()
    assert (export.state, export.error) == (State.READY, "")
    return export


def test_the_page_of_a_file_leads_to_it_while_it_is_there(as_merchant, merchant, five):
    confirm(as_merchant, LIST)
    export = Export.objects.get()
    page = f"/admin/exports/export/{export.pk}/change/"
    assert link(export) not in as_merchant.get(page).content.decode()
    made(export)
    assert link(export) in as_merchant.get(page).content.decode()
    Export.objects.update(expires_at=timezone.now())
    assert link(export) not in as_merchant.get(page).content.decode()


def test_more_rows_than_are_waited_for_are_made_in_the_background(as_agent, agent, five):
    page = as_agent.get(LIST)
    assert "more than 4 subscriptions" in page.content.decode()
    assert Export.objects.count() == 0
    answer = as_agent.post(LIST, hidden_inputs(page), follow=True)
    assert f"A mail to {agent.email} will have a link" in answer.content.decode()
    export = made(Export.objects.get())
    assert numbers(fetched(as_agent, export)) == five
    assert (export.rows, export.taken_by) == (5, agent)
    export.refresh_from_db()
    assert export.fetched_at


def test_as_many_rows_as_are_waited_for_come_at_once(as_agent, five):
    Subscription.objects.filter(number=five[0]).update(status="paused", paused_on=date(2026, 4, 5))
    answer = as_agent.get(LIST, {"status__exact": "active"})
    assert numbers(b"".join(answer.streaming_content)) == five[1:]
    assert Export.objects.get().state == State.AT_ONCE


def test_it_holds_what_the_filters_of_the_list_had_found(as_agent, bob, five, monkeypatch):
    others = [started(bob, date(2026, 3, 20)).number for _each in range(5)]
    confirm(as_agent, f"{LIST}?customer={bob.pk}")
    assert numbers(fetched(as_agent, made(Export.objects.get()))) == others[::-1]


def test_the_same_form_sent_twice_makes_one_file(as_agent, five):
    form = hidden_inputs(as_agent.get(LIST))
    for _each in range(2):
        as_agent.post(LIST, form)
    assert Export.objects.count() == 1
    files.make_waiting()
    files.make_waiting()
    assert OutgoingMail.objects.count() == 1


@pytest.mark.parametrize("token", ["", "x", "\u200b", "x" * 100_000])
def test_a_form_made_by_hand_asks_again(as_agent, five, token):
    assert as_agent.post(LIST, {"token": token}).status_code == 200
    assert Export.objects.count() == 0


def test_the_mail_has_the_link_and_nothing_of_the_file(ordered, agent):
    export = made(ordered)
    mail = OutgoingMail.objects.get()
    assert (mail.recipient, mail.key) == (agent.email, f"export:{export.pk}")
    send_pending()
    mail.refresh_from_db()
    assert mail.state == OutgoingMail.State.SENT
    assert f"http://portal.test{link(export)}" in str(mail.context)


def test_a_worker_that_stops_in_the_middle_goes_on_behind_the_last_row(as_agent, ordered, five, monkeypatch):
    monkeypatch.setattr(files, "RUN_SECONDS", 0)
    page, rows = lists.find(ordered.list), Subscription.objects.all()
    for _each in range(2):
        files._write_batch(ordered.pk, page, rows)
    ordered.refresh_from_db()
    assert (ordered.state, ordered.rows) == (State.WAITING, 4)
    # It was killed when it had written more than the row knows of.
    with path(ordered).open("ab") as file:
        file.write(b"half a li")
    monkeypatch.setattr(files, "RUN_SECONDS", 10)
    assert files.make_waiting() == 1
    assert numbers(fetched(as_agent, ordered)) == five


def test_what_a_batch_wrote_is_written_again_where_its_row_was_not(as_agent, ordered, five):
    page, rows = lists.find(ordered.list), Subscription.objects.all()
    files._write_batch(ordered.pk, page, rows)
    with transaction.atomic():
        files._write_batch(ordered.pk, page, rows)
        transaction.set_rollback(True)
    assert numbers(fetched(as_agent, made(ordered))) == five


def test_it_is_begun_anew_where_somebody_has_cleared_the_folder(as_agent, ordered, five):
    files._write_batch(ordered.pk, lists.find(ordered.list), Subscription.objects.all())
    path(ordered).unlink()
    assert numbers(fetched(as_agent, made(ordered))) == five


def test_one_run_is_over_after_some_seconds_and_wakes_the_next(ordered, monkeypatch):
    monkeypatch.setattr(files, "RUN_SECONDS", 0)
    OrmQ.objects.all().delete()
    assert files.make_waiting() == 0
    assert [entry.task["func"] for entry in OrmQ.objects.all()] == [files.TASK]


def test_the_schedule_finds_what_nobody_has_woken(db):
    entry = Schedule.objects.get(name="Make files of lists")
    assert (entry.func, entry.minutes) == (files.TASK, 1)


@pytest.mark.parametrize("lost", [{"is_active": False}, {"is_staff": False}])
def test_whoever_is_switched_off_meanwhile_gets_nothing(ordered, agent, lost):
    User.objects.filter(pk=agent.pk).update(**lost)
    _made_of_nothing(ordered)


def test_whoever_may_not_see_the_list_any_more_gets_nothing(ordered, agent):
    agent.groups.clear()
    _made_of_nothing(ordered)


def _made_of_nothing(export):
    file = path(export)
    files._write_batch(export.pk, lists.find(export.list), Subscription.objects.all())
    assert file.exists()
    files.make_waiting()
    export.refresh_from_db()
    assert (export.state, export.file, file.exists()) == (State.FAILED, "", False)
    assert OutgoingMail.objects.count() == 0


def test_the_link_is_for_whoever_asked_alone(ordered, merchant, alice):
    export = made(ordered)
    boss = UserFactory(is_staff=True, is_superuser=True)
    assert [signed_in(each).get(link(export)).status_code for each in (merchant, boss)] == [404, 404]
    assert signed_in(alice).get(link(export)).status_code in (302, 403)
    assert "/accounts/login/" in Client().get(link(export), follow=True).redirect_chain[-1][0]


def test_the_link_asks_for_the_right_to_the_list_again(as_agent, agent, ordered):
    export = made(ordered)
    agent.groups.clear()
    assert as_agent.get(link(export)).status_code == 403


def test_the_link_does_nothing_while_one_sees_the_portal_as_a_customer(as_agent, alice, ordered):
    export = made(ordered)
    as_agent.post(f"/admin/accounts/customer/{alice.pk}/view-as/")
    assert as_agent.get(link(export)).status_code == 403


def test_the_link_expires_and_the_file_goes_with_it(as_agent, ordered):
    export = made(ordered)
    file = path(export)
    export.__class__.objects.filter(pk=export.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "The link has expired" in as_agent.get(link(export), follow=True).content.decode()
    assert file.exists()
    files.make_waiting()
    export.refresh_from_db()
    assert (export.state, export.file, export.rows, file.exists()) == (State.GONE, "", 5, False)
    assert "The link has expired" in as_agent.get(link(export), follow=True).content.decode()


def test_it_works_for_a_week(ordered):
    export = made(ordered)
    with time_machine.travel(export.finished_at + timedelta(days=6, hours=23)):
        assert export.works(timezone.now())
    with time_machine.travel(export.finished_at + timedelta(days=7)):
        assert not export.works(timezone.now())


def test_a_file_that_is_being_made_is_not_there_yet(as_agent, ordered):
    assert "still being made" in as_agent.get(link(ordered), follow=True).content.decode()


def test_a_folder_that_cannot_be_written_is_tried_again_and_given_up_in_the_end(ordered, settings, tmp_path):
    (tmp_path / "no-folder").write_text("")
    settings.MEDIA_ROOT = tmp_path / "no-folder"
    for attempt in range(1, files.ATTEMPTS + 1):
        files.make_waiting()
        ordered.refresh_from_db()
        assert (ordered.attempts, "Error" in ordered.error) == (attempt, True)
    assert ordered.state == State.FAILED
    files.make_waiting()
    mail = OutgoingMail.objects.get()
    assert mail.template == "exports/failed"
    assert "could not be made. Please ask for it again" in render(mail).text


def test_a_file_that_could_not_be_made_says_so_where_its_link_would_be(as_agent, ordered):
    Export.objects.update(state=State.FAILED, file="", error="OSError: No space left on device")
    assert "The file could not be made." in as_agent.get(link(ordered), follow=True).content.decode()


def test_a_disk_that_is_full_in_the_middle_leaves_nothing_half_and_goes_on_once_there_is_room(as_agent, ordered, five):
    page, rows = lists.find(ordered.list), Subscription.objects.all()
    files._write_batch(ordered.pk, page, rows)
    size = path(ordered).stat().st_size
    with full_disk(room=size + 20), pytest.raises(OSError, match="File too large"):
        files._write_batch(ordered.pk, page, rows)
    ordered.refresh_from_db()
    assert (ordered.rows, ordered.size) == (2, size)
    assert numbers(fetched(as_agent, made(ordered))) == five


def test_filters_that_can_no_longer_be_read_give_no_file_instead_of_all_rows(as_agent, five):
    product = Product.objects.get()
    confirm(as_agent, f"{LIST}?plan__product__id__exact={product.pk}")
    Export.objects.update(query="plan__product__id__exact=gone")
    assert files.make_waiting() == 0
    export = Export.objects.get()
    assert (export.state, export.rows, export.attempts) == (State.FAILED, 0, 0)
    assert export.error == "The filters of the list can no longer be read."
    mail = render(OutgoingMail.objects.get())
    assert mail.subject == "Your file could not be made: subscriptions-2026-04-05.csv"
    assert "http://portal.test/admin/subscriptions/subscription/?plan__product__id__exact=gone" in mail.text
    for text in (mail.text, mail.html):
        assert "its filters can no longer be read" in text
        assert "ask for it again" not in text


def test_a_list_of_a_later_version_waits_for_the_worker_of_that_version(ordered):
    Export.objects.update(list="subscriptions.later")
    for _minute in range(files.ATTEMPTS + 1):
        assert files.make_waiting() == 0
    ordered.refresh_from_db()
    assert (ordered.state, ordered.attempts) == (State.WAITING, 0)
    assert ordered.error == "This version of the portal has no such list."
    assert OutgoingMail.objects.count() == 0
    Export.objects.update(list="subscriptions.subscription")
    assert made(ordered).rows == 5


def test_the_link_is_dead_for_whoever_is_switched_off_after_the_file_was_made(as_agent, agent, ordered):
    export = made(ordered)
    User.objects.filter(pk=agent.pk).update(is_active=False)
    assert as_agent.get(link(export)).status_code == 302
    User.objects.filter(pk=agent.pk).update(is_active=True, is_staff=False)
    assert as_agent.get(link(export)).status_code in (302, 403)
    export.refresh_from_db()
    assert export.fetched_at is None


def test_nobody_else_on_the_machine_reads_the_file(ordered):
    assert os.stat(path(made(ordered))).st_mode & 0o007 == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_write_each_row_once(as_agent, ordered, five):
    assert connection.vendor == "postgresql"
    at_once(files.make_waiting, files.make_waiting)
    ordered.refresh_from_db()
    assert numbers(fetched(as_agent, ordered)) == five
    assert OutgoingMail.objects.count() == 1
