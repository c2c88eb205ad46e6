"""Every page of the admin, on a wide screen and on a phone: in order for whoever cannot see it, and no wider than the window."""

from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from portal_project.exports import files, lists
from portal_project.mail.models import OutgoingMail
from subscriptions.bulk import steering
from subscriptions.models import Invoice, LinkedService, PaymentFile
from subscriptions.reports import snapshots
from support.models import CancellationRequest, SavedReply, Ticket, WindDownDefault, WindDownStep
from support.wind_down.marking import mark
from tests.browser.conftest import TODAY, new_context
from tests.browser.visitor import Visitor
from tests.conftest import signed_in
from tests.factories import PlanFactory, UserFactory
from tests.pages import confirm, hidden_inputs
from tests.subscriptions.test_payment_files import send
from tests.support.test_attachments import text

pytestmark = pytest.mark.django_db(transaction=True)

WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 320, "height": 800}
LISTS = [
    "support/ticket",
    "support/cancellationrequest",
    "support/offer",
    "support/savedreply",
    "support/alternativeshowing",
    "support/cancellationrequest/leaving",
    "support/cancellationrequest/leaving/messages",
    "subscriptions/subscription",
    "subscriptions/invoice",
    "subscriptions/paymentfile",
    "subscriptions/bulkact",
    "products/product",
    "products/plan",
    "products/cancellationreason",
    "accounts/customer",
    "accounts/user",
    "accounts/viewing",
    "mail/outgoingmail",
    "django_q/schedule",
    "system",
    "who-did-what",
    "exports/export",
]
NEW = [
    "support/savedreply",
    "subscriptions/subscription",
    "subscriptions/paymentfile",
    "products/product",
    "products/plan",
    "products/cancellationreason",
    "accounts/user",
]

# One of each kind; whether it fits is asked of every page.
UNREADABLE = "who-did-what/?first=tomorrow&last=2026-02-30&by=0&kind=x"
IN_FULL_ON_A_PHONE = [
    UNREADABLE,
    "who-did-what/",
    "",
    "system/",
    "support/ticket/",
    "subscriptions/subscription/",
    "accounts/customer/",
]
VERBS = ["withdraw", "keep-active", "cancel-now", "discount", "change-plan", "drop-plan-change"]


@pytest.fixture
def pages(hosting, as_alice, alice, agent, merchant):
    """Their addresses, with a request to cancel, a ticket with a file and its mails behind them, and long words in all of it."""
    LinkedService.objects.create(subscription=hosting, name="v" * 250, reference="r" * 100)
    what = "s" * 150
    WindDownDefault.objects.create(product=hosting.product, kind="domain", what=what, days=7, can_be_undone=False)
    confirm(as_alice, f"/subscriptions/{hosting.number}/cancel/", reason="other", message="x" * 300)
    mark([WindDownStep.objects.get(what=what).pk], is_done=True, by=agent, today=TODAY)
    confirm(as_alice, "/support/new/", type="general", subject="y" * 100, body="z" * 300, files=[text()])
    reply = SavedReply.objects.create(title="Hello", body="b" * 300)
    requested, asked = Ticket.objects.order_by("pk")
    invoice, mail = Invoice.objects.get(), OutgoingMail.objects.first()
    lines = f"reference;amount\n{invoice.number:06};100.00\n{'w' * 100};1.00\n"
    send(signed_in(merchant), lines, received_on=TODAY.isoformat(), name=f"{'n' * 90}.csv")
    subscription = f"subscriptions/subscription/{hosting.pk}"
    long = PlanFactory(product=hosting.product, name="p" * 100)
    change = f"/admin/{subscription}/change-plan/"
    shown = signed_in(merchant).post(change, {"plan": long.pk, "preview": "1"})
    signed_in(merchant).post(change, hidden_inputs(shown) | {"plan": long.pk})
    chosen = [hosting.pk]
    act = steering.begin("pause", {"resumes_on": ""}, chosen=chosen, token=uuid4(), by=merchant, today=TODAY)
    invoices = lists.find("subscriptions.invoice")
    export = files.begin_at_once(invoices, f"q={'q' * 300}&status__exact=open", by=merchant)
    snapshots.take(TODAY, timezone.now())
    return [
        "",
        *(f"{each}/" for each in LISTS),
        *(f"{each}/add/" for each in NEW),
        "support/ticket/?tab=wind_down",
        "support/ticket/?tab=wind_down&show=done",
        "subscriptions/subscription/?counted=in_notice&currency=EUR",
        f"support/ticket/{requested.pk}/change/",
        f"support/ticket/{requested.pk}/offer/",
        f"support/ticket/{asked.pk}/change/",
        f"support/ticket/{asked.pk}/turn-into-request/",
        f"support/cancellationrequest/{CancellationRequest.objects.get().pk}/change/",
        f"support/savedreply/{reply.pk}/change/",
        f"{subscription}/change/",
        f"{subscription}/events/",
        *(f"{subscription}/{verb}/" for verb in VERBS),
        f"subscriptions/invoice/{invoice.pk}/change/",
        f"subscriptions/invoice/{invoice.pk}/record-payment/",
        f"subscriptions/invoice/{invoice.pk}/void/",
        f"subscriptions/paymentfile/{PaymentFile.objects.get().pk}/change/",
        "subscriptions/bulkact/add/?all&status__exact=active",
        f"subscriptions/bulkact/{act.pk}/change/",
        f"subscriptions/bulkact/{act.pk}/rows/",
        f"products/product/{hosting.product.pk}/change/",
        f"products/product/{hosting.product.pk}/preview/",
        f"products/product/{hosting.product.pk}/copy-actions/",
        f"products/plan/{hosting.plan_id}/change/",
        f"accounts/customer/{alice.pk}/change/",
        f"accounts/customer/{alice.pk}/history/",
        f"accounts/user/{alice.pk}/change/",
        f"accounts/user/{alice.pk}/remove-second-step/",
        "accounts/user/invite/",
        f"accounts/user/{alice.pk}/invite-again/",
        f"accounts/user/{alice.pk}/forget/",
        "accounts/merchant/1/change/",
        f"mail/outgoingmail/{mail.pk}/change/",
        UNREADABLE,
        "who-did-what/?kind=Mails",
        f"exports/export/{export.pk}/change/",
    ]


@pytest.fixture
def owner(chromium, live_server):
    context = new_context(chromium)
    visitor = Visitor(context.new_page(), live_server.url)
    yield visitor.signs_in(UserFactory(is_staff=True, is_superuser=True))
    context.close()


def test_every_page_of_the_admin_is_in_order_and_fits_a_phone(owner, pages):
    assert set(IN_FULL_ON_A_PHONE) <= set(pages)
    for page in pages:
        owner.page.set_viewport_size(WIDE)
        owner.opens(f"/admin/{page}").finds_the_admin_sound()
        owner.page.set_viewport_size(PHONE)
        if page in IN_FULL_ON_A_PHONE:
            owner.finds_the_admin_sound()
        owner.finds_that_it_fits()


def test_the_plans_of_a_product_stand_below_it_on_every_screen(owner, hosting):
    owner.opens(f"/admin/products/product/{hosting.product.pk}/change/")
    for size in (WIDE, PHONE, WIDE):
        owner.page.set_viewport_size(size)
        expect(owner.page.get_by_label("Price").first).to_be_visible()
        expect(owner.page.get_by_role("heading", name="Plans")).to_be_visible()
