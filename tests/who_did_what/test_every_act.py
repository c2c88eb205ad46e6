"""Every act of staff stands on the page “Who did what”, with who, when and of which kind; and no address takes it off."""

from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.test import RequestFactory
from django.urls import get_resolver

from portal_project.accounts.models import User, Viewing
from portal_project.exports import files, lists
from portal_project.exports.models import Export
from portal_project.mail.models import OutgoingMail
from products.models import CancellationReason, Plan, Product
from subscriptions.models import BulkAct, Invoice, LinkedService, PaymentFile, Subscription, SubscriptionEvent
from support.models import Message, Offer, SavedReply, Ticket, TicketEvent, WindDownStep
from tests.conftest import signed_in
from tests.factories import PlanFactory, ProductFactory, UserFactory, started
from tests.pages import confirm, filled_in, hidden_inputs
from tests.subscriptions import test_payment_files as payment_files

PAGE = "/admin/who-did-what/"
TODAY = date(2026, 4, 5)


@pytest.fixture
def world(alice, bob, agent, merchant, clock):
    """Alice has a subscription of 100.00 a month and a ticket; Bob has nothing."""
    clock(TODAY)
    boss = UserFactory(email="boss@example.com", name="Bo Boss", is_staff=True, is_superuser=True)
    hosting = started(alice, date(2026, 3, 20), name="Hosting", allow_plan_change=True)
    small = PlanFactory(product=hosting.product, name="Small", amount=40)
    LinkedService.objects.create(subscription=hosting, name="ahn.example")
    as_alice = signed_in(alice)
    confirm(as_alice, "/support/new/", type="general", subscription=hosting.number, subject="A question", body="Well?")
    people = {"alice": as_alice, "agent": signed_in(agent), "merchant": signed_in(merchant), "boss": signed_in(boss)}
    rows = {"customer": alice, "bob": bob, "hosting": hosting, "small": small, "sam": agent}
    return SimpleNamespace(**people, **rows, ticket=Ticket.objects.get(), invoice=Invoice.objects.get())


@dataclass(frozen=True)
class Act:
    by: str
    kind: str
    what: str
    """With the world's rows in braces."""
    do: object


def on(page, **typed):
    """One click on a page of the subscription, with its effect shown first."""

    def act(client, world):
        url = f"/admin/subscriptions/subscription/{world.hosting.pk}/{page}/"
        values = {name: value(world) if callable(value) else value for name, value in typed.items()}
        shown = client.post(url, values | {"preview": "1"})
        answer = client.post(url, hidden_inputs(shown) | values)
        assert answer.status_code == 302, answer.content.decode()[-3000:]

    return act


def then(*acts):
    def every(client, world):
        for act in acts:
            act(client, world)

    return every


def sent(url, **typed):
    """A form of the page at this address, as it is filled in, with something else typed."""

    def act(client, world):
        page = url(world) if callable(url) else url
        values = {name: value(world) if callable(value) else value for name, value in typed.items()}
        shown = client.get(page)
        form = hidden_inputs(shown) | filled_in(shown) | values if shown.status_code == 200 else values
        form = {name: value for name, value in form.items() if value is not None}
        answer = client.post(page, form)
        if answer.status_code == 200:
            # It says what follows from it, and asks.
            answer = client.post(page, form | hidden_inputs(answer))
        assert answer.status_code == 302, (answer.status_code, answer.content.decode()[-3000:])

    return act


def desk(part):
    return lambda world: f"/admin/support/ticket/{world.ticket.pk}/{part}/"


def asks_to_cancel(client, world):
    url = f"/subscriptions/{world.hosting.number}/cancel/"
    confirm(world.alice, url, reason="too_expensive", message="")
    world.asked = Ticket.objects.order_by("-pk")[0]


def offers(client, world):
    url, half = f"/admin/support/ticket/{world.asked.pk}/offer/", {"kind": "discount", "percent": "50", "invoices": "3"}
    shown = client.post(url, hidden_inputs(client.get(url)) | half | {"preview": "1"})
    assert client.post(url, hidden_inputs(shown) | half).status_code == 302


