"""`python -m tests.benchmarks.web.product_rows ACTS TICKETS`: fill the portal's empty database, and print who visits as JSON.

Each customer has two subscriptions, begun by the real verb and billed for three months by the job.
"""

import json
import sys
from datetime import date, timedelta
from decimal import Decimal

import django
from django.core.management import call_command

MONTHS = 3


def main() -> None:
    acts, tickets = map(int, sys.argv[1:])
    django.setup()
    call_command("migrate", verbosity=0)
    print(json.dumps(_staff(tickets) | _customers(acts)))


def _staff(size: int) -> dict[str, list[tuple[str, str]]]:
    from support.models import Ticket
    from tests.benchmarks import tickets
    from tests.benchmarks.web.people import LOOKED_AT, MINE
    from tests.benchmarks.web.sessions import signed_in

    busy = tickets.make(size, messages=2)
    agent = tickets.an_agent(tickets.AGENTS)
    unfinished = Ticket.objects.unfinished().order_by("pk").values_list("pk", flat=True)
    Ticket.objects.filter(pk__in=list(unfinished[:MINE])).update(assignee=agent)
    session, session_of_busy = signed_in([agent, busy])
    looked_at = [(session, str(key)) for key in unfinished[:LOOKED_AT]]
    return {"queue": [(session, "")], "all": [(session_of_busy, "")], "ticket": looked_at}


def _customers(acts: int) -> dict[str, list[tuple[str, str]]]:
    from django.utils.timezone import localdate

    from portal_project.accounts.models import User
    from products.models import CancellationMode, Plan, Product
    from subscriptions.lifecycle import due, unit_of_work
    from subscriptions.models import Channel, Invoice, Subscription
    from tests.benchmarks.web.people import CUSTOMERS, LOOKED_AT
    from tests.benchmarks.web.sessions import signed_in

    today = localdate()
    began = _began(today)
    plans = {
        mode: Plan.objects.create(
            product=Product.objects.create(name=f"Hosting, {mode.label}", cancellation_mode=mode, tax_rate=19),
            name="Monthly",
            amount=Decimal(10),
            currency="EUR",
        )
        for mode in CancellationMode
    }
    people: dict[str, list[User]] = {}
    subscriptions: dict[str, list[Subscription]] = {}
    for kind in CUSTOMERS:
        count = LOOKED_AT if kind == "page" else acts
        people[kind] = User.objects.bulk_create(
            User(email=f"{kind}{n}@example.com", name=f"{kind.capitalize()} {n}", password="!") for n in range(count)
        )
        plan = plans[CancellationMode.IMMEDIATE if kind == "cancel" else CancellationMode.REQUEST]
        subscriptions[kind] = [Subscription.begin(person, plan, began) for person in people[kind]]
        others = [Subscription.begin(person, plan, began) for person in people[kind]]
        unit_of_work.add([*subscriptions[kind], *others], today=began, channel=Channel.ADMIN)
    if due.apply(today).failed:
        raise SystemExit("the job failed")
    Invoice.objects.filter(covers_to__lte=today).update(status=Invoice.Status.PAID, paid_on=today)
    _analyze()
    return {
        kind: [
            (session, subscription.number)
            for session, subscription in zip(signed_in(people[kind]), subscriptions[kind], strict=True)
        ]
        for kind in CUSTOMERS
    }


def _began(today: date) -> date:
    """Some months ago, on a day that every month has, and not one on which anything is due today."""
    day = today - timedelta(days=10)
    day = day.replace(day=min(day.day, 28))
    for _ in range(MONTHS):
        day = (day.replace(day=1) - timedelta(days=1)).replace(day=day.day)
    return day


def _analyze() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


if __name__ == "__main__":
    main()
