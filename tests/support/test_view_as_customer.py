"""Staff see the portal as a customer sees it: reading only, for half an hour, and nothing counts as the customer's."""

from datetime import date, timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from portal_project.accounts import forgetting
from portal_project.accounts.models import User, Viewing
from portal_project.receipts.models import Receipt
from products.models import Alternative
from subscriptions.models import Invoice
from support.models import AlternativeShowing, Attachment, CancellationRequest, Offer, Ticket, TicketEvent
from tests.conftest import signed_in
from tests.factories import UserFactory, started
from tests.pages import confirm, hidden_inputs
from tests.support.test_attachments import text
from tests.test_odd_input import VARIABLE, routes

LEAVE = "/admin/accounts/customer/leave/"
BAR = 'class="viewing"'
# Besides those under /accounts/, which are closed: what reads, and pages that would act, which show what would happen.
OPEN = {
    *("home", "subscription", "cancel_subscription", "withdraw_cancellation", "alternative", "accept_offer"),
    *("go_on_canceling", "subscriptions:list", "subscriptions:pause", "subscriptions:drop_pause", "subscriptions:plan"),
    *("subscriptions:resume_date", "subscriptions:resume", "subscriptions:drop_plan_change", "invoices:list"),
    *("invoices:detail", "support:tickets", "support:new", "support:ticket", "support:attachment", "receipts:list"),
    *("receipts:detail", "brand_css", "logo"),
}


def begin(customer):
    return f"/admin/accounts/customer/{customer.pk}/view-as/"


def page(customer):
    return f"/admin/accounts/customer/{customer.pk}/change/"


def rows(*but):
    """All that the database holds, but of these models."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for model in apps.get_models()
        if model not in but
    }


@pytest.fixture
def hosting(alice, clock):
    clock(date(2026, 4, 5))
    return started(alice, date(2026, 3, 20))


@pytest.fixture
def viewer(as_agent, alice, hosting):
    """Sam of support, as Alice."""
    assert as_agent.post(begin(alice)).url == "/"
    return as_agent


@pytest.fixture
def portal(as_alice, as_agent, alice, hosting):
    """Every address of the portal, with what leads to a page of Alice's in the place of a variable."""
    confirm(as_alice, f"/subscriptions/{hosting.number}/pause/")
    confirm(as_alice, "/support/new/", type="general", subject="A question", body="See the file.", files=[text()])
    leaving = started(alice, date(2026, 3, 20), hosting.plan)
    confirm(as_alice, f"/subscriptions/{leaving.number}/cancel/", reason="other")
    request, asked = CancellationRequest.objects.get(), Ticket.objects.get(type="general")
    offer = Offer.objects.create(request=request, made_by=hosting.customer, kind="discount", percent=20, invoices=2)
    hosting.product.alternatives.create(kind="discount", percent=10, invoices=1)
    in_the_place_of = {
        "offer-<int:pk>": f"offer-{offer.pk}",
        "alternatives/<int:pk>": f"alternatives/{Alternative.objects.get().pk}",
        "files/<int:pk>": f"files/{Attachment.objects.get().pk}",
        "support/<number:number>": f"support/{asked.number}",
        "receipts/<number:number>": f"receipts/{Receipt.objects.first().number}",
        "<int:number>": str(Invoice.objects.first().number),
    }
    found = [route for route in routes() if not route.startswith("/admin/")]
    for variable, value in in_the_place_of.items():
        found = [route.replace(variable, value) for route in found]
    of_one = [VARIABLE.sub(hosting.number, route) for route in found]
    return [*of_one, *(route.replace(hosting.number, leaving.number) for route in of_one if hosting.number in route)]


def test_they_see_what_the_customer_sees_and_whose_eyes_these_are(viewer, alice, hosting):
    for address in (
        "/",
        hosting.get_absolute_url(),
        f"{hosting.get_absolute_url()}pause/",
        "/invoices/",
        "/support/",
        "/nowhere/",
    ):
        shown = viewer.get(address).content.decode()
        assert BAR in shown, address
        assert "Alice Ahn" in shown
        assert alice.number in shown
        assert "until 12:30" in shown
    assert "Pause Subscription" in viewer.get(hosting.get_absolute_url()).text
    assert BAR not in viewer.get("/admin/").text


def test_the_admin_beside_it_is_their_own(viewer, agent, hosting):
    confirm(viewer, f"/admin/subscriptions/subscription/{hosting.pk}/pause/")
    assert hosting.events.get(kind="paused").actor == agent
    assert "Paused" in viewer.get(hosting.get_absolute_url()).text