def marks(**button):
    return lambda client, world: client.post(
        "/admin/support/ticket/wind-down/", {name: WindDownStep.objects.get().pk for name in button}
    )


def begins(client, world):
    form = {"kind": "pause", "token": str(uuid4()), "pause-resumes_on": ""}
    assert client.post(f"/admin/subscriptions/bulkact/add/?keys={world.hosting.pk}", form).status_code == 302
    world.act = BulkAct.objects.get()


def presses(model, verb):
    def press(client, world):
        row = model.objects.order_by("pk").last()
        url = f"/admin/{model._meta.label_lower.replace('.', '/')}/{row.pk}/{verb}/"
        assert client.post(url).status_code == 302

    return press


def sends_payments(client, world):
    payment_files.send(client, f"reference;amount\n{world.invoice.label};100.00\n", name="bank.csv")


def has_a_second_step(client, world):
    Authenticator.objects.create(user=world.sam, type=Authenticator.Type.TOTP, data={"secret": "x"})


def mail_failed(client, world):
    OutgoingMail.objects.create(
        key="x", recipient="alice@example.com", template="ready_made", thread="T-1", state="failed", context={}
    )


def sees_as_customer(client, world):
    assert client.post(f"/admin/accounts/customer/{world.customer.pk}/view-as/").status_code == 302


def takes(client, world):
    assert b"".join(client.get("/admin/csv/subscriptions.invoice/?status__exact=open").streaming_content)


def copies(client, world):
    mail = ProductFactory(name="Mail", notice_days=60)
    url = f"/admin/products/product/{world.hosting.product.pk}/copy-actions/"
    shown = client.post(url, {"to": [mail.pk]})
    assert client.post(url, hidden_inputs(shown) | {"to": [mail.pk]}).status_code == 302


def made(factory, **values):
    """A row that nobody of staff made."""
    return lambda client, world: factory(**values)


def deletes(model):
    return lambda client, world: client.post(row(model, "delete", "-pk")(world), {"post": "yes"})


def chooses(model, action, **more):
    """The newest row of a list, for something to be done with it."""

    def choose(client, world):
        rows = [model.objects.order_by("-pk")[0].pk]
        address = f"/admin/{model._meta.label_lower.replace('.', '/')}/"
        form = {"action": action, "_selected_action": rows} | more
        assert client.post(address, form).status_code == 302

    return choose


def long_list(client, world):
    export = files.order(lists.find("subscriptions.invoice"), "", by=world.sam, token=uuid4())
    files.make_waiting()
    export.refresh_from_db()
    assert export.state == Export.State.READY


def drags(client, world):
    url = "/admin/products/cancellationreason/"
    shown = client.get(url)
    form = hidden_inputs(shown) | filled_in(shown) | {"_save": "Save", "form-0-position": "9"}
    assert client.post(url, form).status_code == 302


def tickets(**form):
    return lambda client, world: client.post("/admin/support/ticket/", {"tickets": [world.ticket.pk]} | form)


def person(verb):
    return lambda world: f"/admin/accounts/user/{world.sam.pk}/{verb}/"


def row(model, verb="change", order="pk"):
    label = model._meta.label_lower.replace(".", "/")
    return lambda world: f"/admin/{label}/{model.objects.order_by(order)[0].pk}/{verb}/"


