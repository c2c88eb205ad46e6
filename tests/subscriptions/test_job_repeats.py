"""The job run daily, or late, or twice, leaves the same rows as the design defines the same (`docs/design.md`, What is due).

HYPOTHESIS_EXAMPLES=5000 pytest tests/subscriptions/test_job_repeats.py    looks longer
"""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal_project.mail.models import OutgoingMail
from subscriptions.lifecycle import due
from subscriptions.models import Invoice, SubscriptionEvent
from subscriptions.rules.states import NotAllowed, Status, next_step
from support.jobs import follow_up
from support.models import CancellationRequest
from tests.depth import EXAMPLES
from tests.subscriptions.billing_portal import Portal, anchors, deeds, offers, terms

scripts = st.lists(st.tuples(st.integers(0, 40) | st.just("on"), deeds), min_size=1, max_size=10)
NOT_THE_SAME = {
    "id",
    "number",
    "search_text",
    "key",
    "thread",
    "subscription_id",
    "ticket_id",
    "receipt_id",
    "issued_on",
}


def lived(portal, prices, day, script, job):
    """What is stored of a subscription that went through the script, with `job(today)` every day; rolled back after."""
    with transaction.atomic():
        portal.start(prices[0], 0, day)
        outcomes = []
        for days, deed in script:
            until = next_date(portal.shown(day), day) if days == "on" else day + timedelta(days=days)
            while day < until:
                day += timedelta(days=1)
                job(day)
            outcomes.append(outcome(portal, prices, day, deed))
        due.apply(day)
        follow_up.run(day)
        left = rows(portal)
        transaction.set_rollback(True)
    return outcomes, left


def next_date(row, day):
    step = next_step(row)
    return step[0] if step else day


def outcome(portal, prices, day, deed):
    """The effect that was announced, or the refusal; None after the end."""
    row = portal.shown(day)
    name, arguments = deed.meant(row, day, prices)
    try:
        return None if row.status == Status.CANCELED else portal.act(name, day, *arguments)
    except NotAllowed as refusal:
        # Its ticket has another random number every time.
        return refusal.verdict.code, re.sub(r"T-\w{6}", "T-", refusal.verdict.reason)


def rows(portal):
    """All that is kept of the subscription, but for ids, numbers, days of issue, due dates and instants."""
    number = portal.mine().get().number
    tables = {
        "subscription": portal.mine(),
        "events": SubscriptionEvent.objects.filter(subscription=portal.pk).order_by("pk"),
        "invoices": Invoice.objects.filter(subscription=portal.pk).order_by("pk"),
        "requests": CancellationRequest.objects.filter(subscription=portal.pk).order_by("pk"),
        "mails": OutgoingMail.objects.filter(context__number=number, key__startswith="event:").order_by("pk"),
    }
    return {name: [same(row) for row in table.values()] for name, table in tables.items()}


def same(row):
    context = {"context": without(row["context"], {"number", "url"})} if "context" in row else {}
    apart = {name for name in row if name.endswith("_at")} | ({"due_on"} if "issued_on" in row else set())
    return without(row, NOT_THE_SAME | apart) | context


def without(mapping, names):
    return {name: value for name, value in mapping.items() if name not in names}


@pytest.mark.django_db
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(terms=terms, offer=offers(), day=anchors, script=scripts, every=st.sampled_from([2, 7, 31, 1000]))
def test_the_job_leaves_the_same_run_daily_or_late_or_twice(terms, offer, day, script, every):
    def late(today):
        if today.toordinal() % every == 0:
            due.apply(today)

    def twice(today):
        late(today)
        late(today)

    with transaction.atomic():
        portal, prices = Portal(terms, offer), offer[1]
        daily = lived(portal, prices, day, script, due.apply)
        assert lived(portal, prices, day, script, late) == daily
        assert lived(portal, prices, day, script, twice) == daily
        transaction.set_rollback(True)
