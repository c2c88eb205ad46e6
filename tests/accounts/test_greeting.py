"""How mails and start pages greet: by the whole name, since nothing says which part is the first one, or without a name."""

import pytest

from portal_project.accounts.models import User
from portal_project.mail.models import OutgoingMail
from portal_project.mail.rendering import render
from support.models import Ticket
from support.tickets.saved_replies import filled
from tests.conftest import signed_in

NAMES = pytest.mark.parametrize(
    ("name", "greeting", "in_html"),
    [
        ("Petit, Léa", "Hello Petit, Léa", "Hello Petit, Léa"),
        ("Alice Ahn", "Hello Alice Ahn", "Hello Alice Ahn"),
        ("<b>", "Hello <b>", "Hello &lt;b&gt;"),
        ("", "Hello", "Hello"),
    ],
)


@NAMES
def test_a_mail_greets_by_the_whole_name_or_by_none(alice, name, greeting, in_html):
    User.objects.update(name=name)
    client = signed_in(alice)
    form = client.get("/support/new/").context["form"]
    client.post("/support/new/", {"type": "general", "subject": "Hi", "body": "Where?", "token": form["token"].value()})
    mail = render(OutgoingMail.objects.get(template="support/ticket_opened"))
    assert mail.text.startswith(f"{greeting},\n\n")
    assert f"<p>{in_html},</p>" in mail.html


@NAMES
def test_a_start_page_greets_by_the_whole_name_or_by_none(alice, agent, name, greeting, in_html):
    User.objects.update(name=name)
    for person, page in [(alice, "/"), (agent, "/admin/")]:
        shown = signed_in(person).get(page).content.decode()
        assert f"<h1>{in_html}</h1>" in shown
        assert "Welcome" not in shown


def test_a_mail_about_signing_in_greets_without_a_name(client, alice):
    client.post("/accounts/login/code/", {"email": alice.email})
    assert OutgoingMail.objects.get().context["text"].startswith("Hello,\n\n")


def test_a_saved_reply_leaves_a_name_that_is_missing_to_its_author(alice, agent):
    User.objects.filter(pk=alice.pk).update(name="")
    alice.refresh_from_db()
    ticket = Ticket.objects.create(customer=alice, subject="Hi")
    assert filled("Dear {customer_name},", ticket, agent=agent, today=None) == "Dear {customer_name},"
