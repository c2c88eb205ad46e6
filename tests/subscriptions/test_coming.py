"""What the admin's page of a subscription says will happen next: each day, and why it is that day."""

import re
from datetime import date

import pytest

from portal_project.accounts.models import Merchant
from subscriptions.models import Subscription
from tests.factories import PlanFactory, ProductFactory, started
from tests.pages import hidden_inputs

ADMIN = "/admin/subscriptions/subscription"
TODAY = date(2026, 4, 5)


@pytest.fixture
def hosting(alice, clock):
    """€100 a month from 20 March."""
    clock(TODAY)
    plan = PlanFactory(product=ProductFactory(name="Hosting", notice_days=30), name="Monthly", amount=100)
    return started(alice, date(2026, 3, 20), plan)


def coming(client, subscription):
    """Per line its day, what happens, and why."""
    text = client.get(f"{ADMIN}/{subscription.pk}/change/").text
    card = re.search(r'id="what-happens-next">(.*?)</section>', text, re.DOTALL)[1]
    lines = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)(?:<small>(.*?)</small>)?</dd>", card, re.DOTALL)
    return [tuple(part.strip() for part in line) for line in lines] or " ".join(re.sub("<[^>]+>", " ", card).split())


def act(client, subscription, verb, **typed):
    """As on a page that shows what is chosen before it is confirmed."""
    address = f"{ADMIN}/{subscription.pk}/{verb}/"
    shown = client.post(address, typed | {"preview": "1"})
    assert client.post(address, hidden_inputs(shown) | typed).status_code == 302


MONTHLY = "Billed every month from 20 March 2026."
APRIL = ("20 Apr 2026", "Bill of €100.00 for 20 April to 19 May 2026", MONTHLY)


def test_the_next_bills_and_why_the_first_comes_then(as_agent, hosting):
    assert coming(as_agent, hosting) == [
        APRIL,
        ("20 May 2026", "Bill of €100.00 for 20 May to 19 June 2026", ""),
        ("20 Jun 2026", "Bill of €100.00 for 20 June to 19 July 2026", ""),
    ]


def test_a_price_to_come_with_the_day_on_which_it_was_announced(as_merchant, hosting):
    act(as_merchant, hosting, "change-price", amount="120")
    assert coming(as_merchant, hosting)[1:3] == [
        (
            "20 May 2026",
            "Another price: €120.00 instead of €100.00",
            "Announced on 5 April 2026; it comes with the first full period that begins on 5 May 2026 or later.",
        ),
        ("20 May 2026", "Bill of €120.00 for 20 May to 19 June 2026", ""),
    ]


def test_a_plan_to_come_also_behind_the_next_bills(as_agent, hosting):
    yearly = PlanFactory(product=hosting.product, name="Yearly", amount=900, interval="year")
    act(as_agent, hosting, "change-plan", plan=yearly.pk)
    assert coming(as_agent, hosting)[0] == (
        "20 Apr 2026",
        "Another plan: Yearly, €900.00 / year",
        "Chosen on 5 April 2026; it comes with the next full period.",
    )


def test_a_price_to_come_behind_a_hundred_bills(as_merchant, alice, clock):
    clock(TODAY)
    Merchant.objects.update_or_create(pk=1, defaults={"price_change_notice_days": 100})
    Merchant.forget()
    daily = started(alice, TODAY, PlanFactory(name="Daily", amount=1, interval="day"))
    act(as_merchant, daily, "change-price", amount="2")
    assert coming(as_merchant, daily)[-1][:2] == ("14 Jul 2026", "Another price: €2.00 instead of €1.00")


def test_a_pause_that_ends(as_agent, hosting):
    act(as_agent, hosting, "pause", resumes_on="2026-06-01")
    [first, *_bills] = coming(as_agent, hosting)
    assert first == ("1 Jun 2026", "Resumes", "Chosen by you on 5 April 2026.")


def test_an_end_with_the_notice_that_leads_to_it(as_agent, hosting):
    act(as_agent, hosting, "request-cancellation", reason="other", message="By phone.")
    last = coming(as_agent, hosting)[-1]
    assert last[:2] == ("5 May 2026", "Ends")
    assert last[2].startswith("30 days’ notice from 5 April 2026 ends on 5 May 2026")


def test_a_trial_that_ends(as_agent, alice, clock):
    clock(TODAY)
    trial = started(alice, TODAY, PlanFactory(trial_days=14, amount=100))
    assert coming(as_agent, trial)[0] == (
        "19 Apr 2026",
        "The trial ends",
        "The trial runs for 14 days from 5 April 2026, so it ends on 19 April 2026.",
    )


def test_nothing_where_nothing_is_to_come(as_agent, hosting):
    act(as_agent, hosting, "pause")
    paused = "What happens next No bill is to come, and nothing is scheduled."
    assert coming(as_agent, hosting) == paused
    act(as_agent, hosting, "cancel-now")
    assert Subscription.objects.get().status == "canceled"
    assert coming(as_agent, hosting).startswith(paused)


def test_what_comes_is_told_without_a_bill_being_made(as_agent, hosting):
    before = hosting.invoices.count(), hosting.events.count()
    coming(as_agent, hosting)
    assert (hosting.invoices.count(), hosting.events.count()) == before