S, T, C, P, B, A, N = "Subscriptions", "Tickets", "Cancellations", "Payments", "Bulk acts", "Accounts", "Settings"
HOSTING = "{hosting}: "
MONTH = {"resumes_on": "2026-05-20"}
AGREED = {"agreement": "By phone", "agreed_on": "2026-04-05"}
ACTS = {
    "pause": Act("agent", S, HOSTING + "Paused", on("pause", resumes_on="")),
    "resume": Act("agent", S, HOSTING + "Resumed", then(on("pause", resumes_on=""), on("resume"))),
    "resume_date": Act(
        "agent", S, HOSTING + "Resume date changed", then(on("pause", resumes_on=""), on("resume-date", **MONTH))
    ),
    "discount": Act("agent", S, HOSTING + "Discount granted", on("discount", percent="10", invoices="1")),
    "change_plan": Act("agent", S, HOSTING + "Other plan chosen", on("change-plan", plan=lambda world: world.small.pk)),
    "drop_plan_change": Act(
        "agent",
        S,
        HOSTING + "Plan change dropped",
        then(on("change-plan", plan=lambda world: world.small.pk), on("drop-plan-change")),
    ),
    "change_price": Act("merchant", S, HOSTING + "New price announced", on("change-price", amount="120")),
    "drop_price_change": Act(
        "merchant",
        S,
        HOSTING + "Price change dropped",
        then(on("change-price", amount="120"), on("drop-price-change")),
    ),
    "request_cancellation": Act(
        "agent", S, HOSTING + "Cancellation requested", on("request-cancellation", reason="other", message="")
    ),
    "withdraw": Act("agent", S, HOSTING + "Cancellation withdrawn", then(asks_to_cancel, on("withdraw"))),
    "withdrawn request": Act(
        "agent", C, "{asked}: Request decided as “Withdrawn”", then(asks_to_cancel, on("withdraw"))
    ),
    "keep_active": Act(
        "agent",
        C,
        "{asked}: Request decided as “Kept with the customer’s agreement”",
        then(asks_to_cancel, on("keep-active", **AGREED)),
    ),
    "cancel_now": Act("agent", S, HOSTING + "Ended", on("cancel-now")),
    "reply": Act("agent", T, "{ticket}: Answered", sent(desk("reply"), body="So.", token=lambda world: uuid4())),
    "note": Act(
        "agent",
        T,
        "{ticket}: Internal note written",
        sent(desk("reply"), body="So.", is_internal="on", token=lambda world: uuid4()),
    ),
    "priority": Act("agent", T, "{ticket}: Priority changed from Medium to High", tickets(do="priority", priority="3")),
    "take": Act("agent", T, "{ticket}: Assigned to Sam Support", tickets(do="mine")),
    "status": Act("agent", T, "{ticket}: Status changed from Open to In review", tickets(do="review")),
    "turn_into_request": Act(
        "agent",
        T,
        "{ticket}: Made a cancellation request",
        sent(desk("turn-into-request"), asked_on="2026-04-05", reason="other", message=""),
    ),
    "offer": Act("agent", C, "{asked}: Offer made (Discount)", then(asks_to_cancel, offers)),
    "take_back": Act(
        "agent",
        C,
        "{asked}: Offer taken back (Discount)",
        then(
            asks_to_cancel,
            offers,
            lambda client, world: client.post(
                f"/admin/support/ticket/{world.asked.pk}/take-back/{Offer.objects.get().pk}/"
            ),
        ),
    ),
    "step done": Act(
        "agent",
        S,
        "{hosting.number}: “Switch auto-renew off” of ahn.example marked as done",
        then(asks_to_cancel, marks(done=1)),
    ),
    "step not done": Act(
        "agent",
        S,
        "{hosting.number}: “Switch auto-renew off” of ahn.example marked as not done",
        then(asks_to_cancel, marks(done=1), marks(undone=1)),
    ),
    "step that was done, though it no longer is": Act(
        "agent",
        S,
        "{hosting.number}: “Switch auto-renew off” of ahn.example marked as done",
        then(asks_to_cancel, marks(done=1), marks(undone=1)),
    ),
    "record_payment": Act(
        "merchant",
        P,
        "Invoice {invoice.label}: Payment recorded",
        sent(row(Invoice, "record-payment"), received_on="2026-04-05", reference=""),
    ),
    "void": Act("merchant", P, "Invoice {invoice.label}: Voided", sent(row(Invoice, "void"))),
    "payment file": Act("merchant", P, "Payment file “bank.csv”: Sent in", sends_payments),
    "payment file confirmed": Act(
        "merchant",
        P,
        "Payment file “bank.csv”: Confirmed",
        then(sends_payments, presses(PaymentFile, "confirm")),
    ),
    "payment file discarded": Act(
        "merchant", P, "bank.csv: Discarded", then(sends_payments, presses(PaymentFile, "discard"))
    ),
    "bulk act": Act("merchant", B, "Bulk act “Pause 1 subscription”: Begun", begins),
    "bulk act confirmed": Act(
        "merchant", B, "Bulk act “Pause 1 subscription”: Confirmed", then(begins, presses(BulkAct, "confirm"))
    ),
    "bulk act stopped": Act(
        "merchant",
        B,
        "{act}: Stopped",
        then(begins, presses(BulkAct, "confirm"), presses(BulkAct, "stop")),
    ),
    "bulk act gone on with": Act(
        "merchant",
        B,
        "{act}: Went on",
        then(begins, presses(BulkAct, "confirm"), presses(BulkAct, "stop"), presses(BulkAct, "resume")),
    ),
    "view_as": Act("agent", "Views as customer", "Saw the portal as Alice Ahn", sees_as_customer),
    "download": Act("agent", "Downloads", "Downloaded invoices (Status: Open): 1 row", takes),
    "send_again": Act(
        "merchant", "Mails", "Mail about T-1: Sent again", then(mail_failed, presses(OutgoingMail, "send-again"))
    ),
    "business": Act("merchant", N, "Shop: Changed Name", sent("/admin/accounts/merchant/1/change/", name="Shop")),
    "product": Act(
        "merchant",
        N,
        "Hosting: Changed Notice period (days)",
        sent(lambda world: f"/admin/products/product/{world.hosting.product.pk}/change/", notice_days="31"),
    ),
    "copy_actions": Act("merchant", N, "Mail: Copied the Customer Portal Actions of “Hosting”", copies),
    "reason": Act(
        "merchant",
        N,
        "Too dear: Changed Wording",
        sent(row(CancellationReason), label="Too dear"),
    ),
    "reasons put in order": Act("merchant", N, "Too expensive: Changed Position", drags),
    "plan": Act("merchant", N, "Hosting · Monthly: Changed Price", sent(row(Plan), amount="41")),
    "plan made": Act(
        "merchant",
        N,
        "Hosting · Large: Added",
        sent(
            "/admin/products/plan/add/",
            product=lambda world: world.hosting.product.pk,
            name="Large",
            amount="9",
            currency="EUR",
            interval="month",
            interval_count="1",
        ),
    ),
    "start": Act(
        "merchant",
        S,
        "{started}: Subscription started",
        sent(
            "/admin/subscriptions/subscription/add/",
            customer=lambda world: world.bob.pk,
            plan=lambda world: world.small.pk,
            started_on="2026-04-05",
        ),
    ),
    "linked service": Act(
        "agent",
        S,
        "{hosting}: Changed Name for linked service “ahn.test”",
        sent(row(Subscription), **{"linked_services-0-name": "ahn.test"}),
    ),
    "saved reply": Act(
        "merchant", N, "Hello: Added", sent("/admin/support/savedreply/add/", title="Hello", body="Good day")
    ),
    "saved reply deleted": Act(
        "merchant",
        N,
        "Hello: Deleted",
        then(made(SavedReply.objects.create, title="Hello", body="Hi"), deletes(SavedReply)),
    ),
    "invite": Act(
        "boss",
        A,
        "Dora Dahl <dora@example.com>: Invited as support",
        sent("/admin/accounts/user/invite/", email="dora@example.com", name="Dora Dahl", role="support"),
    ),
    "switched off": Act(
        "boss", A, "Sam Support <support@example.com>: Changed Active", sent(person("change"), is_active=None)
    ),
    "role": Act("boss", A, "Sam Support <support@example.com>: Changed Groups", sent(person("change"), groups=None)),
    "password": Act(
        "boss",
        A,
        "Sam Support <support@example.com>: Changed password",
        sent(person("password"), password1="correct horse battery", password2="correct horse battery"),
    ),
    "remove_second_step": Act(
        "boss",
        A,
        "Sam Support <support@example.com>: Removed the second step of signing in",
        then(has_a_second_step, sent(person("remove-second-step"))),
    ),
    "customer’s data": Act(
        "merchant",
        A,
        "Alice Ahn <alice@example.com>: Changed Phone",
        sent(lambda world: f"/admin/accounts/user/{world.customer.pk}/change/", phone="1"),
    ),
    "forget": Act(
        "merchant",
        A,
        "Customer {bob.number}: Forgotten",
        sent(lambda world: f"/admin/accounts/user/{world.bob.pk}/forget/"),
    ),
    "drop_pause": Act(
        "agent",
        S,
        HOSTING + "Scheduled pause dropped",
        then(
            lambda client, world: Product.objects.update(pause_starts="period_end"),
            on("pause", resumes_on=""),
            on("drop-pause"),
        ),
    ),
    "sorted on its page": Act(
        "agent", T, "{ticket}: Priority changed from Medium to Urgent", sent(desk("change"), priority="4", body=None)
    ),
    "bulk act discarded": Act(
        "merchant", B, "{act}: Discarded: “Pause 1 subscription”", then(begins, presses(BulkAct, "discard"))
    ),
    "saved reply changed": Act(
        "merchant",
        N,
        "Hello: Changed Text",
        then(made(SavedReply.objects.create, title="Hello", body="Hi"), sent(row(SavedReply), body="Good day")),
    ),
    "saved replies deleted": Act(
        "merchant",
        N,
        "Hello: Deleted",
        then(
            made(SavedReply.objects.create, title="Hello", body="Hi"),
            chooses(SavedReply, "delete_selected", post="yes"),
        ),
    ),
    "product made": Act("merchant", N, "Mail: Added", sent("/admin/products/product/add/", name="Mail")),
    "product deleted": Act("merchant", N, "Mail: Deleted", then(made(ProductFactory, name="Mail"), deletes(Product))),
    "plan deleted": Act("merchant", N, "Hosting · Small: Deleted", deletes(Plan)),
    "reason made": Act(
        "merchant", N, "Too far: Added", sent("/admin/products/cancellationreason/add/", label="Too far")
    ),
    "reason deleted": Act(
        "merchant",
        N,
        "Too far: Deleted",
        then(made(CancellationReason.objects.create, label="Too far", code="far"), deletes(CancellationReason)),
    ),
    "account made": Act(
        "boss",
        A,
        "Dora Dahl <dora@example.com>: Added",
        sent(
            "/admin/accounts/user/add/",
            email="dora@example.com",
            name="Dora Dahl",
            usable_password="false",
        ),
    ),
    "invite_again": Act(
        "boss",
        A,
        "Sam Support <support@example.com>: Invited again",
        then(
            lambda client, world: User.objects.filter(pk=world.sam.pk).update(password="!", last_login=None),
            sent(person("invite-again")),
        ),
    ),
    "role changed": Act(
        "boss", A, "Merchants: Changed Permissions", sent(row(Group), name="Merchants", permissions=[])
    ),
    "role deleted": Act(
        "boss", A, "Interns: Deleted", then(made(Group.objects.create, name="Interns"), deletes(Group))
    ),
    "roles deleted": Act(
        "boss",
        A,
        "Interns: Deleted",
        then(made(Group.objects.create, name="Interns"), chooses(Group, "delete_selected", post="yes")),
    ),
    "products deleted": Act(
        "merchant",
        N,
        "Mail: Deleted",
        then(made(ProductFactory, name="Mail"), chooses(Product, "delete_selected", post="yes")),
    ),
    "plans deleted": Act(
        "merchant",
        N,
        "Hosting · Small: Deleted",
        then(chooses(Plan, "delete_selected", post="yes")),
    ),
    "mails sent again": Act(
        "merchant",
        "Mails",
        "Mail about T-1: Sent again",
        then(mail_failed, chooses(OutgoingMail, "send_again")),
    ),
    "long download": Act("agent", "Downloads", "Asked for a file of invoices, not downloaded yet: 1 row", long_list),
    "role made": Act("boss", A, "Interns: Added", sent("/admin/auth/group/add/", name="Interns")),
}