def test_whatever_is_sent_is_refused_at_every_address_of_the_portal(viewer, portal):
    """Nothing that runs behind the addresses is even asked."""
    before = rows(Session)
    for address in portal:
        for method in ("post", "put", "patch", "delete"):
            refused = getattr(viewer, method)(address)
            assert refused.status_code == 403, f"{method} {address}"
            assert next(each.name for each in refused.templates) == "admin/accounts/viewing/refused.html"
    assert rows(Session) == before


def test_what_the_customer_would_send_is_refused_too(viewer, as_alice, hosting):
    for address in (
        f"/subscriptions/{hosting.number}/pause/",
        "/support/new/",
        "/accounts/person/",
        "/accounts/logout/",
    ):
        form = hidden_inputs(as_alice.get(address))
        typed = {"type": "general", "subject": "A question", "body": "How?", "name": "Mallory", "phone": ""}
        refused = viewer.post(address, form | typed)
        assert refused.status_code == 403
        assert "Nothing has changed." in refused.text or "stays closed" in refused.text
    hosting.refresh_from_db()
    assert (hosting.status, Ticket.objects.count()) == ("active", 0)


def test_every_page_is_read_or_closed_and_reading_leaves_nothing(viewer, portal):
    viewer.get("/")
    before, read = rows(Session), set()
    for address in portal:
        answer = viewer.get(address)
        if address.startswith("/accounts/"):
            assert (answer.status_code, "This page stays closed" in answer.text) == (403, True), address
        else:
            name = answer.resolver_match.view_name
            assert name in OPEN, f"{address}: may it be read with a customer's eyes?"
            read.add(name) if answer.status_code == 200 else None
            is_page = answer["Content-Type"].startswith("text/html") and answer.content
            assert not is_page or BAR in answer.text, address
    assert rows(Session) == before
    assert read >= {"home", "subscription", "cancel_subscription", "accept_offer", "alternative", "support:attachment"}


def test_nothing_counts_as_seen(viewer, as_alice, as_agent, agent, alice, hosting):
    hosting.product.alternatives.create(kind="pause", pause_days=30)
    confirm(as_alice, "/support/new/", type="general", subject="A question", body="How?", subscription=hosting.number)
    ticket = Ticket.objects.get()
    viewer.get(ticket.get_absolute_url())
    viewer.get(f"/subscriptions/{hosting.number}/cancel/")
    assert not TicketEvent.objects.filter(kind="viewed", actor=alice).exists()
    assert not AlternativeShowing.objects.exists()
    as_alice.get(ticket.get_absolute_url())
    as_alice.get(f"/subscriptions/{hosting.number}/cancel/")
    assert AlternativeShowing.objects.count() == 1


def test_it_is_no_session_of_the_customer_and_nobody_signed_in(viewer, alice, agent):
    viewer.get("/", headers={"accept-language": "de"})
    alice.refresh_from_db()
    agent.refresh_from_db()
    assert (alice.last_login, alice.last_language, agent.last_language) == (None, "", "")
    assert {each.user for each in UserSession.objects.all()} <= {agent}
    assert viewer.session["_auth_user_id"] == str(agent.pk)


def test_what_staff_were_writing_is_theirs_still(viewer, as_agent, hosting):
    ticket = Ticket.objects.create(customer=hosting.customer, subject="A question", subscription=hosting)
    address = f"/admin/support/ticket/{ticket.pk}/change/"
    form = hidden_inputs(viewer.get(address))
    viewer.post(address, form | {"body": "Half an answer", "turn": "1"})
    viewer.get(hosting.get_absolute_url())
    assert "Half an answer" in viewer.get(address).text


def test_leaving_leads_back_to_the_customer_and_is_recorded(viewer, clock, alice, agent, hosting):
    form = hidden_inputs(viewer.get("/"))
    left_at = timezone.now()
    assert viewer.post(LEAVE, form).url == page(alice)
    assert viewer.get("/").url == "/admin/"
    assert viewer.get(hosting.get_absolute_url()).status_code == 404
    looked = Viewing.objects.get()
    assert (looked.staff, looked.customer, looked.begun_at, looked.ends_at) == (agent, alice, left_at, left_at)
    assert viewer.post(LEAVE).url == "/admin/accounts/customer/"
    assert viewer.get(LEAVE).status_code == 405


def test_what_was_opened_as_the_customer_does_nothing_in_the_name_of_the_staff(viewer, hosting):
    form = hidden_inputs(viewer.get("/support/new/"))
    viewer.post(LEAVE)
    typed = {"type": "general", "subject": "A question", "body": "How?", "subscription": ""}
    refused = viewer.post("/support/new/", form | typed)
    assert (refused.status_code, "You no longer see the portal as this customer" in refused.text) == (403, True)
    assert not Ticket.objects.exists()


