"""What nobody means but anybody can send to the pages of acts on many subscriptions is answered, and does nothing else."""

from datetime import date
from urllib.parse import quote
from uuid import uuid4

import pytest

from subscriptions.bulk import running
from subscriptions.models import BulkAct, Subscription
from tests.factories import PlanFactory, ProductFactory
from tests.subscriptions.test_bulk_acts import ACTS, begin, started_many, text_of

pytestmark = pytest.mark.django_db
ODD = ["\0", "\u200b", "٥", "x" * 100_000, "5\0", "-", "1e999999", "NaN", "∞", "'; --", "<script>", "\ud7ff", "𝟓"]


@pytest.fixture
def hosting(clock):
    clock(date(2026, 4, 10))
    return PlanFactory(product=ProductFactory(name="Hosting", max_pause_days=None))


@pytest.mark.parametrize(
    "address",
    ["keys={}", "all&q={}", "all&tab={}", "all&status__exact={}", "all&customer={}", "all&{}=1", "keys=1&q={}"],
)
def test_an_odd_address_is_answered(as_merchant, hosting, address):
    started_many(hosting, 2)
    for odd in ODD:
        where = address.format(quote(odd))
        answer = as_merchant.get(f"{ACTS}add/?{where}", follow=True)
        # An address with such a character is no address anywhere, and nothing leads back to one that is too long.
        is_back_too_long = len(odd) > 99 and not where.startswith(("all&q=", "keys="))
        assert answer.status_code == (404 if "\0" in odd else 400 if is_back_too_long else 200), odd[:9]
        begin(as_merchant, "cancel_now", where=where)
        running.go_on()
        for act in BulkAct.objects.all():
            assert text_of(as_merchant.get(f"{ACTS}{act.pk}/change/"))
            assert act.chosen or not act.ready or where.startswith("all&q="), where[:99]
        BulkAct.objects.all().delete()
    assert not Subscription.objects.exclude(status="active").exists()


FIELDS = [
    ("pause", "resumes_on", {}),
    ("change_plan", "plan", {}),
    ("change_price", "percent", {}),
    ("change_price", "amount", {"currency": "EUR"}),
    ("change_price", "currency", {"amount": "5"}),
    ("request_cancellation", "reason", {}),
    ("request_cancellation", "message", {"reason": "other"}),
]


@pytest.mark.parametrize(("kind", "field", "beside"), FIELDS)
def test_odd_choices_are_answered_and_fail_nothing_later(as_merchant, hosting, kind, field, beside):
    for odd in ODD:
        [row] = started_many(hosting, 1)
        page = begin(as_merchant, kind, where=f"keys={row.pk}", **beside | {field: odd})
        assert page.status_code == 200
        if act := BulkAct.objects.first():
            as_merchant.post(f"{ACTS}{act.pk}/confirm/")
            running.go_on()
            act.refresh_from_db()
            assert (act.failed, act.error) == (0, ""), (odd[:9], act.rows.first().reason)
            assert text_of(as_merchant.get(f"{ACTS}{act.pk}/change/"))
            BulkAct.objects.all().delete()


def test_an_odd_kind_or_token_begins_nothing(as_merchant, hosting):
    started_many(hosting, 1)
    for odd in ODD:
        for sent in ({"kind": odd, "token": str(uuid4())}, {"kind": "pause", "token": odd}, {odd[:99]: odd}):
            assert as_merchant.post(f"{ACTS}add/?all", sent).status_code == 200, odd[:9]
    assert not BulkAct.objects.exists()


def test_odd_addresses_of_rows_and_files_are_answered(as_merchant, hosting):
    started_many(hosting, 1)
    begin(as_merchant, "pause")
    act = BulkAct.objects.get()
    for odd in ODD:
        there, found = quote(odd), 404 if "\0" in odd else 200
        for query in (f"state={there}", f"after={there}"):
            assert as_merchant.get(f"{ACTS}{act.pk}/rows/?{query}").status_code == found, odd[:9]
        for query in (f"act={there}", f"act={act.pk}&state={there}"):
            # Back to the page, which says so; but not to an address that is too long.
            back = 404 if "\0" in odd else 400 if len(odd) > 99 else 302
            assert as_merchant.get(f"/admin/csv/subscriptions.bulkrow/?{query}").status_code == back, odd[:9]
            assert as_merchant.get(f"/admin/subscriptions/bulkrow/?{query}").status_code in (302, 400, 404), odd[:9]


def test_going_back_after_confirming_and_sending_again_does_nothing_more(as_merchant, hosting):
    started_many(hosting, 2)
    token = uuid4()
    begin(as_merchant, "pause", token=token)
    act = BulkAct.objects.get()
    as_merchant.post(f"{ACTS}{act.pk}/confirm/")
    running.go_on()
    page = begin(as_merchant, "pause", token=token)
    assert "2 subscriptions paused" in text_of(page)
    assert "is confirmed already" not in text_of(as_merchant.post(f"{ACTS}{act.pk}/confirm/", follow=True))
    act.refresh_from_db()
    assert (BulkAct.objects.count(), act.done) == (1, 2)
