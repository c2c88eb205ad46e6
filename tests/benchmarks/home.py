"""`python -m tests.benchmarks.home --subscriptions 1000 1000000`: what the admin's home costs as subscriptions pile up.

On a database of its own on the PostgreSQL of DATABASE_URL. The subscriptions are of 20 plans and three years, in every state,
with an event for each start and each end; a tenth as many customers and tickets and as many invoices stand beside them. It also
tells how long the snapshots take, and what the list of customers costs. Each page's time is given as a ratio to that of the first
size. Nothing of this runs with the tests.
"""

import os
from argparse import ArgumentParser
from datetime import date, timedelta
from decimal import Decimal
from time import perf_counter
from typing import Any

from tests import environment  # noqa: F401  the settings read what it sets
from tests.benchmarks.database import own_database

PLANS, DAYS = 20, 1095


def main() -> None:
    parser = ArgumentParser(prog="python -m tests.benchmarks.home", description="Measure the admin's home.")
    parser.add_argument("--subscriptions", type=int, nargs="+", default=[1000, 1_000_000])
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal_project.settings"
    first: dict[str, float] = {}
    for size in options.subscriptions:
        with own_database("home"):
            import django
            from django.db import connections

            django.setup()
            connections.close_all()
            measured = _measure(size)
        first = first or {name: seconds for name, (seconds, _queries) in measured.items()}
        for name, (seconds, queries) in measured.items():
            print(
                f"{size:>10,} {name:28}{1000 * seconds:>9.1f} ms{seconds / first[name]:>8.2f}{queries:>6} queries",
                flush=True,
            )


def _measure(size: int) -> dict[str, tuple[float, int]]:
    from django.contrib.auth.models import Group
    from django.core.management import call_command
    from django.test import Client
    from django.utils import timezone

    from portal_project.accounts import roles
    from portal_project.accounts.models import User
    from subscriptions.reports import snapshots
    from tests.benchmarks.desk import timed
    from tests.benchmarks.tickets import an_agent

    call_command("migrate", verbosity=0)
    today, now = timezone.localdate(), timezone.now()
    _fill(size, today)
    seconds = {
        "all snapshots": _seconds(snapshots.rebuild, today, now),
        "the next one": _seconds(snapshots.take, today + timedelta(days=1), now),
    }
    for name, value in seconds.items():
        print(f"{size:>10,} {name:28}{value:>9.1f} s", flush=True)
    merchant = User.objects.create_user("merchant@example.com", is_staff=True)
    merchant.groups.add(Group.objects.get(name=roles.MERCHANTS))
    found = {}
    for person in (merchant, an_agent(0)):
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        found[f"home of {person.groups.get()}"] = timed(client, "/admin/", {})
    customers = "/admin/accounts/customer/"
    found["customers, first page"] = timed(client, customers, {})
    found["customers, by name"] = timed(client, customers, {"q": "Customer 77"})
    return found


def _seconds(do: Any, *arguments: object) -> float:
    began = perf_counter()
    do(*arguments)
    return perf_counter() - began


def _fill(size: int, today: date) -> None:
    """Of a hundred subscriptions four are in notice, three paused, two in their trial, and twenty have ended."""
    from django.db import connection

    from portal_project.accounts.models import User
    from products.models import Plan, Product
    from subscriptions.models import Channel, EventKind, Invoice, Subscription, SubscriptionEvent
    from support.models import Ticket
    from tests.benchmarks.filling import fill

    customers = size // 10
    fill(
        User(email="", name="", password="!"),
        {
            "number": "'C-' || lpad(upper(to_hex(n)), 6, '0')",
            "email": "'customer' || n || '@example.com'",
            "name": "'Customer ' || n",
            "search_text": "'customer ' || n || ' customer' || n || '@example.com'",
        },
        f"generate_series(1, {customers}) n",
    )
    person = User.objects.earliest("pk")
    products = [Product.objects.create(name=f"Product {n}", tax_rate=21) for n in range(5)]
    plans = [
        Plan.objects.create(
            product=products[n % 5], name=f"Plan {n}", amount=Decimal(10 + n), currency=["EUR", "EUR", "USD"][n % 3]
        )
        for n in range(PLANS)
    ]
    started = f"(date '{today}' - ({DAYS} - n::bigint * 7919 % {DAYS - 40})::int)"
    ended = f"(date '{today}' - (n::bigint * 104729 % 39)::int)"
    row = Subscription(
        customer=person,
        plan=plans[0],
        amount=10,
        currency="EUR",
        interval="month",
        interval_count=1,
        status="active",
        started_on=today,
        anchor_on=today,
        period_start=today,
        period_end=today,
    )
    fill(
        row,
        {
            "number": "'S-' || lpad(upper(to_hex(n)), 6, '0')",
            "customer_id": f"{person.pk} + n % {customers}",
            "plan_id": f"{plans[0].pk} + n % {PLANS}",
            "amount": f"10 + n % {PLANS}",
            "currency": f"(ARRAY['EUR', 'EUR', 'USD'])[1 + n % {PLANS} % 3]",
            "started_on": started,
            "period_end": f"date '{today}' + 1 + (n % 28)::int",
            "due_on": f"CASE WHEN n % 100 >= 20 THEN date '{today}' + 1 + (n % 28)::int END",
            "status": "CASE WHEN n % 100 < 20 THEN 'canceled' WHEN n % 100 < 23 THEN 'paused'"
            " WHEN n % 100 < 25 THEN 'trialing' ELSE 'active' END",
            "canceled_on": f"CASE WHEN n % 100 < 20 THEN {ended} END",
            "paused_on": f"CASE WHEN n % 100 BETWEEN 20 AND 22 THEN date '{today}' - 9 END",
            "cancels_on": f"CASE WHEN n % 100 BETWEEN 25 AND 28 THEN date '{today}' + 1 + (n / 100 % 80)::int END",
        },
        f"generate_series(1, {size}) n",
    )
    event = SubscriptionEvent(subscription_id=0, kind=EventKind.STARTED, channel=Channel.PORTAL, effective_on=today)
    of_each = {"subscription_id": "id", "effective_on": "started_on"}
    fill(event, of_each, "subscriptions_subscription")
    event.kind, event.changes = EventKind.CANCELED, {"status": ["active", "canceled"]}
    fill(event, of_each | {"effective_on": "canceled_on"}, "subscriptions_subscription WHERE canceled_on IS NOT NULL")
    ticket = Ticket(customer=person, subject="A question", status="open")
    fill(
        ticket,
        {
            "number": "'T-' || lpad(upper(to_hex(n)), 6, '0')",
            "customer_id": f"{person.pk} + n % {customers}",
            "token": "gen_random_uuid()",
            "act_by": f"date '{today}' - 3 + (n % 40)::int",
        },
        f"generate_series(1, {size // 10}) n",
    )
    invoice = Invoice(
        number=0,
        subscription_id=0,
        covers_from=today,
        covers_to=today,
        amount=10,
        currency="EUR",
        issued_on=today,
        due_on=today,
    )
    fill(
        invoice,
        {
            "number": "id",
            "subscription_id": "id",
            "covers_from": "started_on",
            "covers_to": "started_on + 30",
            "status": "CASE WHEN id % 50 = 0 THEN 'open' ELSE 'paid' END",
            "due_on": f"date '{today}' - 20 + (id % 30)::int",
        },
        "subscriptions_subscription",
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    main()
