from datetime import date
from uuid import uuid4

import pytest

from portal_project.exports import files, lists
from portal_project.exports.models import Export
from subscriptions.bulk import steering
from subscriptions.models import LinkedService
from support.models import SavedReply, Ticket
from tests.conftest import signed_in
from tests.factories import started
from tests.pages import confirm, hidden_inputs
from tests.subscriptions.test_payment_files import send

TODAY = date(2026, 4, 5)


@pytest.fixture
def every_kind(alice, as_alice, agent, as_agent, merchant, as_merchant, clock):
    """A row in every list that is to be had as a file. Alice has asked for the end of her subscription, and was offered half."""
    clock(TODAY)
    hosting = started(alice, date(2026, 3, 20), name="Hosting")
    LinkedService.objects.create(subscription=hosting, name="ahn.example", reference="K-17")
    confirm(as_alice, f"{hosting.get_absolute_url()}cancel/", reason="too_expensive", message="Too dear")
    desk = f"/admin/support/ticket/{Ticket.objects.get().pk}/offer/"
    half = {"kind": "discount", "percent": "50", "invoices": "3"}
    shown = as_agent.post(desk, hidden_inputs(as_agent.get(desk)) | half | {"preview": "1"})
    as_agent.post(desk, hidden_inputs(shown) | half)
    SavedReply.objects.create(title="Hello", body="Good day\r\n\r\nSam")
    send(as_merchant, "reference;amount\n000001;100.00\n", received_on="2026-04-04", name="bank.csv")
    steering.begin("pause", {"resumes_on": ""}, chosen=[hosting.pk], token=uuid4(), by=merchant, today=TODAY)
    signed_in(agent).post(f"/admin/accounts/customer/{alice.pk}/view-as/")
    export = files.begin_at_once(lists.find("subscriptions.invoice"), "tab=open&q=ahn", by=agent)
    Export.objects.filter(pk=export.pk).update(rows=1, finished_at=export.taken_at)
    return hosting
