"""The session ends while somebody types: what they send is there again once they have signed in, and never sent by itself."""

from datetime import date

import pytest
import time_machine
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.html import escape

from portal_project.common.drafts import marks
from portal_project.mail.models import OutgoingMail
from products.models import Plan, Product
from subscriptions.models import Invoice, Subscription
from support.models import CancellationRequest, Message, Ticket
from tests.factories import PlanFactory, started
from tests.pages import confirm, filled_in, hidden_inputs

LOGIN = "/accounts/login/"
NEW = "/support/new/"
PASSWORD = "correct horse battery"
HERE_AGAIN = "You were signed out before this was sent. Here it is again; check it and send it."
NOT_DONE = "You were signed out before this was done. Nothing has been changed; please do it again."
TYPED = {"type": "general", "subject": "A question", "body": "How do I…?\nThanks."}


@pytest.fixture
def today(clock):
    clock(date(2026, 4, 5))


@pytest.fixture
def hosting(today, alice):
    return started(alice, date(2026, 3, 20))


@pytest.fixture
def ticket(as_alice, hosting):
    confirm(as_alice, NEW, **TYPED)
    return Ticket.objects.get()


def sign_in(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def sent_too_late(client, url, to="", **typed):
    """Open the page, lose the session, then send the form, as its button does."""
    page = client.get(url)
    assert page.status_code == 200
    client.session.flush()
    response = client.post(to or url, hidden_inputs(page) | typed)
    response.sign_in_page = client.get(response.url)
    return response


def told(response):
    return [str(message) for message in response.context["messages"]]


def test_after_signing_in_it_is_there_again_and_is_sent_once(as_alice, alice, hosting):
    page = f"/subscriptions/{hosting.number}/cancel/"
    typed = {"reason": "other", "message": "The price went up.\nTwice."}
    response = sent_too_late(as_alice, page, **typed)
    assert response.url == f"{LOGIN}?next={page}"
    assert told(response.sign_in_page) == [
        "You were signed out, so this has not been sent. Sign in to go on where you were."
    ]
    again = sign_in(as_alice, alice).get(page)
    assert filled_in(again) == typed
    assert told(again) == [HERE_AGAIN]
    assert not CancellationRequest.objects.exists()
    assert as_alice.post(page, hidden_inputs(again) | filled_in(again)).status_code == 302
    assert CancellationRequest.objects.get().message == typed["message"]
    confirm(as_alice, f"/subscriptions/{hosting.number}/withdraw/")
    assert filled_in(as_alice.get(page)) == {"message": ""}


@pytest.mark.parametrize("way", ["password", "code"])
def test_every_way_to_sign_in_leads_back_to_it(client, alice, today, settings, way):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    alice.set_password(PASSWORD)
    alice.save()
    page = f"{NEW}?type=complaint&subscription=S-000000"
    response = sent_too_late(sign_in(client, alice), page, **TYPED)
    login = client.get(response.url)
    if way == "password":
        done = client.post(LOGIN, hidden_inputs(login) | {"login": alice.email, "password": PASSWORD})
    else:
        asked = client.get(login.context["request_login_code_url"])
        sent = client.post("/accounts/login/code/", hidden_inputs(asked) | {"email": alice.email})
        code = client.session["account_login"]["state"]["stages"]["login_by_code"]["data"]["code"]
        assert f'name="next" value="{escape(page)}"' in client.get(sent.url).content.decode()
        done = client.post("/accounts/login/code/confirm/", {"code": code, "next": page})
    assert done.url == page
    assert filled_in(client.get(done.url)) == TYPED | {"invoice": ""}


def test_a_support_request_comes_back_with_its_choices_and_names_the_files(as_alice, alice, hosting):
    typed = TYPED | {"subscription": hosting.number, "invoice": str(hosting.invoices.get().number)}
    files = [SimpleUploadedFile(name, b"One line.\n") for name in ("log.txt", "<b>.txt")]
    sent_too_late(as_alice, NEW, **typed, files=files)
    page = sign_in(as_alice, alice).get(NEW)
    assert filled_in(page) == typed
    assert "a browser does not keep them: log.txt, &lt;b&gt;.txt" in page.content.decode()
    assert not Ticket.objects.exists()


def test_a_reply_comes_back_with_a_token_of_its_own(as_alice, alice, ticket):
    page = ticket.get_absolute_url()
    before = hidden_inputs(as_alice.get(page))["token"]
    sent_too_late(as_alice, page, body="One more thing.")
    again = sign_in(as_alice, alice).get(page)
    assert filled_in(again) == {"body": "One more thing."}
    assert hidden_inputs(again)["token"] != before
    assert Message.objects.count() == 1


def test_the_effect_of_a_pause_is_that_of_the_day_that_was_typed(as_alice, alice, hosting):
    page = f"/subscriptions/{hosting.number}/pause/"
    sent_too_late(as_alice, page, length="day", resumes_on="2026-05-10")
    again = sign_in(as_alice, alice).get(page)
    assert filled_in(again) == {"length": "day", "resumes_on": "2026-05-10"}
    assert "10 May 2026" in again.content.decode()
    assert as_alice.post(page, hidden_inputs(again) | filled_in(again)).status_code == 302
    hosting.refresh_from_db()
    assert (hosting.status, hosting.resumes_on) == ("paused", date(2026, 5, 10))


def test_a_box_that_was_emptied_stays_empty(as_alice, alice, today):
    sent_too_late(as_alice, "/accounts/mails/")
    assert filled_in(sign_in(as_alice, alice).get("/accounts/mails/")) == {}
    alice.refresh_from_db()
    assert alice.wants_status_mails


def test_an_answer_of_staff_comes_back_on_the_tickets_page(as_agent, agent, as_alice, ticket):
    page = f"/admin/support/ticket/{ticket.pk}/change/"
    opened = as_agent.get(page)
    confirm(as_alice, ticket.get_absolute_url(), body="I have solved it.")
    as_agent.session.flush()
    typed = {"body": "Try this.", "is_internal": "", "status": "in_review", "priority": "4", "assignee": str(agent.pk)}
    response = as_agent.post(page.replace("change", "reply"), hidden_inputs(opened) | typed)
    assert response.url == f"{LOGIN}?next={page}"
    again = sign_in(as_agent, agent).get(page)
    assert filled_in(again) | typed == filled_in(again)
    hidden = hidden_inputs(again)
    assert (hidden["initial-status"], hidden["initial-priority"], hidden["initial-assignee"]) == ("open", "2", "")
    sent = as_agent.post(page.replace("change", "reply"), hidden | filled_in(again))
    assert "Alice Ahn wrote at " in sent.content.decode()


def test_a_product_comes_back_with_the_plans_that_were_added(as_merchant, merchant, today):
    page = "/admin/products/product/add/"
    plan = {"name": "Small", "amount": "12,50x", "currency": "EUR", "interval": "month", "interval_count": "3"}
    typed = {"name": "Mail", "description": "Mailboxes", "notice_days": "soon", "cancellation_mode": "immediate"}
    rows = {f"plans-1-{name}": value for name, value in plan.items()}
    sent_too_late(as_merchant, page, **typed, **rows, **{"plans-TOTAL_FORMS": 2})
    again = filled_in(sign_in(as_merchant, merchant).get(page))
    assert again | typed | rows == again
    assert "allow_pause" not in again
    assert not Product.objects.exists()


def test_what_was_typed_for_a_row_is_for_that_row_alone(as_merchant, merchant, today):
    product = PlanFactory(name="First").product
    second = PlanFactory(product=product, name="Second")
    page = f"/admin/products/product/{product.pk}/change/"
    opened = hidden_inputs(as_merchant.get(page)) | {"plans-0-name": "The first", "plans-1-name": "The second"}
    as_merchant.session.flush()
    as_merchant.post(page, opened | {"name": product.name})
    Plan.objects.exclude(pk=second.pk).delete()
    again = filled_in(sign_in(as_merchant, merchant).get(page))
    assert again["plans-0-name"] == "Second"


def test_a_payment_comes_back(as_merchant, merchant, hosting):
    invoice = Invoice.objects.get()
    page = f"/admin/subscriptions/invoice/{invoice.pk}/record-payment/"
    typed = {"received_on": "2026-04-02", "reference": "Bank, line 7"}
    sent_too_late(as_merchant, page, **typed)
    again = sign_in(as_merchant, merchant).get(page)
    assert filled_in(again) | typed == filled_in(again)
    invoice.refresh_from_db()
    assert invoice.status == "open"


def test_a_file_of_payments_is_named(as_merchant, merchant, hosting):
    page = "/admin/subscriptions/paymentfile/add/"
    file = SimpleUploadedFile("april.csv", b"reference,amount\n")
    sent_too_late(as_merchant, page, received_on="2026-04-02", file=file)
    again = sign_in(as_merchant, merchant).get(page)
    assert filled_in(again)["received_on"] == "2026-04-02"
    assert told(again) == [HERE_AGAIN, "Choose your files again, because a browser does not keep them: april.csv"]


def test_a_start_comes_back_with_its_customer_and_plan_and_is_confirmed_anew(as_merchant, merchant, alice, today):
    page, plan = "/admin/subscriptions/subscription/add/", PlanFactory()
    asked = confirm(as_merchant, page, customer=alice.pk, plan=plan.pk)
    as_merchant.session.flush()
    assert as_merchant.post(page, hidden_inputs(asked)).url == f"{LOGIN}?next={page}"
    again = sign_in(as_merchant, merchant).get(page)
    assert (filled_in(again)["customer"], filled_in(again)["plan"]) == (str(alice.pk), str(plan.pk))
    assert hidden_inputs(again)["token"] != hidden_inputs(asked)["token"]
    assert not Subscription.objects.exists()


def test_a_decision_comes_back(as_alice, as_agent, agent, hosting):
    confirm(as_alice, f"/subscriptions/{hosting.number}/cancel/", reason="other")
    page = f"/admin/subscriptions/subscription/{hosting.pk}/keep-active/"
    typed = {"agreement": "By phone", "agreed_on": "2026-04-05"}
    sent_too_late(as_agent, page, **typed)
    again = filled_in(sign_in(as_agent, agent).get(page))
    assert again | typed == again
    assert CancellationRequest.objects.get().decided_at is None


def test_the_tickets_that_were_chosen_are_chosen_again(as_agent, agent, ticket):
    page = "/admin/support/ticket/?tab=all"
    sent_too_late(as_agent, page, tickets=[ticket.pk], priority="4", assignee="", do="priority")
    again = filled_in(sign_in(as_agent, agent).get(page))
    assert (again["tickets"], again["priority"]) == (str(ticket.pk), "4")


def test_where_nothing_is_typed_it_is_said_that_nothing_was_done(as_merchant, merchant, hosting):
    page = "/admin/products/product/"
    sent_too_late(as_merchant, page, action="delete_selected", _selected_action="1")
    again = sign_in(as_merchant, merchant).get(page)
    assert told(again) == [NOT_DONE]


def test_an_address_that_only_takes_what_is_sent_leads_to_the_page_with_the_button(as_merchant, merchant, today):
    mail = OutgoingMail.objects.create(key="x", recipient="x@example.com", state="failed")
    page = f"/admin/mail/outgoingmail/{mail.pk}/change/"
    response = sent_too_late(as_merchant, page, f"/admin/mail/outgoingmail/{mail.pk}/send-again/")
    assert response.url == f"{LOGIN}?next={page}"
    assert told(sign_in(as_merchant, merchant).get(page)) == [NOT_DONE]


def test_signed_in_again_in_another_tab_the_old_page_loses_nothing(alice, today):
    client = Client(enforce_csrf_checks=True)
    sign_in(client, alice)
    page = client.get(NEW)
    client.session.flush()
    other_tab = sign_in(client, alice)
    other_tab.get(NEW)
    other_tab.cookies["csrftoken"] = "x" * 32
    response = client.post(NEW, hidden_inputs(page) | TYPED)
    assert response.url == NEW
    again = client.get(NEW)
    assert filled_in(again) | TYPED == filled_in(again)
    assert told(again) == [HERE_AGAIN]
    assert client.post(NEW, hidden_inputs(again) | filled_in(again)).status_code == 302
    assert Ticket.objects.get().subject == "A question"


def test_a_page_of_somebody_else_gives_nothing_to_whoever_is_signed_in_now(alice, bob, today):
    client = sign_in(Client(enforce_csrf_checks=True), alice)
    page = client.get(NEW)
    client.cookies["csrftoken"] = "x" * 32
    sign_in(client, bob)
    assert client.post(NEW, hidden_inputs(page) | TYPED).status_code == 403
    assert filled_in(client.get(NEW))["body"] == ""


@pytest.mark.parametrize("next_one", ["bob", "agent"])
def test_the_next_person_at_this_browser_sees_nothing_and_it_is_gone(as_alice, alice, today, request, next_one):
    sent_too_late(as_alice, NEW, **TYPED)
    other = sign_in(as_alice, request.getfixturevalue(next_one))
    page = other.get(NEW)
    assert "How do I" not in page.content.decode()
    assert not other.session.get("drafts")
    assert filled_in(sign_in(other, alice).get(NEW))["body"] == ""


def test_signing_out_on_purpose_forgets_it_but_not_what_is_sent_from_an_old_tab_afterwards(as_alice, alice, today):
    sent_too_late(as_alice, NEW, **TYPED)
    old_tab = hidden_inputs(sign_in(as_alice, alice).get(NEW))
    as_alice.post("/accounts/logout/")
    assert filled_in(sign_in(as_alice, alice).get(NEW))["body"] == ""
    as_alice.post("/accounts/logout/")
    as_alice.post(NEW, old_tab | TYPED)
    assert filled_in(sign_in(as_alice, alice).get(NEW))["body"] == TYPED["body"]


SPOILED = {
    "none": lambda mark: "",
    "a NUL": lambda mark: "\0",
    "not signed": lambda mark: mark.split(":")[0],
    "changed": lambda mark: f"x{mark}",
    "of another key": lambda mark: signing.dumps(["somebody", NEW], key="another key", salt=marks.SALT),
}


@pytest.mark.parametrize("spoiled", SPOILED.values(), ids=SPOILED)
def test_a_page_that_does_not_say_whose_it_is_keeps_nothing(as_alice, alice, today, spoiled):
    mark = hidden_inputs(as_alice.get(NEW))[marks.FIELD]
    response = sent_too_late(as_alice, NEW, **TYPED | {marks.FIELD: spoiled(mark)})
    assert response.url == f"{LOGIN}?next={NEW}"
    assert filled_in(sign_in(as_alice, alice).get(NEW))["body"] == ""


def test_a_page_that_one_may_no_longer_see_shows_nothing(as_agent, agent, as_alice, ticket):
    page = f"/admin/support/ticket/{ticket.pk}/change/"
    sent_too_late(as_agent, page, page.replace("change", "reply"), body="A secret plan.")
    agent.groups.clear()
    response = sign_in(as_agent, agent).get(page)
    assert response.status_code == 403
    assert "secret plan" not in response.content.decode()


def test_no_password_is_kept(as_merchant, merchant, today):
    page = "/admin/accounts/user/add/"
    sent_too_late(as_merchant, page, email="new@example.com", password1=PASSWORD, password2=PASSWORD)
    assert PASSWORD not in str(as_merchant.session["drafts"])
    again = sign_in(as_merchant, merchant).get(page)
    assert filled_in(again)["email"] == "new@example.com"
    assert PASSWORD not in again.content.decode()


def test_100_000_characters_survive_and_more_than_can_be_kept_is_said(as_alice, alice, today):
    body = "é\N{ZERO WIDTH SPACE}٣ " * 25_000
    sent_too_late(as_alice, NEW, **TYPED | {"body": f"\0{body}"})
    assert filled_in(sign_in(as_alice, alice).get(NEW))["body"] == body
    response = sent_too_late(as_alice, NEW, **TYPED | {"body": "x" * 300_000})
    assert "it is too long to be kept. Go back in your browser to copy it." in told(response.sign_in_page)[0]
    assert filled_in(sign_in(as_alice, alice).get(NEW))["body"] == ""


def test_after_an_hour_it_is_forgotten_and_no_more_than_three_are_kept(as_alice, alice, hosting):
    pages = [NEW, f"{NEW}?type=quote", f"{NEW}?type=other", f"{NEW}?type=refund"]
    forms = [hidden_inputs(as_alice.get(page)) for page in pages]
    as_alice.session.flush()
    for form in forms:
        as_alice.post(NEW, form | TYPED)
    sign_in(as_alice, alice)
    assert [filled_in(as_alice.get(page))["body"] for page in pages] == ["", *[TYPED["body"]] * 3]
    with time_machine.travel("2026-04-05 13:01 +0000", tick=False):
        assert filled_in(as_alice.get(pages[3]))["body"] == ""


def test_a_value_that_no_choice_has_is_left_out(as_merchant, merchant, alice, today):
    page = "/admin/subscriptions/subscription/add/"
    for odd in ("x", "99999999999999999999999", "\0"):
        sent_too_late(as_merchant, page, customer=odd, plan=odd)
        assert "customer" not in filled_in(sign_in(as_merchant, merchant).get(page))
