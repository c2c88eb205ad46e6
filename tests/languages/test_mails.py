"""Mails come in the language of whoever reads them, whoever it is that acts, and in which language."""

from datetime import date

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import translation

from portal_project.accounts import languages
from portal_project.mail.models import OutgoingMail
from portal_project.mail.rendering import render, subject
from tests.conftest import signed_in
from tests.factories import started
from tests.pages import hidden_inputs

TODAY = date(2026, 3, 10)


@pytest.fixture
def subscription(alice, clock):
    clock(TODAY)
    return started(alice, date(2026, 3, 1), name="Hosting")


def chosen(user, language, **fields):
    type(user).objects.filter(pk=user.pk).update(language=language, **fields)


def mail(template):
    return OutgoingMail.objects.filter(template=template).latest("pk")


def pause(client, subscription, address="/subscriptions/{0.number}/pause/", **typed):
    path = address.format(subscription)
    return client.post(path, hidden_inputs(client.get(path)) | {"resumes_on": ""} | typed)


def is_dutch(written):
    rendered = render(written)
    assert written.language == "nl"
    assert rendered.subject == subject(written) == "Hosting is gepauzeerd"
    for text in (rendered.text, rendered.html):
        assert "Beste Alice Ahn" in text
        assert "10 maart 2026" in text
        assert "Antwoorden op deze mail" in text
    assert '<html lang="nl" dir="ltr">' in rendered.html


def test_what_a_customer_does_is_told_in_the_language_of_their_choice(alice, subscription):
    chosen(alice, "nl")
    pause(signed_in(alice), subscription)
    receipt = mail("receipts/receipt")
    assert (receipt.language, "10 maart 2026" in render(receipt).text) == ("nl", True)


def test_what_staff_do_is_told_in_the_customers_language(alice, subscription, as_merchant):
    chosen(alice, "nl")
    pause(as_merchant, subscription, f"/admin/subscriptions/subscription/{subscription.pk}/pause/")
    is_dutch(mail("subscriptions/paused"))


def test_the_job_writes_in_the_customers_language(alice, subscription, clock):
    type(subscription.product).objects.update(pause_starts="period_end")
    pause(signed_in(alice), subscription)
    chosen(alice, "", last_language="nl")
    clock(date(2026, 4, 1))
    with translation.override("ar-xb"):
        call_command("apply_due")
    assert mail("subscriptions/paused").language == "nl"
    assert "1 april 2026" in render(mail("subscriptions/paused")).text


def test_nobodys_language_is_that_of_the_page_that_asks(alice, subscription):
    """Whoever chose none, and used none before, is written to in English by others."""

    def ask_for_a_code():
        Client(headers={"Accept-Language": "nl"}).post("/accounts/login/code/", {"email": "alice@example.com"})
        return mail("ready_made").language

    with translation.override("nl"):
        assert languages.of(alice) == "en"
    # But a mail that they ask for by themselves has the language of where they asked.
    assert ask_for_a_code() == "nl"
    chosen(alice, "en")
    assert ask_for_a_code() == "en"


def test_the_language_that_was_used_last_is_kept(alice):
    client = signed_in(alice)
    client.get("/", headers={"Accept-Language": "nl"})
    alice.refresh_from_db()
    assert (alice.language, alice.last_language, languages.of(alice)) == ("", "nl", "nl")


def test_the_english_of_the_admin_is_nobodys_choice(merchant):
    type(merchant).objects.update(last_language="nl")
    signed_in(merchant).get("/admin/")
    merchant.refresh_from_db()
    assert merchant.last_language == "nl"


def test_each_of_the_staff_reads_their_own_language(alice, agent, merchant, subscription):
    chosen(agent, "nl")
    client = signed_in(alice)
    page = hidden_inputs(client.get("/support/new/"))
    client.post("/support/new/", page | {"type": "general", "subscription": "", "subject": "A", "body": "B"})
    found = OutgoingMail.objects.filter(template="support/staff_message")
    assert dict(found.values_list("recipient", "language")) == {
        "support@example.com": "nl",
        "merchant@example.com": "en",
    }
    assert "Beste Sam Support" in render(found.get(language="nl")).text


def test_the_daily_mail_too(alice, agent, merchant, subscription, clock):
    chosen(agent, "nl")
    client = signed_in(alice)
    page = hidden_inputs(client.get("/support/new/"))
    client.post("/support/new/", page | {"type": "general", "subscription": "", "subject": "A", "body": "B"})
    clock(date(2026, 5, 1))
    call_command("apply_due")
    found = {each.language: render(each).text for each in OutgoingMail.objects.filter(template="support/digest")}
    # The day to act by.
    assert "- 13 maart 2026: " in found["nl"]
    assert "- 13 March 2026: " in found["en"]
