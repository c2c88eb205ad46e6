"""The reminder of an automatic resume, three days ahead, with what it will charge."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from portal_project.accounts.models import Merchant
from portal_project.mail.models import OutgoingMail
from products.models import ResumeRule
from subscriptions.lifecycle import reminders
from subscriptions.models import Invoice, Subscription
from tests.conftest import signed_in
from tests.factories import PlanFactory, UserFactory, started
from tests.mail.reading import read
from tests.pages import confirm, hidden_inputs

REMINDER = "subscriptions/reminder_resume"


@pytest.fixture(autouse=True)
def _setting(clock, db):
    clock(date(2026, 3, 10))
    Merchant(pk=1, name="Bits & Bytes").save()


@pytest.fixture
def hosting(alice):
    """Billed on the first of the month, until 1 April."""
    return started(alice, date(2026, 3, 1), name="Hosting")


def pause(subscription, resumes_on, action="pause"):
    client, url = signed_in(subscription.customer), f"/subscriptions/{subscription.number}/{action}/"
    shown = client.post(url, {"preview": "1", "resumes_on": resumes_on})
    assert client.post(url, hidden_inputs(shown) | {"resumes_on": resumes_on}).status_code == 302


def job(clock, day, **options):
    clock(day)
    call_command("apply_due", **options)
    return OutgoingMail.objects.filter(template=REMINDER).count()


def test_it_comes_three_days_ahead_and_once(hosting, clock):
    pause(hosting, "2026-04-16")
    assert job(clock, date(2026, 4, 12)) == 0
    assert job(clock, date(2026, 4, 13)) == 1
    assert job(clock, date(2026, 4, 14)) == 1
    assert job(clock, date(2026, 4, 16)) == 1


def test_it_names_the_day_and_the_charge_that_comes(hosting, alice, clock):
    pause(hosting, "2026-04-16")
    job(clock, date(2026, 4, 13))
    rendered = read(REMINDER, signed_in(alice))
    assert rendered.subject == "Hosting resumes on 16 April 2026"
    assert "it resumes by itself on 16 April 2026." in rendered.text
    assert "On that day €50.00 is billed for 16 to 30 April 2026." in rendered.text
    assert "you can change it until then" in rendered.text
    assert "Switch these reminders off: http://portal.test/accounts/mails/reminders/" in rendered.text
    job(clock, date(2026, 4, 16))
    assert Invoice.objects.get(covers_from=date(2026, 4, 16)).amount == 50


def test_it_says_when_nothing_is_billed_on_that_day(alice, clock):
    mail = started(alice, date(2026, 3, 1), name="Mail", resume_rule=ResumeRule.GIVE_BACK)
    pause(mail, "2026-03-20")
    job(clock, date(2026, 3, 17))
    text = read(REMINDER, signed_in(alice)).text
    assert "Nothing is billed on that day. The next bill is on 10 April 2026: €100.00" in text


def test_a_worker_that_was_late_reminds_a_day_ahead(hosting, clock):
    pause(hosting, "2026-04-16")
    assert job(clock, date(2026, 4, 15)) == 1


def test_a_changed_day_has_its_own(hosting, clock):
    pause(hosting, "2026-04-16")
    job(clock, date(2026, 4, 13))
    pause(hosting, "2026-04-25", "resume-date")
    assert job(clock, date(2026, 4, 14)) == 1
    assert job(clock, date(2026, 4, 22)) == 2


@pytest.mark.parametrize(("resumes_on", "count"), [("2026-03-16", 0), ("2026-03-17", 1)])
def test_a_pause_under_seven_days_has_none(hosting, clock, resumes_on, count):
    pause(hosting, resumes_on)
    assert job(clock, date(2026, 3, 15)) == count


def test_none_while_an_end_is_scheduled(hosting, clock):
    pause(hosting, "2026-04-16")
    confirm(signed_in(hosting.customer), f"/subscriptions/{hosting.number}/cancel/", reason="other")
    assert job(clock, date(2026, 4, 8)) == 0
    clock(date(2026, 4, 8))
    Subscription.objects.update(resumes_on=date(2026, 4, 10))
    assert job(clock, date(2026, 4, 8)) == 0


def test_none_for_whoever_switched_reminders_off(hosting, alice, clock):
    pause(hosting, "2026-04-16")
    signed_in(alice).post("/accounts/mails/", {"wants_status_mails": "on"})
    assert job(clock, date(2026, 4, 13)) == 0


def test_none_for_another_day_than_today_and_none_in_a_dry_run(hosting, clock):
    pause(hosting, "2026-04-16")
    assert job(clock, date(2026, 4, 13), dry_run=True) == 0
    assert job(clock, date(2026, 4, 14), on="2026-04-13") == 0


def test_one_that_cannot_be_written_does_not_stop_the_others(hosting, bob, clock):
    other = started(bob, date(2026, 3, 1))
    for subscription in (hosting, other):
        pause(subscription, "2026-04-16")
    Subscription.objects.filter(pk=hosting.pk).update(number="no/address")
    assert job(clock, date(2026, 4, 13)) == 1


def test_what_was_told_before_there_were_kinds_is_not_told_again(hosting, clock):
    pause(hosting, "2026-04-16")
    old = {"template": "subscriptions/reminder", "recipient": hosting.customer.email}
    OutgoingMail.objects.create(key=f"reminder:{hosting.pk}:2026-04-16", **old)
    upgrade = import_module("portal_project.mail.migrations.0007_reminder_kinds")
    upgrade.name_the_kind(apps, connection.schema_editor())
    upgrade.name_the_kind(apps, connection.schema_editor())
    assert job(clock, date(2026, 4, 13)) == 1
    assert OutgoingMail.objects.get(template=REMINDER).key == f"reminder:resume:{hosting.pk}:2026-04-16"


def many(count):
    plan = PlanFactory()
    for _ in range(count):
        subscription = started(UserFactory(), date(2026, 3, 1), plan)
        pause(subscription, "2026-03-20")


def test_a_hundred_ask_no_more_queries_than_ten(clock, django_assert_num_queries):
    many(10)
    clock(date(2026, 3, 17))
    with django_assert_num_queries(11):
        reminders.add(date(2026, 3, 17))
    with django_assert_num_queries(5):
        reminders.add(date(2026, 3, 17))
    OutgoingMail.objects.filter(template=REMINDER).delete()
    clock(date(2026, 3, 10))
    many(20)
    with django_assert_num_queries(11):
        reminders.add(date(2026, 3, 17))
    assert OutgoingMail.objects.filter(template=REMINDER).count() == 30