def test_it_ends_by_itself_after_half_an_hour(viewer, alice, hosting, time_machine):
    time_machine.move_to("2026-04-05 12:29:59 +0000", tick=False)
    assert BAR in viewer.get("/").text
    time_machine.move_to("2026-04-05 12:30 +0000", tick=False)
    assert viewer.post("/support/new/").status_code == 403
    viewer.post(begin(alice))
    time_machine.move_to("2026-04-05 13:00 +0000", tick=False)
    over = viewer.get(hosting.get_absolute_url(), follow=True)
    assert over.redirect_chain == [(page(alice), 302)]
    assert "You no longer see the portal as Alice Ahn" in over.text
    ends = [each.ends_at - each.begun_at for each in Viewing.objects.all()]
    assert ends == [timedelta(minutes=30)] * 2


def test_another_customer_takes_the_place_of_the_first(viewer, alice, bob):
    viewer.post(begin(bob))
    assert "as <strong><bdi>Bob Berg" in viewer.get("/").text
    assert [(each.customer, each.ends_at > timezone.now()) for each in Viewing.objects.order_by("pk")] == [
        (alice, False),
        (bob, True),
    ]


def test_signing_out_ends_it(viewer, time_machine):
    time_machine.move_to("2026-04-05 12:10 +0000", tick=False)
    viewer.post("/admin/logout/")
    looked = Viewing.objects.get()
    assert looked.ends_at - looked.begun_at == timedelta(minutes=10)
    assert BAR not in viewer.get("/", follow=True).text


def test_nobody_is_seen_who_is_staff_forgotten_or_switched_off(as_merchant, merchant, agent, alice, bob, clock):
    clock(date(2026, 4, 5))
    User.objects.filter(pk=bob.pk).update(is_active=False)
    forgetting.forget(alice, by=merchant)
    root = UserFactory(is_superuser=True)
    assert as_merchant.post(begin(agent)).status_code == 404
    for person, why in ((alice, "is forgotten"), (bob, "switched off"), (root, "an account of staff")):
        assert "View as customer" not in as_merchant.get(page(person)).text.replace("Views as customer", "")
        assert why in as_merchant.post(begin(person), follow=True).text
    assert not Viewing.objects.exists()


@pytest.mark.parametrize(
    "change",
    [{"is_staff": True}, {"is_active": False}],
)
def test_it_ends_where_the_customer_may_no_longer_be_seen(viewer, alice, change):
    User.objects.filter(pk=alice.pk).update(**change)
    assert viewer.get("/").url == page(alice)
    assert Viewing.objects.get().ends_at == timezone.now()


def test_it_ends_where_the_right_is_taken(viewer, agent, alice):
    agent.groups.clear()
    assert viewer.get("/").url == page(alice)
    assert viewer.get("/").url == "/admin/"


def test_who_may(as_agent, as_merchant, as_alice, alice, bob):
    for client, status in ((as_agent, 302), (as_merchant, 302), (signed_in(UserFactory(is_staff=True)), 403)):
        assert client.post(begin(alice)).status_code == status
    for client in (as_alice, Client()):
        client.post(begin(bob))
        assert BAR not in client.get("/", follow=True).text
    assert as_agent.get(begin(alice)).status_code == 405
    assert {each.staff.email for each in Viewing.objects.all()} == {"support@example.com", "merchant@example.com"}


def test_it_begins_only_from_a_page_of_ours(agent, alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(begin(alice)).status_code == 403
    form = hidden_inputs(client.get(page(alice)))
    assert client.post(begin(alice), form).url == "/"
    assert client.post(LEAVE, hidden_inputs(client.get("/"))).url == page(alice)


def test_merchants_read_who_looked_and_nobody_changes_it(viewer, as_agent, as_merchant, alice, bob):
    looked = Viewing.objects.get()
    shown = as_merchant.get("/admin/accounts/viewing/", {"customer": alice.pk}).text
    assert "Sam Support" in shown
    assert not as_merchant.get("/admin/accounts/viewing/", {"customer": bob.pk}).context["cl"].result_list
    assert "/admin/accounts/viewing/?customer=" in as_merchant.get(page(alice)).text
    change = f"/admin/accounts/viewing/{looked.pk}/change/"
    assert (as_merchant.get(change).status_code, as_merchant.post(change).status_code) == (200, 403)
    assert as_merchant.get("/admin/accounts/viewing/add/").status_code == 403
    assert as_agent.get("/admin/accounts/viewing/").status_code == 403


def test_nothing_is_asked_for_it_where_nobody_looks(as_alice, hosting, django_assert_num_queries):
    as_alice.get("/invoices/")
    with django_assert_num_queries(3):
        as_alice.get("/invoices/")
