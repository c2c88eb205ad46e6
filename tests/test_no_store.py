"""No browser keeps what stands behind the sign-in, so nobody sees it on Back after its reader has signed out."""

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, get_resolver

from support.models import Attachment, Ticket
from tests.factories import started
from tests.pages import confirm

OF_EVERYBODY = "/brand.css"


def routes(resolver, prefix="/"):
    for entry in resolver.url_patterns:
        route = f"{prefix}{entry.pattern}"
        yield from [route] if isinstance(entry, URLPattern) else routes(entry, route)


def addresses():
    """Each address of the portal, with the same made-up key wherever one belongs; nothing has to be there."""
    for route in routes(get_resolver()):
        yield re.sub(r"<[^>]*>|\(.*?\)+", "1", route.replace("<number:number>", "S-000000")).translate({94: "", 36: ""})


def test_no_address_lets_a_page_be_kept_whatever_it_answers(as_alice):
    kept = {address for address in addresses() if "no-store" not in as_alice.get(address)["Cache-Control"]}
    assert kept == {OF_EVERYBODY}


@pytest.mark.parametrize("path", ["/admin/", "/admin/support/ticket/", "/admin/accounts/user/", "/admin/nowhere/", "/"])
def test_the_same_holds_for_staff(as_agent, path):
    assert "no-store" in as_agent.get(path)["Cache-Control"]


def test_neither_an_invoice_nor_a_file_nor_what_was_done_is_kept(as_alice, alice, as_agent, clock):
    clock(date(2026, 3, 20))
    subscription = started(alice, date(2026, 3, 20))
    file = SimpleUploadedFile("log.txt", b"One line.")
    sent = confirm(as_alice, "/support/new/", type="general", subscription="", subject="A", body="B", files=[file])
    ticket, attachment = Ticket.objects.get(), Attachment.objects.get()
    of_alice = [subscription, subscription.invoices.get(), ticket, attachment]
    of_staff = [f"/admin/support/ticket/{ticket.pk}/{page}/" for page in ("change", f"files/{attachment.pk}")]
    seen = [as_alice.get(each.get_absolute_url()) for each in of_alice] + [as_agent.get(page) for page in of_staff]
    assert {response.status_code for response in seen} == {200}
    assert ["no-store" in response["Cache-Control"] for response in [sent, *seen]] == [True] * 7


def test_what_is_everybodys_says_itself_how_long_it_is_kept(as_alice):
    assert as_alice.get(OF_EVERYBODY)["Cache-Control"] == "max-age=300, public"
    assert as_alice.get("/static/portal/portal.css")["Cache-Control"] == "max-age=60, public"
