"""The mails about tickets, to customers and to staff, as they read them."""

from datetime import date
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal_project.accounts.models import Merchant
from portal_project.mail import tasks
from portal_project.mail.models import OutgoingMail
from portal_project.mail.rendering import render
from support.models import Ticket
from support.tickets.opening import reply
from tests.conftest import signed_in
from tests.factories import UserFactory, started
from tests.mail.reading import read
from tests.pages import confirm

TODAY = date(2026, 3, 10)


@pytest.fixture(autouse=True)
def _setting(clock, db):
    clock(TODAY)
    Merchant(pk=1, name="Bits & Bytes").save()


def ask(client, **typed):
    confirm(
        client, "/support/new/", **{"type": "general", "subject": "My “Mail” & I", "body": "Where <is> it?"} | typed
    )
    return Ticket.objects.get()


def to(template):
    return sorted(OutgoingMail.objects.filter(template=template).values_list("recipient", flat=True))


def answer(ticket, by, body, **more):
    return reply(ticket, author=by, body=body, token=uuid4(), today=TODAY, **more)


def test_the_customer_hears_that_a_request_arrived(as_alice):
    ticket = ask(as_alice)
    rendered = read("support/ticket_opened", as_alice)
    assert rendered.subject == f"We have received “My “Mail” & I” ({ticket.number})"
    assert f"has received your support request {ticket.number}" in rendered.text
    assert f"http://portal.test/support/{ticket.number}/" in rendered.text


def test_the_customer_reads_the_answer(as_alice, agent):
    ticket = ask(as_alice)
    answer(ticket, agent, "We looked at it: <b> is fine.\n\nBye & good luck")
    assert to("support/reply") == ["alice@example.com"]
    rendered = read("support/reply", as_alice)
    assert rendered.subject == f"Our answer to “My “Mail” & I” ({ticket.number})"
    assert "We looked at it: <b> is fine.\n\nBye & good luck" in rendered.text
    assert f"http://portal.test/support/{ticket.number}/" in rendered.text
    assert "&lt;b&gt; is fine." in rendered.html


ADDRESSES = "See https://example.com/a, or javascript:x//example.com\n<b>Thank you."
LINKED = (
    '<p>See <a href="https://example.com/a" rel="nofollow noopener">https://example.com/a</a>, or '
    "javascript:x//example.com<br>&lt;b&gt;Thank you.</p>"
)


def test_in_mails_the_same_becomes_a_link_as_on_pages(as_alice, alice, agent):
    answer(ask(as_alice, body=ADDRESSES), agent, ADDRESSES)
    subscription = started(alice, TODAY)
    confirm(as_alice, f"/subscriptions/{subscription.number}/cancel/", reason="other", message=ADDRESSES)
    for template in ("staff_message", "reply", "staff_request"):
        assert LINKED in render(OutgoingMail.objects.filter(template=f"support/{template}").first()).html


def test_an_answer_names_its_files_without_sending_them(as_alice, agent):
    answer(ask(as_alice), agent, "See the file.", files=[SimpleUploadedFile("plan & price.txt", b"12")])
    rendered = read("support/reply", as_alice)
    assert "Files, to open on its page: plan & price.txt" in rendered.text
    assert "plan &amp; price.txt" in rendered.html
    assert tasks.message(OutgoingMail.objects.get(template="support/reply")).attachments == []


def test_staff_hear_of_a_new_ticket_and_can_open_it(as_alice, agent, merchant, as_agent):
    ticket = ask(as_alice)
    assert to("support/staff_message") == ["merchant@example.com", "support@example.com"]
    rendered = read("support/staff_message", as_agent)
    assert rendered.subject == f"New: “My “Mail” & I” ({ticket.number})"
    assert f"Alice Ahn has made the support request {ticket.number} (General)" in rendered.text
    assert "Where <is> it?" in rendered.text
    assert f"http://portal.test/admin/support/ticket/{ticket.pk}/change/" in rendered.text
    assert "reach neither the customer nor the ticket" in rendered.text
    assert "Switch these mails off" in rendered.text


def test_a_customers_reply_goes_to_the_assignee_alone(as_alice, alice, agent, merchant):
    ticket = ask(as_alice)
    Ticket.objects.update(assignee=agent)
    OutgoingMail.objects.all().delete()
    confirm(as_alice, f"/support/{ticket.number}/", body="Still nothing.")
    assert to("support/staff_message") == ["support@example.com"]
    rendered = read("support/staff_message", signed_in(agent))
    assert rendered.subject.startswith("Reply: ")
    assert "Still nothing." in rendered.text


def test_where_the_assignee_has_left_everybody_hears_of_it(as_alice, agent, merchant):
    ticket = ask(as_alice)
    agent.is_active = False
    agent.save()
    Ticket.objects.update(assignee=agent)
    OutgoingMail.objects.all().delete()
    confirm(as_alice, f"/support/{ticket.number}/", body="Still nothing.")
    assert to("support/staff_message") == ["merchant@example.com"]


def test_only_staff_with_the_right_who_want_mails_get_them(as_alice, agent, merchant):
    UserFactory(email="root@example.com", is_staff=True, is_superuser=True)
    UserFactory(email="no-role@example.com", is_staff=True)
    signed_in(merchant).post("/accounts/mails/", {})
    ask(as_alice)
    assert to("support/staff_message") == ["root@example.com", "support@example.com"]


def test_staff_hear_of_a_new_cancellation_request(as_alice, alice, agent, as_agent):
    subscription = started(alice, date(2026, 3, 1), name="Hosting")
    confirm(
        as_alice, f"/subscriptions/{subscription.number}/cancel/", reason="too_expensive", message="Too much & more"
    )
    rendered = read("support/staff_request", as_agent)
    ticket = Ticket.objects.get()
    assert rendered.subject == f"Alice Ahn wants to cancel Hosting ({ticket.number})"
    assert f"has asked to cancel Hosting ({subscription.number}, €100.00 / month)." in rendered.text
    assert "Reason: Too expensive" in rendered.text
    assert "Too much & more" in rendered.text
    assert "If nobody does anything, it ends on 9 April 2026." in rendered.text
    assert f"http://portal.test/admin/support/ticket/{ticket.pk}/change/" in rendered.text
    assert to("support/staff_message") == []


def test_nobody_hears_of_what_they_did_themselves(alice, agent, as_agent, merchant):
    subscription = started(alice, date(2026, 3, 1))
    address = f"/admin/subscriptions/subscription/{subscription.pk}/request-cancellation/"
    confirm(as_agent, address, reason="other", message="She phoned.")
    assert to("support/staff_request") == ["merchant@example.com"]


def test_an_internal_note_is_in_no_mail(as_alice, agent, merchant):
    ticket = ask(as_alice)
    OutgoingMail.objects.all().delete()
    answer(ticket, agent, "She sounds cross.", is_internal=True)
    assert not OutgoingMail.objects.exists()
    answer(ticket, agent, "Here it is.")
    confirm(as_alice, f"/support/{ticket.number}/", body="Thank you.")
    assert OutgoingMail.objects.count() == 3
    assert not [mail for mail in OutgoingMail.objects.all() if "cross" in str(mail.context)]


def test_the_same_form_sent_twice_is_told_once(as_alice, agent):
    form = {"type": "general", "subject": "Hello", "body": "Where?", "token": uuid4()}
    as_alice.post("/support/new/", form)
    as_alice.post("/support/new/", form)
    assert to("support/ticket_opened") == ["alice@example.com"]
    assert to("support/staff_message") == ["support@example.com"]
