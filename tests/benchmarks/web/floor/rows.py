"""`python -m tests.benchmarks.web.floor.rows ACTS TICKETS`: fill the floor's empty database, and print who visits
as JSON."""

import json
import sys
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import django
from django.core.management import call_command

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from tests.benchmarks.web.floor.models import Plan, Subscription

AGENTS = 6
MONTHS = 4
UNFINISHED = "n % 2 = 1"
"""As in the portal's tickets."""


def main() -> None:
    acts, tickets = map(int, sys.argv[1:])
    django.setup()
    call_command("migrate", verbosity=0)
    # Tables without migrations, which need those of the first call.
    call_command("migrate", run_syncdb=True, verbosity=0)
    plan = _plan()
    print(json.dumps(_staff(tickets, plan) | _customers(acts, plan)))


def _plan() -> "Plan":
    from tests.benchmarks.web.floor.models import Plan, Product

    product = Product.objects.create(name="Hosting")
    return Plan.objects.create(product=product, name="Monthly", amount=Decimal(10), currency="EUR", interval="month")


def _people(kind: str, count: int, **more: bool) -> "list[User]":
    from django.contrib.auth.models import User

    return User.objects.bulk_create(
        User(
            username=f"{kind}{n}@example.com",
            email=f"{kind}{n}@example.com",
            first_name=f"{kind.capitalize()} {n}",
            password="!",
            **more,
        )
        for n in range(count)
    )


def _subscriptions(people: "list[User]", plan: "Plan", prefix: str) -> "list[Subscription]":
    """Two for each, with their invoices and history; the first of each comes first."""
    from tests.benchmarks.web.floor.models import Event, Invoice, Subscription

    today, month = date.today(), timedelta(days=30)
    began = today - timedelta(days=10)
    subscriptions = Subscription.objects.bulk_create(
        Subscription(
            number=f"{prefix}-{n:06X}", customer=person, plan=plan, period_start=began, period_end=began + month
        )
        for n, person in enumerate([*people, *people])
    )
    Event.objects.bulk_create(
        Event(
            subscription=subscription,
            kind=Event.Kind.RENEWED if back else Event.Kind.STARTED,
            effective_on=began - back * month,
        )
        for subscription in subscriptions
        for back in range(MONTHS)
    )
    Invoice.objects.bulk_create(
        Invoice(
            subscription=subscription,
            number=subscription.pk * MONTHS + back,
            covers_from=began - back * month,
            covers_to=began - (back - 1) * month,
            amount=plan.amount,
            currency=plan.currency,
            status=Invoice.Status.PAID if back else Invoice.Status.OPEN,
        )
        for subscription in subscriptions
        for back in range(MONTHS)
    )
    return subscriptions


def _staff(size: int, plan: "Plan") -> dict[str, list[tuple[str, str]]]:
    from tests.benchmarks.filling import fill
    from tests.benchmarks.web.floor.models import UNFINISHED as STATUSES
    from tests.benchmarks.web.floor.models import Message, Ticket
    from tests.benchmarks.web.people import LOOKED_AT, MINE
    from tests.benchmarks.web.sessions import signed_in

    *busy, agent = _people("agent", AGENTS, is_staff=True)
    owners = _people("owner", max(1, size // 4))
    first = _subscriptions(owners, plan, "Q")[0].pk
    about = f"n % {len(owners)}"
    fill(
        Ticket(subject=""),
        {
            "number": "'Q-' || n",
            "subject": "'Question ' || n",
            "type": "(ARRAY['general', 'billing', 'technical'])[1 + n / 2 % 3]",
            "status": f"CASE WHEN {UNFINISHED} THEN (ARRAY['open', 'in_review'])[1 + n / 2 % 2] ELSE 'resolved' END",
            "priority": "1 + n / 20 % 4",
            "customer_id": f"{owners[0].pk} + {about}",
            "subscription_id": f"{first} + {about}",
            "assignee_id": f"CASE WHEN n / 2 % 3 > 0 THEN {busy[0].pk} + n / 6 % {len(busy)} END",
            "act_by": f"CASE WHEN {UNFINISHED} THEN current_date + (n / 2 % 30)::int - 3 END",
        },
        f"generate_series(1, {size}) n",
    )
    for _ in range(2):
        fill(
            Message(body=""),
            {"ticket_id": "id", "author_id": "customer_id", "body": "'I have a question about server ' || id"},
            Ticket._meta.db_table,
        )
    unfinished = Ticket.objects.filter(status__in=STATUSES).order_by("pk").values_list("pk", flat=True)
    Ticket.objects.filter(pk__in=list(unfinished[:MINE])).update(assignee=agent)
    session, session_of_busy = signed_in([agent, busy[0]])
    looked_at = [(session, str(key)) for key in unfinished[:LOOKED_AT]]
    return {"queue": [(session, "")], "all": [(session_of_busy, "")], "ticket": looked_at}


def _customers(acts: int, plan: "Plan") -> dict[str, list[tuple[str, str]]]:
    from django.db import connection

    from tests.benchmarks.web.people import CUSTOMERS, LOOKED_AT
    from tests.benchmarks.web.sessions import signed_in

    visitors: dict[str, list[tuple[str, str]]] = {}
    for kind in CUSTOMERS:
        people = _people(kind, LOOKED_AT if kind == "page" else acts)
        subscriptions = _subscriptions(people, plan, kind.upper()[:3])
        about = [subscription.number for subscription in subscriptions[: len(people)]]
        visitors[kind] = list(zip(signed_in(people), about, strict=True))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    return visitors


if __name__ == "__main__":
    main()
