"""Customers click while the job works through the same subscriptions: nobody sees an error, and each has one outcome.

With threads and their own connections on PostgreSQL, because SQLite has no row locks.
"""

from datetime import date
from itertools import cycle, pairwise
from random import Random
from threading import Barrier
from time import sleep

import pytest
from django.utils.timezone import localdate

from products.models import Product
from subscriptions.lifecycle import due
from subscriptions.models import Invoice, Subscription, SubscriptionEvent
from subscriptions.rules.states import next_step
from support.cancellations.decisions import TICKET_ENDS
from support.jobs import follow_up
from support.models import CancellationRequest, Ticket
from tests.conftest import signed_in
from tests.factories import PlanFactory, ProductFactory, UserFactory, started
from tests.pages import hidden_inputs
from tests.subscriptions.story import told
from tests.support.test_races import address, at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

DAYS = [date(2026, 4, day) for day in range(20, 26)]
CLICKS = 3 * (len(DAYS) - 1)
PEOPLE = 3
# Billed every second day from 16 April on, with a notice of three days. Due on the 20th are a renewal, an end, the short
# bill of a notice, and the end or the beginning of a pause; and new things every day after.
ALWAYS = ["", "04-17 request", "04-18 request", "04-17 pause"]
STORIES = {"at_once": [*ALWAYS, "04-17 pause 04-20"], "period_end": [*ALWAYS, "04-18 pause 04-21"]}
ACTIONS = ["pause", "resume", "cancel", "withdraw", "drop-pause"]
MOVED = {"status", "period_start", "period_end", "paused_on", "pauses_on", "resumes_on", "cancels_on", "canceled_on"}


@pytest.fixture
def subscriptions(db):
    """One for each way to pause, way to cancel, and story."""
    plans = [
        PlanFactory(
            product=ProductFactory(name=f"{mode} {starts}", pause_starts=starts, notice_days=3),
            interval="day",
            interval_count=2,
        )
        for starts in STORIES
        for mode in ("request", "immediate")
    ]
    begun = [begin(plan, story) for plan in plans for story in STORIES[plan.product.pause_starts]]
    Product.objects.filter(name__startswith="immediate").update(cancellation_mode="immediate")
    return begun


def begin(plan, story):
    subscription = started(UserFactory(), date(2026, 4, 16), plan)
    return told(subscription, story) if story else subscription


class Clicks:
    """Somebody who opens a page of one subscription after the other, and sends each at the same moment as the others."""

    def __init__(self, subscriptions, random, together):
        self.random, self.together = random, together
        self.answers, self.is_done = set(), False
        self.windows = [(signed_in(subscription.customer), subscription) for subscription in subscriptions]

    def __call__(self):
        try:
            for client, subscription in self.windows:
                self.click(client, address(subscription, self.random.choice(ACTIONS)))
                self.answers.add(client.get(subscription.get_absolute_url()).status_code)
        except BaseException:
            self.together.abort()
            raise
        finally:
            self.is_done = True

    def click(self, client, url):
        page = client.get(url)
        self.together.wait(timeout=30)
        response = client.post(url, hidden_inputs(page) | {"reason": "other"})
        self.answers |= {page.status_code, response.status_code}


def test_clicks_race_the_job_while_days_pass(subscriptions, clock):
    days = iter(DAYS)
    clock(next(days))
    # Every third time midnight comes between the pages and the clicks.
    midnights = cycle([lambda: None, lambda: None, lambda: clock(next(days))])
    together = Barrier(PEOPLE, action=lambda: next(midnights)())
    met = Random(7).choices(subscriptions, k=CLICKS)
    clients = [Clicks(met, Random(number), together) for number in range(PEOPLE)]

    def the_job():
        while not all(client.is_done for client in clients):
            due.apply(localdate(), batch=3)
            follow_up.run(localdate())
            sleep(0.05)

    at_once(*clients, the_job, the_job)
    due.apply(DAYS[-1])
    follow_up.run(DAYS[-1])
    assert set.union(*(client.answers for client in clients)) <= {200, 302, 403, 409}
    for subscription in Subscription.objects.all():
        nothing_is_left_to_do(subscription)
        its_events_tell_how_it_came_to_be(subscription)
        its_bills_are_those_of_its_events(subscription)
        its_requests_follow_it(subscription)
    numbers = list(Invoice.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


def nothing_is_left_to_do(subscription):
    step = next_step(subscription)
    assert step is None or step[0] > DAYS[-1]
    assert subscription.due_on == (step and step[0])


def its_events_tell_how_it_came_to_be(subscription):
    """Each change begins where the one before it ended, up to what is stored now: none was lost and none was done twice."""
    known = {}
    for event in subscription.events.order_by("id"):
        for name in MOVED & event.changes.keys():
            old, new = event.changes[name]
            assert known.get(name, old) == old
            known[name] = new
    stored = {name: getattr(subscription, name) for name in known}
    assert {name: value and str(value) for name, value in stored.items()} == known


def its_bills_are_those_of_its_events(subscription):
    made = subscription.invoices.order_by("covers_from", "id")
    renewed = subscription.events.filter(kind="renewed").order_by("effective_on", "id")
    assert [bill.covers_from for bill in made] == [event.effective_on for event in renewed]
    live = made.exclude(status="void")
    assert all(earlier.covers_to <= later.covers_from for earlier, later in pairwise(live))


def its_requests_follow_it(subscription):
    canceled = SubscriptionEvent.objects.filter(subscription=subscription, kind="canceled").count()
    assert canceled == (subscription.status == "canceled")
    requests = CancellationRequest.objects.filter(subscription=subscription)
    undecided = [request for request in requests if request.decided_at is None]
    assert [request.promised_on for request in undecided] == [day for day in [subscription.cancels_on] if day]
    for request in requests.select_related("ticket"):
        finished = TICKET_ENDS[request.decision] if request.decided_at else Ticket.Status.OPEN
        assert request.ticket.status == finished
