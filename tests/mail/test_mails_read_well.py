"""Every mail as its reader gets it, made by doing the real thing on the real pages."""

import re
from datetime import date
from uuid import uuid4

import pytest
from django.core.management import call_command

from portal_project.accounts.models import Merchant
from portal_project.mail.models import OutgoingMail
from portal_project.mail.rendering import render
from products.models import PauseStarts
from support.models import Ticket
from support.tickets import reply
from tests.factories import ProductFactory, started
from tests.pages import confirm, hidden_inputs

TODAY = date(2026, 3, 10)
NAME = "Tom & Jerry’s <Hosting>"


@pytest.fixture(autouse=True)
def _setting(clock, db):
    clock(TODAY)
    Merchant(pk=1, name="Bits & Bytes").save()


@pytest.fixture
def subscription(alice):
    return started(alice, date(2026, 3, 1), name=NAME)


def page(subscription, action):
    return f"/subscriptions/{subscription.number}/{action}/"


def setting(subscription, **values):
    subscription.product._meta.model.objects.filter(pk=subscription.product.pk).update(**values)


def pause(client, subscription, resumes_on=""):
    shown = client.post(page(subscription, "pause"), {"preview": "1", "resumes_on": resumes_on})
    client.post(page(subscription, "pause"), hidden_inputs(shown) | {"resumes_on": resumes_on})


def read(template):
    """The newest mail made from the template, checked for what every mail has."""
    mail = OutgoingMail.objects.filter(template=template).latest("id")
    rendered = render(mail)
    for text in (rendered.subject, rendered.text, rendered.html):
        assert text
        assert not re.search(r"[{}]|%\(|None", text.replace(_style(text), "")), text
    assert "\n" not in rendered.subject
    assert not re.search(r"&(amp|lt|gt|quot|#)", rendered.subject + rendered.text)
    assert rendered.text.startswith("Hello Alice,\n\n")
    assert "\n\n\n" not in rendered.text
    assert "Bits & Bytes" in rendered.text
    assert "http://portal.test/" in rendered.text
    assert "Please do not answer this mail; use the portal." in rendered.text
    assert "Hello Alice," in rendered.html
    assert "Bits &amp; Bytes" in rendered.html
    assert 'href="http://portal.test/' in rendered.html
    assert "Please do not answer this mail; use the portal." in rendered.html
    return rendered


def _style(html):
    found = re.search(r"<style>.*</style>", html, re.DOTALL)
    return found.group() if found else "\0"


def about(subscription, rendered):
    """The mail names the subscription, and its link opens the page."""
    assert NAME in rendered.subject
    assert f"{NAME} ({subscription.number})" in rendered.text
    assert f"http://portal.test/subscriptions/{subscription.number}/" in rendered.text
    assert "Tom &amp; Jerry’s &lt;Hosting&gt;" in rendered.html
    return rendered.text


def test_paused(as_alice, subscription):
    pause(as_alice, subscription)
    text = about(subscription, read("subscriptions/paused"))
    assert "is paused from 10 March 2026." in text
    assert "It stays paused until you resume it. Nothing is billed while it is paused." in text


def test_paused_until_a_day(as_alice, subscription):
    pause(as_alice, subscription, "2026-04-16")
    assert "It resumes by itself on 16 April 2026." in about(subscription, read("subscriptions/paused"))


def test_pause_scheduled_and_dropped(as_alice, subscription):
    setting(subscription, pause_starts=PauseStarts.PERIOD_END)
    pause(as_alice, subscription)
    assert "pauses on 1 April 2026" in about(subscription, read("subscriptions/pause_scheduled"))
    confirm(as_alice, page(subscription, "drop-pause"))
    text = about(subscription, read("subscriptions/pause_dropped"))
    assert "Billing goes on from 1 April 2026." in text


def test_resumed(as_alice, subscription):
    pause(as_alice, subscription)
    confirm(as_alice, page(subscription, "resume"))
    text = about(subscription, read("subscriptions/resumed"))
    assert "is active again since 10 March 2026." in text
    assert "Billing goes on from 1 April 2026" in text


def test_ended(as_alice, subscription):
    setting(subscription, cancellation_mode="immediate")
    confirm(as_alice, page(subscription, "cancel"))
    text = about(subscription, read("subscriptions/ended"))
    assert "10 March 2026 is the first day without it." in text


def test_ended_by_the_job(as_alice, subscription, clock):
    confirm(as_alice, page(subscription, "cancel"), reason="not_said")
    clock(date(2026, 4, 9))
    call_command("apply_due")
    assert "9 April 2026 is the first day without it." in about(subscription, read("subscriptions/ended"))


def test_request_received_and_withdrawn(as_alice, subscription):
    confirm(as_alice, page(subscription, "cancel"), reason="other", message="We move <on>.\nThanks & bye")
    text = about(subscription, read("support/request_received"))
    ticket = Ticket.objects.get()
    assert "Received: 10 March 2026, 12:00" in text
    assert "Reason: Other" in text
    assert "We move <on>.\nThanks & bye" in text
    assert "It ends on 9 April 2026: this is the first day without it." in text
    assert "30 days’ notice from 10 March 2026 ends on 9 April 2026" in text
    assert f"http://portal.test/support/{ticket.number}/" in text
    confirm(as_alice, page(subscription, "withdraw"))
    text = about(subscription, read("support/request_withdrawn"))
    assert "It no longer ends on 9 April 2026." in text
    assert ticket.number in text


def test_request_that_ends_at_once(as_alice, subscription, clock):
    setting(subscription, notice_days=0)
    pause(as_alice, subscription)
    clock(date(2026, 4, 1))
    as_alice.force_login(subscription.customer, backend="django.contrib.auth.backends.ModelBackend")
    confirm(as_alice, page(subscription, "cancel"), reason="not_needed")
    text = about(subscription, read("support/request_received"))
    assert "It has ended: 1 April 2026 is the first day without it." in text
    assert "withdraw" not in text


def test_reply(as_alice, alice, agent):
    product = ProductFactory(name="Mail")
    ticket = Ticket.objects.create(customer=alice, subject=f"My “{product}” & I")
    reply(ticket, author=agent, body="We looked at it: <b> is fine.\n\nBye & good luck", token=uuid4())
    rendered = read("support/reply")
    assert ticket.number in rendered.subject
    assert "My “Mail” & I" in rendered.subject
    assert "We looked at it: <b> is fine.\n\nBye & good luck" in rendered.text
    assert f"http://portal.test/support/{ticket.number}/" in rendered.text
    assert "&lt;b&gt; is fine." in rendered.html
