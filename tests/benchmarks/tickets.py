"""Tickets by the million, by `INSERT … SELECT FROM generate_series`: every other one unfinished, a third of these to cancel;
and as many wind-down steps, half of them done.

So many that a page of the queue is full at a thousand tickets already, and every size shows as many rows.
"""

from datetime import date
from decimal import Decimal

from django.contrib.auth.models import Group
from django.db import connection
from django.utils.timezone import localdate

from portal_project.accounts import roles
from portal_project.accounts.models import User
from products.models import Plan, Product
from subscriptions.models import LinkedService, Subscription
from support.models import CancellationRequest, Message, Ticket, WindDownStep
from tests.benchmarks.filling import fill

AGENTS = 5
LONG = 1
"""The primary key of the ticket with many messages."""
UNFINISHED = "n % 2 = 1"
TO_CANCEL = "n % 6 = 1"


def make(size: int, *, messages: int) -> User:
    """Fill the empty database, and give one of the agents."""
    today = localdate()
    agents = [an_agent(n) for n in range(AGENTS)]
    plan = Plan.objects.create(
        product=Product.objects.create(name="Hosting"),
        name="Monthly",
        amount=Decimal(10),
        currency="EUR",
        interval="month",
    )
    customers = max(1, size // 4)
    series = f"generate_series(1, {size}) n"
    fill(
        User(email="", name="", password="!"),
        {
            "number": "'C-' || lpad(upper(to_hex(n)), 6, '0')",
            "email": "'customer' || n || '@example.com'",
            "name": "'Customer ' || n",
            "search_text": "' customer ' || n || ' customer' || n || ' example com'",
        },
        f"generate_series(1, {customers}) n",
    )
    first = User.objects.order_by("pk").exclude(is_staff=True).values_list("pk", flat=True)[0]
    _subscriptions(plan, customers, first, today)
    _tickets(series, customers, first, agents, today)
    _messages(series, customers, first, messages)
    _steps(series, customers, today)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    return agents[0]


def an_agent(n: int) -> User:
    agent = User.objects.create_user(f"agent{n}@example.com", name=f"Agent {n}", is_staff=True)
    agent.groups.add(Group.objects.get(name=roles.SUPPORT))
    return agent


def _subscriptions(plan: Plan, customers: int, first: int, today: date) -> None:
    fill(
        Subscription(
            customer_id=0,
            plan=plan,
            amount=plan.amount,
            currency=plan.currency,
            interval=plan.interval,
            interval_count=1,
            status="active",
            started_on=today,
            anchor_on=today,
            period_start=today,
            period_end=today,
        ),
        {
            "number": "'S-' || lpad(upper(to_hex(n)), 6, '0')",
            "customer_id": f"{first} + n - 1",
            "period_end": f"date '{today}' + 1 + n % 28",
            "due_on": f"date '{today}' + 1 + n % 28",
        },
        f"generate_series(1, {customers}) n",
    )


def _tickets(series: str, customers: int, first: int, agents: list[User], today: date) -> None:
    about = f"n % {customers}"
    fill(
        Ticket(customer_id=0, subject=""),
        {
            "number": "'T-' || lpad(upper(to_hex(n)), 6, '0')",
            "subject": "'Question ' || n",
            "search_text": "' question ' || n",
            "type": f"CASE WHEN {TO_CANCEL} THEN 'cancel' ELSE (ARRAY['general', 'billing', 'technical'])[1 + n / 2 % 3] END",
            "status": f"CASE WHEN {UNFINISHED} THEN (ARRAY['open', 'in_review'])[1 + n / 2 % 2] ELSE 'resolved' END",
            "priority": "1 + n / 20 % 4",
            "customer_id": f"{first} + {about}",
            "subscription_id": f"(SELECT min(id) FROM subscriptions_subscription) + {about}",
            "assignee_id": f"CASE WHEN n / 2 % 3 > 0 THEN {agents[0].pk} + n / 6 % {AGENTS} END",
            "act_by": f"CASE WHEN {UNFINISHED} THEN date '{today}' + (n / 2 % 30)::int - 3 END",
            "token": "gen_random_uuid()",
        },
        series,
    )
    fill(
        CancellationRequest(ticket_id=0, subscription_id=0, requested_on=today, notice_days=30, promised_on=today),
        {
            "ticket_id": "id",
            "subscription_id": "subscription_id",
            "reason_id": "'other'",
            "reason_label": "'Other'",
            "promised_on": f"date '{today}' + 1 + (id % 30)::int",
            "decided_at": "CASE WHEN row_number() OVER (PARTITION BY subscription_id ORDER BY id) > 1 THEN now() END",
            "decision": "CASE WHEN row_number() OVER (PARTITION BY subscription_id ORDER BY id) > 1 THEN 'ended' ELSE '' END",
        },
        "support_ticket WHERE type = 'cancel'",
    )


def middle_step() -> str:
    """Where a page in the middle of what is to be done begins, as the tab's addresses name it."""
    to_do = WindDownStep.objects.filter(done_at=None).order_by("due_on", "pk")
    step = to_do[to_do.count() // 2]
    return f"{step.due_on}.{step.pk}"


def _steps(series: str, customers: int, today: date) -> None:
    subscription = f"(SELECT min(id) FROM subscriptions_subscription) + n % {customers}"
    fill(
        LinkedService(subscription_id=0, name=""),
        {"subscription_id": subscription, "name": "'site' || n || '.example'"},
        series,
    )
    fill(
        WindDownStep(service_id=0, task="planned", what="Export", made_on=today, due_on=today),
        {
            "service_id": "id",
            "due_on": f"date '{today}' + (id % 90)::int - 9",
            "done_at": "CASE WHEN id % 2 = 0 THEN now() - id * interval '1 second' END",
        },
        "subscriptions_linkedservice",
    )


def _messages(series: str, customers: int, first: int, messages: int) -> None:
    """Two for each ticket, and many for one."""
    written = {
        "author_id": f"{first} + n % {customers}",
        "body": "'I have a question about server ' || n",
        "search_text": "' i have a question about server ' || n",
    }
    key = "(SELECT min(id) FROM support_ticket) + n - 1"
    for source, ticket in (
        (series, key),
        (series, key),
        (f"generate_series(1, {messages}) n", f"(SELECT min(id) FROM support_ticket) + {LONG} - 1 + 0 * n"),
    ):
        fill(
            Message(ticket_id=0, author_id=0, body=""),
            written | {"ticket_id": ticket, "token": "gen_random_uuid()"},
            source,
        )
