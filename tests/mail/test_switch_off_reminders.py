"""Reminders are switched off by the link in each, without signing in: by a click, or by a mail program (RFC 8058)."""

import re
from datetime import date

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client

from portal_project.accounts.reminders import switch_off_url
from portal_project.mail import tasks
from portal_project.mail.models import OutgoingMail
from tests.conftest import signed_in
from tests.factories import PlanFactory, started
from tests.pages import confirm, hidden_inputs

PORTAL = "http://portal.test"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def mails_about(customer, clock, day, **plan):
    """What the customer of a plan is sent when the job runs on the day."""
    clock(date(2026, 3, 1))
    subscription = started(customer, date(2026, 3, 1), PlanFactory(**plan))
    clock(day)
    call_command("apply_due")
    tasks.send_pending()
    return subscription, mail.outbox


def address(user):
    return switch_off_url(user).removeprefix(PORTAL)


def wants(user):
    user.refresh_from_db()
    return user.wants_reminders


def test_the_mail_names_the_address_for_the_person_and_for_the_mail_program(alice, clock):
    _, (sent,) = mails_about(alice, clock, date(2026, 3, 12), trial_days=14)
    url = re.search(r"Switch these reminders off: (\S+)\n", sent.body)[1]
    headers = sent.message()
    assert headers["List-Unsubscribe"] == f"<{url}>" == f"<{switch_off_url(alice)}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert Client(enforce_csrf_checks=True).post(url.removeprefix(PORTAL), ONE_CLICK).status_code == 200
    assert not wants(alice)


def test_no_other_mail_has_it_nor_has_the_renewal_which_always_comes(alice, clock):
    subscription, _ = mails_about(alice, clock, date(2026, 8, 25), interval_count=6)
    clock(date(2026, 8, 26))
    confirm(signed_in(alice), f"/subscriptions/{subscription.number}/pause/")
    tasks.send_pending()
    assert [each.template for each in OutgoingMail.objects.order_by("id")] == [
        "subscriptions/reminder_renewal",
        "receipts/receipt",
    ]
    for sent in mail.outbox:
        assert "List-Unsubscribe" not in sent.message()
        assert "mails/reminders/" not in sent.body


def test_the_page_asks_first_and_its_button_switches_off(alice):
    client = Client(enforce_csrf_checks=True)
    page = client.get(address(alice))
    assert "Switch reminders off?" in page.content.decode()
    assert client.head(address(alice)).status_code == 200
    assert client.post(address(alice)).status_code == 200
    assert client.post(address(alice), {"List-Unsubscribe": "x\u200b"}).status_code == 200
    assert wants(alice)
    for _ in range(2):
        assert "Reminders are off" in client.post(address(alice), hidden_inputs(page)).content.decode()
        assert not wants(alice)
    assert "Reminders are off" in client.get(address(alice)).content.decode()


@pytest.mark.parametrize("who", ["alice", "agent"])
def test_they_are_switched_on_again_under_mail_settings(who, request):
    user = request.getfixturevalue(who)
    Client().post(address(user), ONE_CLICK)
    client = signed_in(user)
    assert 'name="wants_reminders"' in client.get("/accounts/mails/").content.decode()
    client.post("/accounts/mails/", {"wants_reminders": "on", "wants_status_mails": "on"})
    assert wants(user)


def test_an_address_that_is_not_ours_or_of_an_earlier_mail_address_does_nothing_and_says_so(alice, bob):
    of_alice, of_bob = address(alice).rstrip("/"), address(bob).rstrip("/")
    signature = of_bob.rpartition("/")[2]
    before = address(bob)
    bob.email = "robert@example.com"
    bob.save()
    forged = [
        f"{of_alice}x/",
        f"{of_alice[:-1]}/",
        f"{of_alice.rpartition('/')[0]}/{signature}/",
        f"/accounts/mails/reminders/C-000000/{signature}/",
        "/accounts/mails/reminders/%C2%A0/\u0661:\u200b/",
        f"/accounts/mails/reminders/{'x' * 5000}/{'y' * 5000}/",
        before,
    ]
    for path in forged:
        for answer in (Client().get(path), Client().post(path, ONE_CLICK)):
            assert answer.status_code == 403
            assert "This link does not work" in answer.content.decode()
    assert wants(alice)
    assert wants(bob)
