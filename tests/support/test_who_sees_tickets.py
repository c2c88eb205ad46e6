"""Every address of support, for everybody who must not get in; and what customers must never see."""

from datetime import date
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from portal_project.mail.models import OutgoingMail
from products.models import Alternative
from support.models import AlternativeShowing, Attachment, Message, Offer, SavedReply, Ticket, TicketEvent
from tests.conftest import signed_in
from tests.factories import UserFactory, started
from tests.pages import confirm

SECRET = "Between us: she will leave anyway."


@pytest.fixture
def ticket(as_alice, as_agent, alice, agent, clock):
    """Of a request to cancel, with an offer, a file of the customer, and a note of staff that has one too."""
    clock(date(2026, 4, 5))
    subscription = started(alice, date(2026, 3, 20))
    confirm(as_alice, f"/subscriptions/{subscription.number}/cancel/", reason="other", message="Bye.")
    ticket = Ticket.objects.get()
    confirm(as_alice, ticket.get_absolute_url(), body="See here.", files=[file("mine.txt")])
    note = {"token": uuid4(), "body": SECRET, "is_internal": "on", "files": [file("ours.txt")]}
    as_agent.post(f"/admin/support/ticket/{ticket.pk}/reply/", note)
    SavedReply.objects.create(title="Hello", body="Hello.")
    Offer.objects.create(request=ticket.cancellation_request, made_by=agent, kind="pause")
    alternative = Alternative.objects.create(product=subscription.plan.product, kind="pause")
    AlternativeShowing.objects.create(
        subscription=subscription, customer=alice, alternative=alternative, day=date(2026, 3, 20), shown=True
    )
    return ticket


def file(name):
    return SimpleUploadedFile(name, b"Some words.\n")


def names(prefix, namespace):
    """Of every address in the namespace that begins so."""
    resolver = get_resolver().namespace_dict[namespace][1]
    return sorted(name for name in resolver.reverse_dict if isinstance(name, str) and name.startswith(prefix))


def portal_addresses(ticket):
    """Those that name somebody's ticket or subscription."""
    mine = Attachment.objects.get(name="mine.txt")
    arguments = {"ticket": [ticket.number], "attachment": [ticket.number, mine.pk]}
    found = [reverse(f"support:{name}", args=arguments[name]) for name in names("", "support") if name in arguments]
    number = ticket.subscription.number
    return [
        *found,
        f"/subscriptions/{number}/cancel/",
        f"/subscriptions/{number}/withdraw/",
        ticket.cancellation_request.offers.get().get_absolute_url(),
    ]


def admin_addresses(ticket):
    """Every page of support in the admin, with and without the rows that it may name."""
    keys = {
        "ticket": ticket.pk,
        "cancellationrequest": ticket.cancellation_request.pk,
        "offer": ticket.cancellation_request.offers.get().pk,
        "savedreply": SavedReply.objects.get().pk,
        "alternativeshowing": AlternativeShowing.objects.get().pk,
        # Marking steps names them in what is sent, and their list leads to the queue.
        "wind": 0,
        "winddownstep": 0,
    }
    mine = Attachment.objects.get(name="mine.txt")
    found = []
    for name in names("support_", "admin"):
        key = keys[name.split("_")[1]]
        for arguments in ([], [key], [key, mine.pk]):
            try:
                found.append(reverse(f"admin:{name}", args=arguments))
            except NoReverseMatch:
                continue
    return found


def test_the_walk_finds_the_addresses(ticket):
    assert names("", "support") == ["attachment", "new", "ticket", "tickets"]
    found = admin_addresses(ticket)
    for part in ("/reply/", "/files/", "/change/", "/support/ticket/", "/support/savedreply/add/"):
        assert any(part in address for address in found)


def test_another_customer_gets_404(bob, ticket):
    client, rows = signed_in(bob), Message.objects.count()
    for address in portal_addresses(ticket):
        assert client.get(address).status_code == 404, address
        if "/files/" not in address:
            assert client.post(address, {"body": "Hi", "token": uuid4()}).status_code == 404, address
    assert Message.objects.count() == rows
    assert ticket.number not in client.get("/support/").content.decode()


