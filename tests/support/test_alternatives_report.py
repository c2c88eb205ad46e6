"""The report on alternatives says no more than a plain recount, and nothing while too few are there to tell."""

from datetime import date, timedelta
from random import Random

import pytest

from portal_project.accounts.models import Merchant, User
from products.models import Alternative
from subscriptions.models import Subscription
from support.models import AlternativeShowing, Offer, Ticket
from support.reports.concessions import of_alternatives, of_offers
from support.reports.proportions import Share
from support.reports.staying import AFTER, comparisons
from tests.conftest import signed_in
from tests.factories import PlanFactory, ProductFactory, UserFactory, started
from tests.pages import confirm, hidden_inputs

pytestmark = pytest.mark.django_db
PAGE = "/admin/support/alternativeshowing/"
TODAY = date(2026, 3, 10)
DAY = timedelta(days=1)
PAUSED = "€30.00"


def alternative(product):
    return Alternative.objects.create(product=product, kind="discount", percent=20, invoices=3)


def made_up(plan, number, chance, *, leave, leave_if_shown):
    """Customers who opened the page once or twice within a year and more, a tenth of them without being shown any."""
    people = User.objects.bulk_create(
        User(email=f"{plan.pk}-{n}@example.com", name=str(n), number=f"C-{plan.pk:02}{n:04}") for n in range(number)
    )
    offered, rows, showings = alternative(plan.product), [], []
    for n, person in enumerate(people):
        opened = TODAY - chance.randrange(500) * DAY
        shown = n % 10 > 0
        goes = chance.random() < (leave_if_shown if shown else leave)
        gone_on = opened + chance.choice((0, 1, 29, 30, 31, 60, 61, 89, 90, 91, 200)) * DAY if goes else None
        if gone_on and gone_on > TODAY:
            gone_on = None
        rows.append(canceled(person, plan, gone_on, number=f"S-{plan.pk:02}{n:04}"))
        showings.append((rows[-1], person, opened, shown))
    Subscription.objects.bulk_create(rows)
    AlternativeShowing.objects.bulk_create(
        AlternativeShowing(subscription=row, alternative=offered, customer=person, day=day, shown=shown)
        for row, person, opened, shown in showings
        for day in ({opened, opened + 3 * DAY} if row.pk % 3 == 0 and opened + 3 * DAY <= TODAY else {opened})
    )


def canceled(person, plan, on, number):
    values = {"customer": person, "plan": plan, "number": number, "anchor_on": date(2024, 1, 1)}
    values |= {name: getattr(plan, name) for name in ("amount", "currency", "interval", "interval_count")}
    values |= {"started_on": date(2024, 1, 1), "period_start": date(2026, 3, 1), "period_end": date(2026, 4, 1)}
    state = {"status": "canceled", "canceled_on": on} if on else {"status": "active"}
    return Subscription(**values, **state)


def recount(product=None):
    """By hand: each customer's first opening within a year."""
    first = {}
    for showing in AlternativeShowing.objects.select_related("subscription__plan").order_by("day", "pk"):
        within = TODAY - timedelta(days=365) < showing.day <= TODAY
        if within and product in (None, showing.subscription.plan.product_id):
            first.setdefault(showing.customer_id, showing)
    told = []
    for days in AFTER:
        old = [each for each in first.values() if each.day + days * DAY <= TODAY]
        stayed = [
            each
            for each in old
            if each.subscription.canceled_on is None or each.subscription.canceled_on > each.day + days * DAY
        ]
        of = [
            Share(sum(e.shown is is_shown for e in stayed), sum(e.shown is is_shown for e in old))
            for is_shown in (True, False)
        ]
        told.append((days, *of))
    return told


def counted(product=None):
    return [(each.days, each.shown, each.withheld) for each in comparisons(TODAY, product)]


