"""Several people and workers on one file of payments at the same moment, on PostgreSQL: each payment is recorded once."""

from datetime import date

import pytest
from django_q.models import OrmQ

from portal_project.common import pacing
from subscriptions.billing import payment_files
from subscriptions.models import Invoice, PaymentFile
from tests.conftest import signed_in
from tests.factories import PlanFactory, started
from tests.support.test_races import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
DAY, COUNT = date(2026, 4, 1), 12


@pytest.fixture
def file(merchant, alice, clock, monkeypatch):
    """Twelve payments and a refused one, in batches of two."""
    clock(DAY)
    monkeypatch.setattr(pacing, "batch_size", lambda: 2)
    plan = PlanFactory()
    for _ in range(COUNT):
        started(alice, DAY, plan)
    numbers = Invoice.objects.order_by("pk").values_list("number", flat=True)
    content = "reference,amount\n" + "".join(f"{number},100.00\n" for number in numbers) + "x,1\n"
    return payment_files.check(content.encode(), name="bank.csv", received_on=DAY, by=merchant)


def click(who, file, verb):
    return lambda: signed_in(who).post(f"/admin/subscriptions/paymentfile/{file.pk}/{verb}/").status_code


def test_confirmed_by_four_at_once_it_is_confirmed_once(merchant, file):
    assert at_once(*[click(merchant, file, "confirm")] * 4) == [302] * 4
    assert OrmQ.objects.count() == 1


def test_recorded_by_four_workers_at_once_each_payment_is_recorded_once(merchant, file):
    payment_files.confirm(file, by=merchant)
    counts = at_once(*[payment_files.record_confirmed] * 4)
    assert sum(counts) == COUNT
    assert Invoice.objects.filter(status="paid", settled_by=merchant).count() == COUNT
    file = PaymentFile.objects.get()
    assert (file.recorded, file.refused, file.is_finished, file.error) == (COUNT, 1, True, "")


def test_confirmed_or_discarded_at_once_it_is_one_of_the_two(merchant, file):
    at_once(click(merchant, file, "confirm"), click(merchant, file, "discard"))
    recorded = payment_files.record_confirmed()
    assert recorded == (COUNT if PaymentFile.objects.exists() else 0)
    assert Invoice.objects.filter(status="paid").count() == recorded
