"""Who is counted when alternatives are measured: everybody for whom one fitted when they opened the cancel page."""

from datetime import date

import pytest
from django.db import DatabaseError, connection

from portal_project.accounts.models import Merchant
from products.models import Product
from support.models import AlternativeShowing
from tests.support.test_alternatives import canceling, hosting, merchant, offer

__all__ = ["hosting"]


def rows():
    return [*AlternativeShowing.objects.values_list("day", "shown").order_by("day")]


def test_the_first_time_of_a_day_counts_with_the_first_that_fitted(as_alice, hosting, clock):
    offer(hosting, pause_days=30, from_months=9)
    first = offer(hosting, reasons=["too_expensive"], pause_days=30)
    offer(hosting, pause_days=20)
    for _ in range(2):
        as_alice.get(canceling(hosting))
    assert rows() == [(date(2026, 4, 5), True)]
    showing = AlternativeShowing.objects.get()
    assert (showing.subscription, showing.alternative, showing.customer) == (hosting, first, hosting.customer)
    clock(date(2026, 4, 6))
    as_alice.get(canceling(hosting))
    assert rows() == [(date(2026, 4, 5), True), (date(2026, 4, 6), True)]


def test_the_comparison_group_sees_nothing_and_counts(as_alice, hosting):
    offer(hosting, pause_days=30)
    merchant(comparison_percent=100)
    Merchant.forget()
    assert "Instead of canceling" not in as_alice.get(canceling(hosting)).content.decode()
    assert rows() == [(date(2026, 4, 5), False)]


def test_nobody_counts_for_whom_nothing_fitted(as_alice, hosting):
    as_alice.get(canceling(hosting))
    offer(hosting, pause_days=30, from_months=9)
    as_alice.get(canceling(hosting))
    Product.objects.update(cancellation_mode="immediate")
    offer(hosting, pause_days=30)
    as_alice.get(canceling(hosting))
    assert rows() == []


@pytest.mark.parametrize(
    "headers", [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}, {"X-Moz": "prefetch"}]
)
def test_what_a_browser_fetches_beforehand_does_not_count(as_alice, hosting, headers):
    offer(hosting, pause_days=30)
    assert as_alice.get(canceling(hosting), headers=headers).status_code == 200
    as_alice.head(canceling(hosting))
    assert rows() == []


def test_neither_a_post_nor_the_page_of_what_is_offered_counts(as_alice, hosting):
    pause = offer(hosting, pause_days=30)
    as_alice.post(canceling(hosting), {"reason": "", "message": ""})
    as_alice.get(f"/subscriptions/{hosting.number}/alternatives/{pause.pk}/")
    assert rows() == []


def test_the_page_shows_even_where_the_row_cannot_be_kept(as_alice, hosting):
    offer(hosting, pause_days=30)

    def refuse(execute, sql, params, many, context):
        if "INSERT" in sql and "alternativeshowing" in sql:
            raise DatabaseError("read only")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        page = as_alice.get(canceling(hosting))
    assert "A pause of 30 days" in page.content.decode()
    assert rows() == []
