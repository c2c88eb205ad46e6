"""What is written in bulk is what `save` would have written, on either database."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DataError, IntegrityError, transaction

from portal_project.common import bulk
from portal_project.mail.models import OutgoingMail
from subscriptions.models import Invoice, Subscription
from subscriptions.rules.states import Status
from tests.factories import started

pytestmark = pytest.mark.django_db
ODD = ["", "NULL", "{a,b}", 'He said "hi"', "back\\slash", "tab\there", "two\nlines", "Ünïcode ✓", "'; --", "%s", " a "]


def mails():
    return [
        OutgoingMail(key=f"{n}", template=text, recipient="a@b.test", context={text: [text, None, 1]})
        for n, text in enumerate(ODD)
    ]


def test_texts_and_json_arrive_as_they_are():
    bulk.insert(mails())
    found = OutgoingMail.objects.order_by("pk")
    assert [mail.template for mail in found] == ODD
    assert [mail.context for mail in found] == [{text: [text, None, 1]} for text in ODD]
    for mail, text in zip(found, reversed(ODD), strict=True):
        mail.error, mail.context = text, {"new": text}
    bulk.update(found, ["error", "context"])
    assert [(mail.error, mail.context["new"]) for mail in OutgoingMail.objects.order_by("pk")] == [
        (text, text) for text in reversed(ODD)
    ]


def test_new_rows_know_their_keys_and_that_they_are_saved():
    rows = mails()
    bulk.insert(rows)
    assert [mail.pk for mail in rows] == list(OutgoingMail.objects.order_by("pk").values_list("pk", flat=True))
    assert not any(mail._state.adding for mail in rows)
    rows[0].error = "saved again"
    rows[0].save()
    assert OutgoingMail.objects.count() == len(ODD)


def test_choices_numbers_and_missing_values_are_written(alice):
    rows = [started(alice, date(2026, 3, 20)) for _ in range(3)]
    rows[0].status, rows[0].canceled_on, rows[0].amount = Status.CANCELED, date(2026, 4, 1), 7
    rows[1].external_id = "x"
    bulk.update(rows, ["status", "canceled_on", "amount", "external_id", "next_plan"])
    found = Subscription.objects.order_by("pk").values_list("status", "canceled_on", "amount", "external_id")
    assert list(found) == [
        ("canceled", date(2026, 4, 1), Decimal(7), None),
        ("active", None, Decimal(100), "x"),
        ("active", None, Decimal(100), None),
    ]


def test_a_value_that_all_share_is_written_to_these_rows_alone(alice):
    rows = [started(alice, date(2026, 3, 20)) for _ in range(3)]
    for row in rows[:2]:
        row.discount_percent, row.discount_invoices_left = 10, 2
    bulk.update(rows[:2], ["discount_percent", "discount_invoices_left"])
    assert list(Subscription.objects.order_by("pk").values_list("discount_percent", flat=True)) == [10, 10, 0]


def test_nothing_to_write_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        bulk.insert([])
        bulk.update([], ["status"])


def test_what_a_constraint_forbids_is_an_integrity_error(alice):
    invoice = started(alice, date(2026, 3, 20)).invoices.get()
    double = Invoice.objects.get(pk=invoice.pk)
    double.pk, double._state.adding = None, True
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert([double])
    assert Invoice.objects.count() == 1


@pytest.mark.postgres
def test_a_text_that_is_too_long_is_refused_and_not_cut(alice):
    rows = [started(alice, date(2026, 3, 20)) for _ in range(2)]
    rows[0].status = "far too long"
    with pytest.raises(DataError), transaction.atomic():
        bulk.update(rows, ["status"])


def test_rows_are_found_among_keys(alice):
    rows = [started(alice, date(2026, 3, 20)) for _ in range(3)]
    keys = {row.pk for row in rows[1:]}
    assert set(Subscription.objects.filter(pk__among=keys)) == set(rows[1:])
    assert list(Subscription.objects.filter(pk__among=[])) == []
