"""Downloads say in words which rows were taken, as the list called its filters then."""

import pytest

from portal_project.exports.models import Export
from products.models import Product
from subscriptions.models import BulkAct, PaymentFile
from tests.exports.reading import address, download

SAID = [
    ("subscriptions.subscription", "", ""),
    ("subscriptions.subscription", "status__exact=active&q=ahn", "Status: Active; search: “ahn”"),
    ("subscriptions.subscription", "tab=in_notice&p=3&o=1", "In notice"),
    ("subscriptions.subscription", "plan__product__id__exact={product}", "Product: Hosting"),
    ("subscriptions.subscription", "customer={customer}", "Customer: Alice Ahn"),
    ("subscriptions.invoice", "tab=open&issued_on_from=2026-03-01", "Open; issued: from 2026-03-01"),
    ("accounts.customer", "q=%20%20", ""),
    ("support.ticket", "tab=ending&priority=3&q=dear", "Ending this week; Search: “dear”; Priority: High"),
    ("support.ticket", "assignee=nobody", "Assignee: Nobody"),
    ("support.winddownstep", "show=due", "Due"),
    ("support.winddownstep", "", "To do"),
    ("subscriptions.bulkrow", "act={act}&state=refused", "Bulk act {act}; result: Not possible"),
    ("products.plan", "is_active__exact=1", "Active: Yes"),
]


@pytest.mark.parametrize(("name", "query", "words"), SAID)
def test_a_download_says_in_words_what_the_list_was_narrowed_to(as_merchant, alice, every_kind, name, query, words):
    rows = {"product": Product.objects.get().pk, "customer": alice.pk, "act": BulkAct.objects.get().pk}
    assert as_merchant.get(f"{address(name)}?{query.format(**rows)}").status_code == 200
    export = Export.objects.latest("pk")
    assert export.filters == words.format(**rows)
    page = as_merchant.get("/admin/exports/export/").content.decode()
    assert (export.filters or "None: all of the list") in page


def test_what_was_called_otherwise_then_is_kept_as_it_was(as_merchant, every_kind):
    product = Product.objects.get()
    download(as_merchant, "subscriptions.subscription", plan__product__id__exact=product.pk)
    Product.objects.update(name="Webspace")
    page = as_merchant.get("/admin/exports/export/").content.decode()
    assert "Product: Hosting" in page


def test_the_page_of_a_download_leads_to_the_list_as_it_was_narrowed(as_merchant, every_kind):
    download(as_merchant, "subscriptions.invoice", status__exact="open", q="ahn")
    export = Export.objects.latest("pk")
    page = as_merchant.get(f"/admin/exports/export/{export.pk}/change/").content.decode()
    assert 'href="/admin/subscriptions/invoice/?status__exact=open&amp;q=ahn"' in page
    assert "Status: Open; search: “ahn”" in page


def test_who_did_what_names_the_filters_too(as_merchant, every_kind):
    download(as_merchant, "subscriptions.invoice", status__exact="open")
    page = as_merchant.get("/admin/who-did-what/", {"kind": "Downloads"})
    assert page.context["page"].deeds[0].what == "Downloaded invoices (Status: Open): 1 row"


@pytest.mark.parametrize(("csv", "what"), [("1", "table of cancellations"), ("reasons", "table of reasons")])
def test_a_file_of_the_page_of_cancellations_is_noted_too(as_agent, agent, every_kind, csv, what):
    chosen = {"by": "product", "first": "2026-04-01", "last": "2026-04-05", "csv": csv}
    assert as_agent.get("/admin/support/cancellationrequest/leaving/", chosen).status_code == 200
    export = Export.objects.latest("pk")
    assert export.told == f"{what} (By: Product; From: 2026-04-01; To: 2026-04-05)"
    assert (export.rows, export.taken_by, export.state) == (1, agent, "at_once")


def test_refused_payments_are_noted_with_their_file(as_merchant, every_kind):
    file = PaymentFile.objects.get()
    assert as_merchant.get(f"/admin/subscriptions/paymentfile/{file.pk}/refused/").status_code == 200
    export = Export.objects.latest("pk")
    assert (export.told, export.rows) == ("refused payments (Payment file: bank.csv)", 0)
    page = as_merchant.get(f"/admin/exports/export/{export.pk}/change/")
    assert (page.status_code, "Refused payments" in page.content.decode()) == (200, True)