def test_a_customer_never_gets_into_the_admin(alice, ticket):
    client = signed_in(alice)
    for address in admin_addresses(ticket):
        for response in (client.get(address, follow=True), client.post(address, {"token": uuid4()}, follow=True)):
            assert response.status_code == 403, address
            assert SECRET not in response.content.decode()


def test_staff_without_the_role_are_refused(ticket):
    client = signed_in(UserFactory(is_staff=True))
    rows = Message.objects.count(), TicketEvent.objects.count()
    for address in admin_addresses(ticket):
        # What takes nothing but a POST says so first.
        assert client.get(address).status_code in (403, 405), address
        typed = {"token": uuid4(), "body": "Hi", "status": "in_review", "priority": 4}
        assert client.post(address, typed).status_code == 403, address
    assert (Message.objects.count(), TicketEvent.objects.count()) == rows
    for address in portal_addresses(ticket)[:2]:
        assert client.get(address).status_code == 404, address


def test_nobody_is_led_to_the_sign_in_page(ticket):
    client = Client()
    addresses = [*portal_addresses(ticket), *admin_addresses(ticket), "/", "/support/", "/support/new/"]
    for address in addresses:
        for response in (client.get(address), client.post(address, {"token": uuid4()})):
            assert response.status_code == 302, address
            assert "/login/" in response.url, address


def test_staff_who_may_only_look_change_nothing(ticket):
    looker = UserFactory(is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename="view_ticket"))
    client = signed_in(looker)
    page = client.get(f"/admin/support/ticket/{ticket.pk}/change/").content.decode()
    assert "Bye." in page
    assert "Add reply" not in page
    for what in ("reply", "change"):
        typed = {"token": uuid4(), "body": "Hi", "status": "in_review", "priority": 4}
        assert client.post(f"/admin/support/ticket/{ticket.pk}/{what}/", typed).status_code == 403
    assert not Message.objects.filter(author=looker).exists()


def customer_pages(client, ticket):
    subscription = ticket.subscription
    addresses = [
        "/",
        "/support/",
        "/support/new/",
        ticket.get_absolute_url(),
        f"{ticket.get_absolute_url()}?before=999999",
        "/subscriptions/",
        subscription.get_absolute_url(),
        f"/subscriptions/{subscription.number}/withdraw/",
        "/invoices/",
        subscription.invoices.get().get_absolute_url(),
    ]
    return {address: client.get(address, follow=True) for address in addresses}


def test_internal_notes_and_their_files_reach_no_page_of_the_customer(as_alice, ticket):
    note = Message.objects.get(is_internal=True)
    for address, response in customer_pages(as_alice, ticket).items():
        text = response.content.decode()
        assert response.status_code == 200, address
        for secret in (SECRET, "ours.txt", note.attachments.get().get_absolute_url(), str(note.token)):
            assert secret not in text, address
    ours = note.attachments.get()
    assert as_alice.get(ours.get_absolute_url()).status_code == 404


def test_internal_notes_reach_no_mail(as_agent, ticket):
    as_agent.post(
        f"/admin/support/ticket/{ticket.pk}/reply/", {"token": uuid4(), "body": "Dear Alice.", "sends_mail": "on"}
    )
    confirm(signed_in(ticket.customer), f"/subscriptions/{ticket.subscription.number}/withdraw/")
    mails = OutgoingMail.objects.all()
    assert mails.filter(template="support/reply").exists()
    assert not [mail for mail in mails if SECRET in str(mail.context) or "ours.txt" in str(mail.context)]


def test_a_note_leaves_no_trace_for_the_customer(as_agent, ticket):
    ticket.refresh_from_db()
    changed = ticket.updated_at
    note = {"token": uuid4(), "body": "Another.", "is_internal": "on", "sends_mail": "on"}
    as_agent.post(f"/admin/support/ticket/{ticket.pk}/reply/", note)
    ticket.refresh_from_db()
    assert ticket.updated_at == changed
    assert not OutgoingMail.objects.filter(template="support/reply").exists()
