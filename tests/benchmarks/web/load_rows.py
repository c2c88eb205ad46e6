"""`python -m tests.benchmarks.web.load_rows CUSTOMERS DUE`: fill the portal's empty database for the test under load.

Sample data at scale, of which so many subscriptions are due today, and customers with one subscription each, due today as well,
so that what a customer clicks meets what the job does. Prints each customer's session and the subscription's number as JSON.
"""

import json
import sys
from datetime import date, timedelta
from decimal import Decimal

import django
from django.core.management import call_command


def main() -> None:
    customers, due = map(int, sys.argv[1:])
    django.setup()
    call_command("migrate", verbosity=0)
    _leave_the_job_to_us()
    print(json.dumps(_customers(customers, due)))


def _leave_the_job_to_us() -> None:
    """The worker would begin with it; here it comes by its command, and the worker sends mails meanwhile."""
    from django_q.models import Schedule

    Schedule.objects.filter(name="Apply what is due").delete()


def _customers(count: int, due: int) -> list[tuple[str, str]]:
    from django.utils import timezone

    from portal_project.accounts.models import User
    from portal_project.demo import people, scale
    from portal_project.demo.catalogue import make_catalogue
    from products.models import Plan, Product
    from subscriptions.lifecycle import unit_of_work
    from subscriptions.models import Channel, Subscription
    from tests.benchmarks.web.sessions import signed_in
    from tests.benchmarks.web.walks import CUSTOMER

    now = timezone.now()
    people.make_accounts()
    make_catalogue()
    scale.add(scale.Amounts(due=due), now)
    product = Product.objects.create(name="Hosting by the week", tax_rate=19)
    plan = Plan.objects.create(product=product, name="Weekly", amount=Decimal(3), currency="EUR", interval="week")
    customers = [User(email=f"{CUSTOMER}{n}@example.com", name=f"Customer {n}", password="!") for n in range(count)]
    User.objects.bulk_create(customers)
    subscriptions = [Subscription.begin(customer, plan, _began(timezone.localdate(now))) for customer in customers]
    yesterday = timezone.localdate(now) - timedelta(days=1)
    unit_of_work.add(subscriptions, today=yesterday, channel=Channel.ADMIN)
    numbers = [subscription.number for subscription in subscriptions]
    return list(zip(signed_in(customers), numbers, strict=True))


def _began(today: date) -> date:
    return today - timedelta(weeks=3)


if __name__ == "__main__":
    main()
