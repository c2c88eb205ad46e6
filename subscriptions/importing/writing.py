"""Saving the new subscriptions of a checked file, with the products, plans and customers that they need.

In batches, each a transaction of its own, so that people can work meanwhile. What is written stays written.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from simple_history.utils import bulk_create_with_history

from portal_project.accounts.models import User
from portal_project.common import numbers, pacing
from products.models import Plan, Product
from subscriptions.importing import customers
from subscriptions.importing.checking import Checked
from subscriptions.importing.rows import Row
from subscriptions.lifecycle import unit_of_work
from subscriptions.models import Channel, Subscription
from subscriptions.rules.states import Status

Beside = Callable[[Sequence[tuple[Row, Subscription]], date], AbstractContextManager[None]]


@dataclass
class Summary:
    already_there: int = 0
    subscriptions: int = 0
    ending: int = 0
    customers: int = 0
    products: int = 0
    plans: int = 0

    def __str__(self) -> str:
        counted = {
            "subscriptions": ngettext("%(n)d subscription", "%(n)d subscriptions", self.subscriptions)
            % {"n": self.subscriptions},
            "customers": ngettext("%(n)d new customer", "%(n)d new customers", self.customers) % {"n": self.customers},
            "products": ngettext("%(n)d new product", "%(n)d new products", self.products) % {"n": self.products},
            "plans": ngettext("%(n)d new plan", "%(n)d new plans", self.plans) % {"n": self.plans},
            "there": ngettext("%(n)d was already there", "%(n)d were already there", self.already_there)
            % {"n": self.already_there},
        }
        if self.ending:
            counted["subscriptions"] += ngettext(", %(n)d with its end", ", %(n)d with their ends", self.ending) % {
                "n": self.ending
            }
        return _("Imported %(subscriptions)s (%(customers)s, %(products)s, %(plans)s); %(there)s.") % counted

    def add(self, other: "Summary") -> None:
        for name, count in vars(other).items():
            setattr(self, name, getattr(self, name) + count)


class Stopped(Exception):
    """Something came between two batches, or failed within one, which is not written; it is the cause of this.

    What the summary counts is written, up to the row on line `last_line`; 0 where there is none.
    """

    def __init__(self, summary: object, last_line: int) -> None:
        super().__init__(last_line)
        self.summary, self.last_line = summary, last_line


def write(
    checked: Checked[Row], *, today: date, beside: Beside, on_progress: Callable[[int], object] = lambda rows: None
) -> Summary:
    """Save the rows of a file without problems. Raises `Stopped`; the same file, checked again, then holds the rest.

    `beside` gets the new subscriptions of a batch with their rows and the day. What it does before it yields is saved with
    them; what it does after, in the same transaction.
    """
    summary, last_line = Summary(checked.already_there), 0
    try:
        for rows in pacing.batches(checked.rows):
            summary.add(_write(rows, today, beside))
            last_line = rows[-1].line
            on_progress(len(rows))
    except (Exception, KeyboardInterrupt) as error:
        raise Stopped(summary, last_line) from error
    return summary


@transaction.atomic
def _write(rows: Sequence[Row], today: date, beside: Beside) -> Summary:
    """One batch. Raises `IntegrityError` if another import was quicker."""
    summary = Summary(subscriptions=len(rows), ending=sum(row.end is not None for row in rows))
    plans = _plans(rows, _products(rows, summary), summary)
    users, summary.customers = customers.save([row.customer for row in rows])
    new = [(row, _subscription(row, plans[row.product, row.plan], users[row.customer.email], today)) for row in rows]
    with beside(new, today):
        unit_of_work.add([subscription for _row, subscription in new], today=today, channel=Channel.IMPORT)
    return summary


def _products(rows: Sequence[Row], summary: Summary) -> dict[str, Product]:
    """By name; the missing ones are made, with the Customer Portal Actions that a new product has."""
    names = {row.product: None for row in rows}
    found = {product.name: product for product in Product.objects.filter(name__in=names)}
    new = [Product(name=name) for name in names if name not in found]
    if new:
        bulk_create_with_history(new, Product)
    summary.products += len(new)
    return found | {product.name: product for product in new}


def _plans(rows: Sequence[Row], products: dict[str, Product], summary: Summary) -> dict[tuple[str, str], Plan]:
    """By product and name; a missing one is made with the price of its first row."""
    found = {
        (plan.product.name, plan.name): plan
        for plan in Plan.objects.filter(product__in=products.values()).select_related("product")
    }
    new: dict[tuple[str, str], Plan] = {}
    for row in rows:
        key = (row.product, row.plan)
        if key not in found and key not in new:
            price = {name: getattr(row, name) for name in Plan.COPIED}
            new[key] = Plan(product=products[row.product], name=row.plan, **price)
    if new:
        bulk_create_with_history(list(new.values()), Plan)
    summary.plans += len(new)
    return found | new


def _subscription(row: Row, plan: Plan, customer: User, today: date) -> Subscription:
    """In memory, with the event that tells where it comes from. A pause resumes by the rule its product has today."""
    subscription = Subscription(
        number=numbers.random_number(numbers.SUBSCRIPTION),
        external_id=row.external_id,
        customer=customer,
        plan=plan,
        **{name: getattr(row, name) for name in AS_IN_THE_FILE},
        pause_resume_rule=plan.product.resume_rule if row.status == Status.PAUSED else "",
    )
    subscription.bring_over(today)
    return subscription


AS_IN_THE_FILE = (
    *Plan.COPIED,
    "status",
    "started_on",
    "anchor_on",
    "period_start",
    "period_end",
    "paused_on",
    "resumes_on",
)
