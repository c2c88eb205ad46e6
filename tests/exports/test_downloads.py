"""A list as a CSV file, as it is filtered, for whoever may see the list; and who took which is kept."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal_project.accounts.models import User
from portal_project.common import csv_files
from portal_project.exports import files, lists
from portal_project.exports.models import Export
from portal_project.exports.views import LEAVE_FIRST
from subscriptions.models import Invoice, LinkedService, PaymentFile, Subscription
from support.models import ProviderCall, Ticket, WindDownStep
from support.wind_down.marking import mark
from tests.conftest import signed_in
from tests.exports.reading import LISTS, address, download
from tests.factories import PlanFactory, UserFactory, started
from tests.pages import confirm

FOR_SUPPORT = {
    "subscriptions.subscription",
    "subscriptions.invoice",
    "accounts.customer",
    "accounts.user",
    "support.ticket",
    "support.winddownstep",
    "support.cancellationrequest",
    "support.offer",
    "support.savedreply",
    "receipts.receipt",
    "products.product",
    "products.plan",
    "products.cancellationreason",
    "exports.export",
}


@pytest.fixture
def hosting(alice, clock):
    clock(date(2026, 4, 5))
    return started(alice, date(2026, 3, 20))


@pytest.fixture
def as_merchant(merchant):
    return signed_in(merchant)


def test_invoices_have_days_and_amounts_that_a_spreadsheet_reads(as_merchant, hosting):
    [invoice] = Invoice.objects.all()
    [line] = download(as_merchant, "subscriptions.invoice")
    assert line["invoice"] == invoice.label
    assert (line["covers_from"], line["covers_to"]) == ("2026-03-20", "2026-04-20")
    assert (line["amount"], line["currency"], Decimal(line["tax"])) == ("100.00", "EUR", invoice.tax)
    assert (line["customer_email"], line["paid_on"], line["status"]) == ("alice@example.com", "", "open")


def test_every_row_is_there_in_all_of_its_chunks_newest_first(as_merchant, alice, clock, monkeypatch):
    monkeypatch.setattr(lists, "CHUNK", 2)
    clock(date(2026, 4, 5))
    plan = PlanFactory()
    numbers = [started(alice, date(2026, 3, 20), plan).number for _each in range(5)]
    found = [line["subscription"] for line in download(as_merchant, "subscriptions.subscription")]
    assert found == numbers[::-1]
    assert Export.objects.get().rows == 5


def test_only_so_many_rows_are_read_as_are_asked_for(merchant, alice, clock, monkeypatch):
    """Whoever goes away in the middle has taken what had left by then, and no more is read."""
    monkeypatch.setattr(lists, "CHUNK", 2)
    clock(date(2026, 4, 5))
    plan = PlanFactory()
    for _each in range(9):
        started(alice, date(2026, 3, 20), plan)
    name = "subscriptions.subscription"
    page = lists.find(name)
    export = files.begin_at_once(page, "", by=merchant)
    content = files.handed_over(page, Subscription.objects.select_related("plan__product", "customer"), export)
    with CaptureQueriesContext(connection) as header:
        next(content)
    with CaptureQueriesContext(connection) as first:
        assert len(next(content).splitlines()) == 2
    with CaptureQueriesContext(connection) as second:
        next(content)
    assert (len(header), len(first), len(second)) == (0, 1, 1)
    content.close()
    export.refresh_from_db()
    assert (export.rows, export.finished_at is not None) == (4, True)


def test_what_would_be_a_formula_is_a_text(as_merchant, alice):
    for begin in "=+-@\t":
        Ticket.objects.create(customer=alice, subject=f"{begin}1+1", type="general")
    User.objects.filter(pk=alice.pk).update(name="=HYPERLINK(1)")
    found = download(as_merchant, "support.ticket")
    assert {line["customer"] for line in found} == {"'=HYPERLINK(1)"}
    assert {line["subject"][:2] for line in found} == {"'=", "'+", "'-", "'@", "1+"}
    assert csv_files.lines([["\tx", "\rx", Decimal("-1.50"), -3]]) == "'\tx,\"'\rx\",-1.50,-3\r\n"


def test_instants_are_those_of_the_installation(as_merchant, alice, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    Ticket.objects.create(
        customer=alice, subject="A", created_at=timezone.datetime.fromisoformat("2026-07-01T22:30:00Z")
    )
    [line] = download(as_merchant, "support.ticket")
    assert line["created_at"] == "2026-07-02 00:30:00"


@pytest.mark.parametrize("query", [{}, {"status__exact": "active"}, {"q": "alice"}, {"status__exact": "paused"}])
def test_it_holds_what_the_list_holds(as_merchant, alice, bob, hosting, query):
    started(bob, date(2026, 3, 20))
    shown = as_merchant.get("/admin/subscriptions/subscription/", query).context["cl"].result_list
    found = download(as_merchant, "subscriptions.subscription", **query)
    assert sorted(line["subscription"] for line in found) == sorted(each.number for each in shown)


def test_the_queue_is_narrowed_by_its_own_filters(as_agent, agent, alice):
    Ticket.objects.create(customer=alice, subject="Mine", assignee=agent, priority=3)
    Ticket.objects.create(customer=alice, subject="Nobody’s")
    Ticket.objects.create(customer=alice, subject="Done", status="resolved")

    def subjects(**chosen):
        return {line["subject"] for line in download(as_agent, "support.ticket", **chosen)}

    assert subjects() == {"Mine", "Nobody’s", "Done"}
    assert subjects(tab="mine") == {"Mine"}
    assert subjects(tab="unassigned") == {"Nobody’s"}
    assert subjects(status="resolved", tab="all") == {"Done"}
    assert subjects(priority="3", after="2026-01-01.5") == {"Mine"}
    assert subjects(tab="wind_down") == set()


def test_steps_of_the_wind_down_are_those_that_the_tab_shows(as_agent, agent, every_kind):
    [to_do] = download(as_agent, "support.winddownstep")
    assert (to_do["step"], to_do["done_by"]) == ("Switch auto-renew off", "")
    assert download(as_agent, "support.winddownstep", show="done") == []
    mark([WindDownStep.objects.get().pk], is_done=True, by=agent, today=date(2026, 4, 5))
    assert download(as_agent, "support.winddownstep") == []
    [done] = download(as_agent, "support.winddownstep", show="done")
    assert (done["done_at"], done["done_by"]) == ("2026-04-05 12:00:00", "support@example.com")
    page = as_agent.get("/admin/support/winddownstep/?show=done", follow=True)
    assert page.redirect_chain == [("/admin/support/ticket/?show=done&tab=wind_down", 302)]
    assert f'href="{address("support.winddownstep")}?show=done"' in page.content.decode()


def test_why_a_provider_was_not_told_stands_beside_the_step(as_agent, every_kind):
    ProviderCall.objects.create(service=LinkedService.objects.get(), told=True, error="503")
    [step] = download(as_agent, "support.winddownstep", show="failed")
    assert step["provider_error"] == "503"


def test_staff_are_called_so_and_customers_are_not_among_them(as_merchant, every_kind):
    assert {line["roles"] for line in download(as_merchant, "accounts.user")} == {"Merchants", "Support"}
    answer = as_merchant.get(address("accounts.user"))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="staff-2026-04-05.csv"'


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_to_be_had_by_whoever_may_see_it(as_merchant, as_agent, as_alice, hosting, name):
    url = "/admin/" + name.replace(".", "/") + "/"
    for client in (as_merchant, as_agent):
        may = client.get(url, follow=True).status_code == 200
        assert client.get(address(name)).status_code == (200 if may else 403)
    assert (as_agent.get(address(name)).status_code == 200) == (name in FOR_SUPPORT)
    assert as_alice.get(address(name)).status_code in (302, 403, 404)


@pytest.mark.parametrize("name", LISTS)
def test_a_file_costs_as_many_statements_for_many_rows_as_for_few(as_merchant, as_alice, alice, hosting, agent, name):
    def some(subscription):
        client = signed_in(subscription.customer)
        confirm(client, "/support/new/", type="general", subject="A question", body="Well?")
        confirm(client, f"/subscriptions/{subscription.number}/cancel/", reason="other", message="Too far")

    some(hosting)
    download(as_merchant, name)
    with CaptureQueriesContext(connection) as few:
        download(as_merchant, name)
    for _each in range(3):
        some(started(UserFactory(), date(2026, 3, 20)))
    with CaptureQueriesContext(connection) as many:
        download(as_merchant, name)
    assert len(few) == len(many)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_leads_to_its_file_as_it_is_filtered(as_merchant, hosting, name):
    page = as_merchant.get("/admin/" + name.replace(".", "/") + "/", {"q": "zebra"}, follow=True).content.decode()
    assert f'href="{address(name)}?q=zebra"' in page


def test_who_took_which_list_is_kept_and_read(as_merchant, as_agent, merchant, hosting):
    download(as_merchant, "subscriptions.invoice", status__exact="open", p="3", _popup="1")
    export = Export.objects.get()
    assert (export.list, export.query, export.rows) == ("subscriptions.invoice", "status__exact=open", 1)
    assert (export.taken_by, export.state) == (merchant, Export.State.AT_ONCE)
    assert "Invoices" in as_merchant.get("/admin/exports/export/").content.decode()
    assert as_merchant.get(f"/admin/exports/export/{export.pk}/change/").status_code == 200
    page = as_merchant.get("/admin/who-did-what/", {"kind": "Downloads"})
    assert [deed.what for deed in page.context["page"].deeds] == ["Downloaded invoices (Status: Open): 1 row"]
    for verb in ("delete", "change"):
        assert as_merchant.post(f"/admin/exports/export/{export.pk}/{verb}/").status_code == 403


def test_support_find_what_they_took_themselves_and_not_what_colleagues_took(as_merchant, as_agent, hosting):
    own, other = "subscriptions.invoice", "subscriptions.subscription"
    download(as_agent, own)
    download(as_merchant, other)
    of_agent, of_merchant = Export.objects.order_by("pk")
    page = as_agent.get("/admin/exports/export/")
    assert [export.pk for export in page.context["cl"].result_list] == [of_agent.pk]
    assert 'href="/admin/exports/export/"' in as_agent.get("/admin/").text
    assert as_agent.get(f"/admin/exports/export/{of_agent.pk}/change/").status_code == 200
    for page in ("change", "history"):
        assert as_agent.get(f"/admin/exports/export/{of_merchant.pk}/{page}/").status_code != 200
    assert [line["list"] for line in download(as_agent, "exports.export")] == ["downloads", "invoices"]
    assert [line["list"] for line in download(as_merchant, "exports.export")][2:] == ["subscriptions", "invoices"]


OTHER_FILES = [
    "/admin/support/cancellationrequest/leaving/?csv=rows",
    "/admin/support/cancellationrequest/leaving/?csv=reasons",
    "/admin/subscriptions/paymentfile/{file}/refused/",
    "/admin/who-did-what/?csv",
]


@pytest.mark.parametrize("url", [*map(address, LISTS), *OTHER_FILES])
def test_never_while_one_sees_the_portal_as_a_customer(as_merchant, alice, every_kind, url):
    url = url.format(file=PaymentFile.objects.get().pk)
    taken = Export.objects.count()
    as_merchant.post(f"/admin/accounts/customer/{alice.pk}/view-as/")
    answer = as_merchant.get(url, follow=True)
    assert answer.headers["Content-Type"].startswith("text/html")
    assert LEAVE_FIRST in answer.text
    assert Export.objects.count() == taken
    as_merchant.post("/admin/accounts/customer/leave/")
    answer = as_merchant.get(url)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert b"".join(answer)
    assert Export.objects.count() == taken + 1


@pytest.mark.parametrize(
    "name", ["accounts.merchant", "subscriptions.event", "auth.group", "x", "a.b.c", "\u200b", "x" * 5000]
)
def test_what_is_no_list_to_be_had_is_no_address(as_merchant, name):
    assert as_merchant.get(address(name)).status_code == 404


@pytest.mark.parametrize(
    "query", [{"status__exact": "x" * 5000}, {"nothing": "1"}, {"plan__product__id__exact": "9" * 40}]
)
def test_filters_that_make_no_sense_give_no_error(as_merchant, hosting, query):
    assert as_merchant.get(address("subscriptions.subscription"), query).status_code in (200, 302)


def test_amounts_have_the_digits_of_their_currency(as_merchant, alice, clock):
    clock(date(2026, 4, 5))
    started(alice, date(2026, 3, 20), PlanFactory(amount=Decimal("1234567"), currency="JPY"))
    started(alice, date(2026, 3, 20), PlanFactory(amount=Decimal("1234.5"), currency="EUR"))
    found = download(as_merchant, "subscriptions.subscription")
    assert [(line["amount"], line["currency"]) for line in found] == [("1234.50", "EUR"), ("1234567", "JPY")]
    assert Subscription.objects.count() == 2


def test_a_process_of_the_version_before_the_filters_goes_on_writing(as_merchant, every_kind):
    columns = [field.column for field in Export._meta.concrete_fields if field.name not in ("id", "filters")]
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO exports_export ({names}) SELECT {names} FROM exports_export")
    assert list(Export.objects.values_list("filters", flat=True)) == ["", "Open; search: “ahn”"]
