"""The daily mail to staff about what needs somebody."""

from datetime import date

import pytest
from django.core.management import call_command

from portal_project.accounts.models import Merchant
from portal_project.mail.models import OutgoingMail
from support.models import Ticket
from tests.conftest import signed_in
from tests.factories import started
from tests.mail.reading import read
from tests.pages import confirm

DIGEST = "support/digest"


@pytest.fixture(autouse=True)
def _setting(clock, db):
    clock(date(2026, 3, 10))
    Merchant(pk=1, name="Bits & Bytes").save()


@pytest.fixture
def as_alice(alice):
    return signed_in(alice)


def ask(client, subject):
    confirm(client, "/support/new/", type="general", subject=subject, body="Where is it?")
    return Ticket.objects.latest("pk")


def job(clock, day, **options):
    clock(day)
    call_command("apply_due", **options)
    return sorted(OutgoingMail.objects.filter(template=DIGEST).values_list("recipient", flat=True))


def test_it_lists_what_is_mine_what_is_nobodys_and_what_ends(as_alice, alice, agent, clock):
    mine, loose = ask(as_alice, "Mine & yours"), ask(as_alice, "Nobody’s")
    Ticket.objects.filter(pk=mine.pk).update(assignee=agent)
    hosting = started(alice, date(2026, 2, 20), name="Hosting")
    confirm(as_alice, f"/subscriptions/{hosting.number}/cancel/", reason="other")
    ending = Ticket.objects.latest("pk")
    assert job(clock, date(2026, 4, 6)) == ["support@example.com"]
    rendered = read(DIGEST, signed_in(agent))
    assert rendered.subject == "To do on 6 April 2026"
    assert f"Your tickets to act on: 1\n- 13 March 2026: “Mine & yours”, Alice Ahn ({mine.number})\n" in rendered.text
    assert f"13 March 2026: “Nobody’s”, Alice Ahn ({loose.number})" in rendered.text
    assert f"Ending within a week: 1\n- 9 April 2026: “Cancel Hosting”, Alice Ahn ({ending.number})" in rendered.text
    assert f"http://portal.test/admin/support/ticket/{mine.pk}/change/" in rendered.text


def test_it_comes_once_a_day(as_alice, agent, clock):
    ask(as_alice, "Hello")
    assert job(clock, date(2026, 3, 13)) == ["support@example.com"]
    assert job(clock, date(2026, 3, 13)) == ["support@example.com"]
    assert job(clock, date(2026, 3, 14)) == ["support@example.com"] * 2


def test_with_nothing_to_do_there_is_none(as_alice, agent, clock):
    ask(as_alice, "Hello")
    assert job(clock, date(2026, 3, 12)) == []


def test_what_came_in_today_makes_none(as_alice, agent, clock):
    """It had a mail of its own, and the digest is for the morning."""
    clock(date(2026, 3, 13))
    Ticket.objects.filter(pk=ask(as_alice, "Hello").pk).update(priority=4, act_by=date(2026, 3, 13))
    assert job(clock, date(2026, 3, 13)) == []


def test_each_gets_their_own(as_alice, agent, merchant, clock):
    Ticket.objects.filter(pk=ask(as_alice, "Hello").pk).update(assignee=merchant)
    assert job(clock, date(2026, 3, 13)) == ["merchant@example.com"]


def test_a_long_list_is_cut(as_alice, agent, clock):
    for n in range(12):
        ask(as_alice, f"Question {n:02}")
    job(clock, date(2026, 3, 13))
    text = read(DIGEST, signed_in(agent)).text
    assert "Unassigned tickets to act on: 12" in text
    assert text.count("“Question") == 10
    assert "The others are in the queue." in text


def test_none_for_whoever_switched_them_off(as_alice, agent, as_agent, clock):
    ask(as_alice, "Hello")
    as_agent.post("/accounts/mails/", {})
    assert job(clock, date(2026, 3, 13)) == []


def test_none_for_another_day_than_today_and_none_in_a_dry_run(as_alice, agent, clock):
    ask(as_alice, "Hello")
    assert job(clock, date(2026, 3, 14), on="2026-03-13") == []
    assert job(clock, date(2026, 3, 14), dry_run=True) == []