def listed(client, **chosen):
    page = client.get(PAGE, chosen)
    assert page.status_code == 200
    return [(deed.by.name, deed.kind, deed.what) for deed in page.context["page"].deeds]


@pytest.mark.sampled
@pytest.mark.parametrize("name", ACTS)
def test_an_act_is_told_with_who_when_and_of_which_kind(world, name):
    act = ACTS[name]
    before = listed(world.boss)
    act.do(getattr(world, act.by), world)
    by = User.objects.get(email={"agent": "support", "merchant": "merchant", "boss": "boss"}[act.by] + "@example.com")
    if len(found := Subscription.objects.exclude(pk=world.hosting.pk)) == 1:
        world.started = found[0]
    names = {each: getattr(row, "number", row) for each, row in vars(world).items() if each in ("ticket", "asked")}
    line = (by.name, act.kind, act.what.format(**vars(world) | names))
    assert line not in before
    narrowed = {"by": by.pk, "kind": act.kind, "first": "2026-04-05", "last": "2026-04-05"}
    assert line in listed(world.boss, **narrowed)
    assert line not in listed(world.boss, first="2026-04-06")


# Of each address of the admin that takes a form: the acts above that send it, or why it is no act.
SENDS = {
    "subscriptions_subscription_pause": ["pause"],
    "subscriptions_subscription_resume": ["resume"],
    "subscriptions_subscription_resume_date": ["resume_date"],
    "subscriptions_subscription_drop_pause": ["drop_pause"],
    "subscriptions_subscription_discount": ["discount"],
    "subscriptions_subscription_change_plan": ["change_plan"],
    "subscriptions_subscription_drop_plan_change": ["drop_plan_change"],
    "subscriptions_subscription_change_price": ["change_price"],
    "subscriptions_subscription_drop_price_change": ["drop_price_change"],
    "subscriptions_subscription_request_cancellation": ["request_cancellation"],
    "subscriptions_subscription_withdraw": ["withdraw", "withdrawn request"],
    "subscriptions_subscription_keep_active": ["keep_active"],
    "subscriptions_subscription_cancel_now": ["cancel_now"],
    "subscriptions_subscription_add": ["start"],
    "subscriptions_subscription_change": ["linked service"],
    "subscriptions_invoice_record_payment": ["record_payment"],
    "subscriptions_invoice_void": ["void"],
    "subscriptions_paymentfile_add": ["payment file"],
    "subscriptions_paymentfile_confirm": ["payment file confirmed"],
    "subscriptions_paymentfile_discard": ["payment file discarded"],
    "subscriptions_bulkact_add": ["bulk act"],
    "subscriptions_bulkact_confirm": ["bulk act confirmed"],
    "subscriptions_bulkact_stop": ["bulk act stopped"],
    "subscriptions_bulkact_resume": ["bulk act gone on with"],
    "subscriptions_bulkact_discard": ["bulk act discarded"],
    "support_ticket_reply": ["reply", "note"],
    "support_ticket_changelist": ["priority", "take", "status"],
    "support_ticket_change": ["sorted on its page"],
    "support_ticket_turn_into_request": ["turn_into_request"],
    "support_ticket_offer": ["offer"],
    "support_ticket_take_back": ["take_back"],
    "support_wind_down_mark": ["step done", "step not done", "step that was done, though it no longer is"],
    "support_savedreply_add": ["saved reply"],
    "support_savedreply_change": ["saved reply changed"],
    "support_savedreply_delete": ["saved reply deleted"],
    "support_savedreply_changelist": ["saved replies deleted"],
    "products_product_add": ["product made"],
    "products_product_change": ["product"],
    "products_product_delete": ["product deleted"],
    "products_product_copy_actions": ["copy_actions"],
    "products_plan_add": ["plan made"],
    "products_plan_change": ["plan"],
    "products_plan_delete": ["plan deleted"],
    "products_cancellationreason_add": ["reason made"],
    "products_cancellationreason_change": ["reason"],
    "products_cancellationreason_changelist": ["reasons put in order"],
    "products_cancellationreason_delete": ["reason deleted"],
    "accounts_merchant_change": ["business"],
    "accounts_user_add": ["account made"],
    "accounts_user_change": ["switched off", "role", "customer’s data"],
    "auth_user_password_change": ["password"],
    "accounts_user_invite": ["invite"],
    "accounts_user_invite_again": ["invite_again"],
    "accounts_user_remove_second_step": ["remove_second_step"],
    "accounts_user_forget": ["forget"],
    "accounts_customer_view_as": ["view_as"],
    "auth_group_add": ["role made"],
    "auth_group_change": ["role changed"],
    "auth_group_delete": ["role deleted"],
    "auth_group_changelist": ["roles deleted"],
    "products_product_changelist": ["products deleted"],
    "products_plan_changelist": ["plans deleted"],
    "mail_outgoingmail_send_again": ["send_again"],
    "mail_outgoingmail_changelist": ["mails sent again"],
    "csv_take": ["download", "long download"],
}
NO_ACT = {
    "accounts_customer_leave": "ends a view, which says when",
    "support_ticket_presence": "says that a page is open",
    "save_view": "of one’s own lists, for oneself",
    "delete_view": "of one’s own lists, for oneself",
    "system_test_mail": "a mail to oneself",
    "password_change": "one’s own password",
    "login": "one’s own",
    "logout": "one’s own",
    "products_product_preview": "shows what would follow",
    "products_product_preview_new": "shows what would follow",
    "csv_file": "hands over what was taken already",
    "view_on_site": "leads elsewhere",
    **dict.fromkeys(("index", "search", "system", "who_did_what", "autocomplete", "password_change_done"), "only read"),
    **dict.fromkeys(("subscriptions_subscription_events", "subscriptions_bulkact_rows"), "only read"),
    **dict.fromkeys(("subscriptions_invoice_import_payments", "subscriptions_paymentfile_refused"), "only read"),
    **dict.fromkeys(("support_cancellationrequest_leaving", "support_cancellationrequest_messages"), "only read"),
    "support_ticket_attachment": "only read",
    **dict.fromkeys(("app_list", "jsi18n"), "only read"),
    "products_product_simple_history": "an earlier version, only read",
    "products_plan_simple_history": "an earlier version, only read",
    "products_cancellationreason_simple_history": "an earlier version, only read",
    "accounts_customer_add": "leads to the form of accounts",
    "subscriptions_subscription_changelist": "leads to the form of bulk acts",
    "accounts_customer_change": "only read: what is done there has addresses of its own",
}


