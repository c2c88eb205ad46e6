"""What “Who did what” says of files: only what somebody has downloaded was downloaded."""

from datetime import date
from uuid import uuid4

import pytest
from django.utils import timezone

from portal_project.exports import files
from portal_project.exports.models import Export
from tests.factories import started

FILE = "/admin/csv/subscriptions.invoice/?status__exact=open"
INVOICES = "invoices (Status: Open)"


@pytest.fixture
def asked_for(alice, as_agent, clock, monkeypatch):
    """A file of one invoice, which is long, so that the worker makes it."""
    clock(date(2026, 4, 5))
    started(alice, date(2026, 3, 20))
    monkeypatch.setattr(files, "LONG", 0)
    assert as_agent.post(FILE, {"token": uuid4()}).status_code == 302
    return Export.objects.get()


def told(client):
    [deed] = client.get("/admin/who-did-what/", {"kind": "Downloads"}).context["page"].deeds
    return deed.what


def test_a_file_that_waits_was_asked_for(as_merchant, asked_for):
    assert told(as_merchant) == f"Asked for a file of {INVOICES}, which is being made"


def test_one_that_is_made_was_not_downloaded_until_it_is(as_merchant, as_agent, asked_for):
    files.make_waiting()
    assert told(as_merchant) == f"Asked for a file of {INVOICES}, not downloaded yet: 1 row"
    assert b"".join(as_agent.get(f"/admin/csv/files/{asked_for.pk}/").streaming_content)
    assert told(as_merchant) == f"Downloaded {INVOICES}: 1 row"


@pytest.mark.parametrize(
    ("fetched", "line"), [(True, "Downloaded {}: 1 row"), (False, "Asked for a file of {}, never downloaded: 1 row")]
)
def test_one_whose_link_is_over_says_whether_it_was_downloaded(as_merchant, asked_for, fetched, line):
    files.make_waiting()
    gone = {"state": "gone", "file": "", "fetched_at": timezone.now() if fetched else None}
    Export.objects.update(**gone)
    assert told(as_merchant) == line.format(INVOICES)


def test_one_that_is_given_up_could_not_be_made(as_merchant, agent, asked_for):
    agent.groups.clear()
    files.make_waiting()
    assert told(as_merchant) == f"Asked for a file of {INVOICES}, which could not be made"


def test_one_that_is_handed_over_at_once_was_begun_until_it_ends(as_merchant, as_agent, alice, clock):
    clock(date(2026, 4, 5))
    started(alice, date(2026, 3, 20))
    answer = as_agent.get(FILE)
    assert told(as_merchant) == f"Began to download {INVOICES}"
    assert b"".join(answer.streaming_content)
    assert told(as_merchant) == f"Downloaded {INVOICES}: 1 row"


def test_the_file_of_the_page_itself_was_begun_until_it_ends(as_merchant, alice, clock):
    answer = as_merchant.get("/admin/who-did-what/", {"csv": "1"})
    assert next(iter(answer.streaming_content))
    assert told(as_merchant) == "Began to download who did what"
