"""`python -m tests.benchmarks.leaving --requests 1000 100000`: what the page "Cancellations" costs as requests pile up.

On a database of its own on the PostgreSQL of DATABASE_URL. The requests are of the last 24 months, in every state and from 20
plans; each time is given as a ratio to that of the first size. Nothing of this runs with the tests.
"""

import os
from argparse import ArgumentParser
from datetime import date
from decimal import Decimal

from tests import environment  # noqa: F401  the settings read what it sets
from tests.benchmarks.database import own_database

PAGE = "/admin/support/cancellationrequest/leaving/"
PLANS = 20


def main() -> None:
    parser = ArgumentParser(prog="python -m tests.benchmarks.leaving", description="Measure the page Cancellations.")
    parser.add_argument("--requests", type=int, nargs="+", default=[1000, 100_000])
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal_project.settings"
    first: dict[str, float] = {}
    for size in options.requests:
        with own_database("leaving"):
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
    from dateutil.relativedelta import relativedelta
    from django.core.management import call_command
    from django.test import Client
    from django.utils.timezone import localdate

    from tests.benchmarks.desk import timed
    from tests.benchmarks.tickets import an_agent

    call_command("migrate", verbosity=0)
    today = localdate()
    _fill(size, today)
    client = Client()
    client.force_login(an_agent(0), backend="django.contrib.auth.backends.ModelBackend")
    two_years = {"first": str(today - relativedelta(months=24))}
    return {
        "12 months": timed(client, PAGE, {}),
        "24 months": timed(client, PAGE, two_years),
        "24 months by plan": timed(client, PAGE, two_years | {"by": "plan"}),
        "24 months by tenure": timed(client, PAGE, two_years | {"by": "tenure"}),
        "24 months of one reason": timed(client, PAGE, two_years | {"reason": "other"}),
        "what they wrote": timed(client, f"{PAGE}messages/", two_years),
    }


def _fill(size: int, today: date) -> None:
    """A subscription, a ticket and a request for each; every tenth subscription more has ended without one."""
    from django.db import connection

    from portal_project.accounts.models import User
    from products.models import Plan, Product
    from subscriptions.models import Subscription
    from support.models import CancellationRequest, Message, Ticket
    from tests.benchmarks.filling import fill

    person = User.objects.create(email="many@example.com", name="Many")
    products = [Product.objects.create(name=f"Product {n}") for n in range(5)]
    plans = [
        Plan.objects.create(product=products[n % 5], name=f"Plan {n}", amount=Decimal(10 + n), currency="EUR")
        for n in range(PLANS)
    ]
    at = f"(date '{today}' - (n * 7919 % 730)::int)"
    decision = "(ARRAY['', 'ended', 'ended', 'canceled_now', 'withdrawn', 'offer_accepted'])[1 + n % 6]"
    ended = f"n > {size} OR n % 6 IN (1, 2, 3)"
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
            "plan_id": f"{plans[0].pk} + n % {PLANS}",
            "started_on": f"{at} - (n % 900)::int",
            "period_end": f"date '{today}' + 1 + (n % 28)::int",
            "status": f"CASE WHEN {ended} THEN 'canceled' ELSE 'active' END",
            "canceled_on": f"CASE WHEN {ended} THEN {at} + 30 END",
        },
        f"generate_series(1, {size + size // 10}) n",
    )
    of = "(SELECT min(id) FROM subscriptions_subscription) + n - 1"
    fill(
        Ticket(customer=person, subject="Cancel", type="cancel", status="resolved"),
        {"number": "'T-' || lpad(upper(to_hex(n)), 6, '0')", "subscription_id": of, "token": "gen_random_uuid()"},
        f"generate_series(1, {size}) n",
    )
    fill(
        CancellationRequest(ticket_id=0, subscription_id=0, notice_days=30, reason_label="A reason", why_then="x"),
        {
            "ticket_id": "(SELECT min(id) FROM support_ticket) + n - 1",
            "subscription_id": of,
            "reason_id": "(ARRAY['too_expensive', 'switching', 'not_needed', 'other', 'not_said'])[1 + n % 5]",
            "message": "CASE WHEN n % 3 = 0 THEN 'It has become too much ' || n ELSE '' END",
            "requested_on": at,
            "requested_at": f"{at}::timestamptz",
            "answered_at": f"CASE WHEN n % 4 > 0 THEN {at}::timestamptz + n % 5000 * interval '1 minute' END",
            "promised_on": f"{at} + 30",
            "decision": decision,
            "decided_at": f"CASE WHEN {decision} <> '' THEN {at}::timestamptz END",
        },
        f"generate_series(1, {size}) n",
    )
    fill(
        Message(ticket_id=0, author=person, body=""),
        {"ticket_id": "ticket_id", "body": "message", "token": "gen_random_uuid()"},
        "support_cancellationrequest WHERE message <> ''",
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    main()