def test_every_address_of_the_admin_that_takes_a_form_is_told_of(world):
    request = RequestFactory().post("/")
    request.user = User.objects.get(email="boss@example.com")
    closed = {f"{name}_history" for name in NAMES}
    for name, page in NAMES.items():
        may = {
            "add": page.has_add_permission(request),
            "change": page.has_change_permission(request),
            "delete": page.has_delete_permission(request),
            # A list takes what may be done with chosen rows, and rows that are put in order.
            "changelist": bool(page.get_actions(request)) or bool(page.list_editable or page.ordering_field),
        }
        closed |= {f"{name}_{verb}" for verb, is_so in may.items() if not is_so}
    found = {name for name in get_resolver().namespace_dict["admin"][1].reverse_dict if isinstance(name, str)}
    open_ones = {name for name in found - closed if not name.startswith("django_q_")}
    assert sorted(open_ones - set(SENDS) - set(NO_ACT)) == []
    assert set(SENDS) <= found
    assert {act for acts in SENDS.values() for act in acts} == set(ACTS)


NAMES = {f"{page.opts.app_label}_{page.opts.model_name}": page for page in admin.site._registry.values()}
ROWS = [LogEntry, SubscriptionEvent, TicketEvent, Message, Viewing, Export, Offer]


@pytest.mark.parametrize("by", ["agent", "merchant", "boss"])
def test_no_address_changes_or_deletes_a_line(world, by):
    """Whoever it is: the rows that the page reads have no form, and their lists no button that deletes."""
    takes(world.agent, world)
    sees_as_customer(world.agent, world)
    on("pause", resumes_on="")(world.agent, world)
    tickets(do="mine")(world.agent, world)
    before, client = listed(world.boss), getattr(world, by)
    assert len(before) == 4
    for model in ROWS:
        address = f"/admin/{model._meta.label_lower.replace('.', '/')}/"
        for each in model.objects.all():
            for verb in ("delete", "change"):
                answer = client.post(f"{address}{each.pk}/{verb}/", {"post": "yes"})
                assert answer.status_code in (403, 404), (address, verb)
        client.post(address, {"action": "delete_selected", "_selected_action": [1, 2, 3], "post": "yes"})
    for verb in ("post", "put", "patch", "delete"):
        assert getattr(client, verb)(PAGE).status_code in (403, 405)
    assert listed(world.boss) == before
