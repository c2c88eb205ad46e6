"""An end dated back takes days away that are billed: what the open invoice gives way to, by hand from `docs/design.md`."""

from datetime import date

import pytest

from subscriptions.lifecycle import due
from subscriptions.models import Invoice
from support.models import Ticket
from tests.conftest import signed_in
from tests.factories import PlanFactory, started
from tests.pages import confirm
from tests.subscriptions.story import told

# 100.00 a month from 20 March, 30 days' notice. The customer writes on the first day, staff read it on the second.
CASES = {
    # 11 of 30 days: 36.67, less 10 %: 3.67.
    "a full period with a discount": ("04-01 discount 10 2, 04-20 job", "04-01", "04-25", "05-01", "33.000"),
    # 15/30 less 11/30: 50.00 - 36.67.
    "the rest of a split period": ("04-01 request, 04-28 withdraw, 05-01 job", "04-05", "05-03", "05-05", "13.330"),
    # As before, each with 10 % off: (50.00 - 5.00) - (36.67 - 3.67).
    "the rest of a split period with a discount": (
        "04-01 discount 10 1, 04-01 request, 04-28 withdraw, 05-01 job",
        "04-05",
        "05-03",
        "05-05",
        "12.000",
    ),
    # 16/30 less 11/30: 53.33 - 36.67.
    "the gap after a pause": ("04-05 pause, 05-01 resume", "04-06", "05-03", "05-06", "16.660"),
    # Asked for on 20 March, so billed until 20 April: that has passed. 2/30.
    "the first part of a period": ("04-01 request, 04-20 job, 04-21 withdraw", "03-20", "04-22", "04-22", "6.670"),
}


def day(text):
    return date.fromisoformat(f"2026-{text}")


def turned(alice, as_agent, clock, subscription, story, written_on, read_on):
    """The ticket of `written_on`, which staff make a request on `read_on`, after the story."""
    told(subscription, story)
    clock(day(written_on))
    ticket = Ticket.objects.create(customer=alice, subject="Please end it", subscription=subscription)
    clock(day(read_on))
    typed = {"asked_on": f"2026-{written_on}", "reason": "other", "message": ""}
    page = f"/admin/support/ticket/{ticket.pk}/turn-into-request/"
    assert confirm(as_agent, page, **typed).status_code == 302


@pytest.mark.sampled
@pytest.mark.parametrize(("story", "written_on", "read_on", "ends_on", "amount"), CASES.values(), ids=CASES)
def test_the_invoice_for_its_days_up_to_the_end(alice, as_agent, clock, story, written_on, read_on, ends_on, amount):
    clock(date(2026, 3, 20))
    subscription = started(alice, date(2026, 3, 20))
    turned(alice, as_agent, clock, subscription, story, written_on, read_on)
    due.apply(day(ends_on))
    subscription.refresh_from_db()
    assert subscription.canceled_on == day(ends_on)
    instead = Invoice.objects.exclude(status="void").order_by("covers_from").last()
    assert (instead.covers_to, str(instead.amount)) == (day(ends_on), amount)
    void = Invoice.objects.get(status="void")
    assert (void.covers_from, void.tax_rate) == (instead.covers_from, instead.tax_rate)


def test_an_invoice_that_the_job_voids_says_when_and_by_nobody(alice, as_agent, clock):
    clock(date(2026, 3, 20))
    subscription = started(alice, date(2026, 3, 20))
    turned(alice, as_agent, clock, subscription, "04-20 job", "04-01", "04-25")
    clock(date(2026, 5, 1))
    due.apply(date(2026, 5, 1))
    void = Invoice.objects.get(status="void")
    assert (void.settled_by, void.settled_at.date()) == (None, date(2026, 5, 1))


def test_the_new_invoice_says_why_in_its_lines(as_alice, alice, as_agent, clock):
    clock(date(2026, 3, 20))
    subscription = started(alice, date(2026, 3, 20), PlanFactory(product__name="Hosting"))
    turned(alice, as_agent, clock, subscription, "04-01 discount 10 2, 04-20 job", "04-01", "04-25")
    due.apply(date(2026, 5, 1))
    clock(date(2026, 5, 1))
    text = signed_in(alice).get(Invoice.objects.order_by("number").last().get_absolute_url()).content.decode()
    assert "Hosting, Monthly: up to the end, 11 of 30 days" in text
    assert "Discount of 10 %" in text
    assert "€33.00" in text


def test_where_the_notice_was_kept_the_job_reads_no_invoices(alice, clock, django_assert_max_num_queries):
    """Nearly nobody is billed beyond the end, and who is not costs the job nothing."""
    clock(date(2026, 4, 1))
    subscription = started(alice, date(2026, 3, 20))
    confirm(signed_in(alice), f"/subscriptions/{subscription.number}/cancel/", reason="other")
    due.apply(date(2026, 4, 20))
    with django_assert_max_num_queries(60) as queries:
        due.apply(date(2026, 5, 1))
    assert not [query for query in queries if '"subscriptions_invoice"' in query["sql"]]
