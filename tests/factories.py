"""Rows to start from. A subscription comes out of the real `Subscription.begin` and `unit_of_work.add`, so it is consistent."""

from datetime import date
from decimal import Decimal

import factory

from portal_project.accounts.models import User
from products.models import Plan, Product
from subscriptions.lifecycle import unit_of_work
from subscriptions.models import Channel, Subscription


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"customer{n}@example.com")
    name = factory.Sequence(lambda n: f"Customer {n}")


class ProductFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Product

    name = factory.Sequence(lambda n: f"Hosting {n}")


class PlanFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Plan

    product = factory.SubFactory(ProductFactory)
    name = "Monthly"
    amount = Decimal("100.00")
    currency = "EUR"


def started(customer: User, on: date, plan: Plan | None = None, **product: object) -> Subscription:
    """A subscription begun on that day, saved with its first invoice; keywords go to the product."""
    subscription = Subscription.begin(customer, plan or PlanFactory(product=ProductFactory(**product)), on)
    unit_of_work.add([subscription], today=on, by=customer, channel=Channel.ADMIN)
    return Subscription.objects.get(pk=subscription.pk)