def test_it_equals_a_recount_over_five_thousand_and_finds_the_true_effect(clock, as_agent, django_assert_num_queries):
    clock(TODAY)
    plan, other = PlanFactory(), PlanFactory(product=ProductFactory())
    made_up(plan, 4000, Random(1), leave=0.6, leave_if_shown=0.2)
    made_up(other, 1000, Random(2), leave=0.3, leave_if_shown=0.3)
    with django_assert_num_queries(1):
        told = counted()
    assert told == recount()
    assert counted(other.product_id) == recount(other.product_id)
    # Of those who leave, most have done so after 90 days: the true effect then is about 0.4 x 10 / 11.
    last = comparisons(TODAY, plan.product_id)[-1].difference
    assert last.low < 0.36 < last.high
    assert last.is_told
    assert not comparisons(TODAY, other.product_id)[-1].difference.is_told
    page = as_agent.get(PAGE, {"product": other.product_id}).text
    assert page.count("too few to tell") == 3
    assert "points (+" in as_agent.get(PAGE, {"product": plan.product_id}).text


def test_nobody_yet_is_said_too(as_merchant):
    page = as_merchant.get(PAGE).text
    assert (page.count("nobody yet"), page.count("too few to tell")) == (6, 3)


def test_a_customer_counts_once_by_the_first_opening(clock, alice):
    clock(TODAY)
    one, two = started(alice, date(2026, 1, 1)), started(alice, date(2026, 1, 2))
    offered = alternative(one.plan.product)
    for subscription, day, shown in ((two, date(2026, 1, 20), True), (one, date(2026, 1, 12), False)):
        AlternativeShowing.objects.create(
            subscription=subscription, alternative=offered, customer=alice, day=day, shown=shown
        )
    Subscription.objects.filter(pk=two.pk).update(status="canceled", canceled_on=date(2026, 1, 25))
    assert counted()[0] == (30, Share(0, 0), Share(1, 1))


def test_who_ends_on_the_last_day_is_gone_and_who_ends_on_the_next_is_still_there(clock):
    clock(TODAY)
    plan = PlanFactory()
    offered = alternative(plan.product)
    for end in (date(2026, 2, 8), date(2026, 2, 9), date(2026, 2, 10)):
        hers = started(UserFactory(), date(2026, 1, 1), plan)
        Subscription.objects.filter(pk=hers.pk).update(status="canceled", canceled_on=end)
        AlternativeShowing.objects.create(
            subscription=hers, alternative=offered, customer=hers.customer, day=date(2026, 1, 10), shown=True
        )
    assert counted()[0] == (30, Share(1, 3), Share(0, 0))


@pytest.mark.parametrize("odd", ["x", "١", "9" * 30, "-1"])
def test_an_odd_address_shows_all_products(as_agent, odd):
    assert as_agent.get(PAGE, {"product": odd}).status_code == 200


def test_customers_do_not_see_it(as_alice):
    assert as_alice.get(PAGE).status_code in (302, 403)


# What was accepted, and what it costs


def test_what_was_accepted_is_counted_with_what_it_costs_in_twelve_months(clock, as_agent, as_alice, alice, bob):
    clock(TODAY)
    Merchant.objects.update_or_create(pk=1, defaults={"comparison_percent": 0})
    hers, his = started(alice, date(2026, 3, 1)), started(bob, date(2026, 3, 1))
    confirm(as_alice, f"{hers.get_absolute_url()}alternatives/{alternative(hers.product).pk}/")
    bobs = signed_in(bob)
    confirm(bobs, f"{his.get_absolute_url()}cancel/", reason="other", message="")
    page = f"/admin/support/ticket/{Ticket.objects.get().pk}/offer/"
    typed = {"kind": "pause", "pause_days": "31"}
    shown = as_agent.post(page, hidden_inputs(as_agent.get(page)) | typed | {"preview": "1"})
    as_agent.post(page, hidden_inputs(shown) | typed)
    confirm(bobs, Offer.objects.get().get_absolute_url())
    told = [[(each.kind, each.count, each.cost) for each in found(TODAY)] for found in (of_alternatives, of_offers)]
    # 20 % off three invoices of 100.00; and 9 of the 30 days of April, as the pause ends on 10 April.
    assert told == [[("Discount", 1, "€60.00")], [("Pause", 1, PAUSED)]]
    assert as_agent.get(PAGE).text.count(PAUSED) == 1
    assert of_alternatives(TODAY, his.plan.product_id) == []
    assert of_offers(TODAY + timedelta(days=366)) == []
