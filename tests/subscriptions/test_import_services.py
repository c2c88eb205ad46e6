import csv
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from subscriptions.lifecycle.unit_of_work import changing_one
from subscriptions.models import Channel, LinkedService, Subscription
from tests.factories import started

TODAY = date(2026, 4, 5)
RIGHT = {
    "external_id": "A-1",
    "kind": "domain",
    "name": "example.org",
    "reference": "R-17",
    "auto_renew": "yes",
    "renews_on": "2026-12-08",
}


@pytest.fixture
def hosting(alice, clock):
    clock(TODAY)
    subscription = started(alice, date(2026, 3, 20))
    Subscription.objects.filter(pk=subscription.pk).update(external_id="A-1")
    return subscription


@pytest.fixture
def load(tmp_path):
    def load(*rows):
        path = tmp_path / "services.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, RIGHT)
            writer.writeheader()
            writer.writerows(RIGHT | row for row in rows)
        out, err = StringIO(), StringIO()
        try:
            call_command("import_linked_services", str(path), stdout=out, stderr=err)
        except CommandError as error:
            return [*err.getvalue().splitlines(), str(error)]
        return [out.getvalue().strip()]

    return load


def test_several_services_hang_on_one_subscription(hosting, load):
    said = load(
        {}, {"kind": "Mailbox", "name": "info@example.org", "reference": "", "auto_renew": "no", "renews_on": ""}
    )
    assert said == ["Imported 2 linked services; 0 were already there."]
    mailbox, domain = hosting.linked_services.order_by("auto_renew")
    assert (domain.kind, domain.name, domain.reference) == ("domain", "example.org", "R-17")
    assert (domain.auto_renew, domain.renews_on) == (True, date(2026, 12, 8))
    assert (mailbox.kind, mailbox.reference, mailbox.auto_renew, mailbox.renews_on) == ("mailbox", "", False, None)


def test_what_is_there_already_is_left_as_it_is(hosting, load):
    load({})
    assert load({"reference": "R-18"}, {"name": "example.net"}) == ["Imported 1 linked service; 1 was already there."]
    assert set(hosting.linked_services.values_list("name", "reference")) == {
        ("example.org", "R-17"),
        ("example.net", "R-17"),
    }


def test_every_refused_line_is_named_and_nothing_is_written(hosting, load):
    assert load(
        {},
        {"external_id": "A-2"},
        {"kind": "fax"},
        {"name": ""},
        {"name": "example.net", "auto_renew": "perhaps"},
        {"name": "x" * 254},
        {"name": "example.com", "renews_on": "8.12.2026"},
        {"name": "example.org\u200b"},
        {"name": "٢.example", "renews_on": "٢٠٢٦-١٢-٠٨"},
    ) == [
        'line 3, column external_id: no subscription has the ID "A-2"; import the subscriptions first',
        'line 4, column kind: "fax" is not a kind; write domain, hosting, mailbox, certificate or other',
        "line 5, column name: a name is missing; write what it is called",
        'line 6, column auto_renew: "perhaps" is not an answer; write yes or no',
        f'line 7, column name: "{"x" * 59}…" has 254 characters; at most 253 fit',
        'line 8, column renews_on: "8.12.2026" is not a date; write it like 2026-11-23',
        'line 9, column name: "example.org" is already on line 2, for the same subscription',
        'line 10, column renews_on: "٢٠٢٦-١٢-٠٨" is not a date; write it like 2026-11-23',
        "8 errors in 8 of 9 rows; nothing was written.",
    ]
    assert not LinkedService.objects.exists()


def test_what_hangs_on_a_subscription_in_notice_does_not_renew(hosting, load, alice):
    with changing_one(Subscription.objects.all(), today=TODAY, by=alice, channel=Channel.PORTAL) as subscription:
        subscription.schedule_cancellation(TODAY, date(2026, 5, 5))
    load({}, {"name": "example.net", "auto_renew": "no"})
    assert set(LinkedService.objects.values_list("name", "auto_renew", "auto_renew_before")) == {
        ("example.org", False, True),
        ("example.net", False, False),
    }


def test_a_batch_takes_as_many_statements_for_many_services_as_for_one(hosting, load):
    with CaptureQueriesContext(connection) as one:
        load({})
    with CaptureQueriesContext(connection) as many:
        load(*({"name": f"{n}.example"} for n in range(20)))
    assert len(many) == len(one)
