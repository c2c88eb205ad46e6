"""Sample data at scale: any number of generated subscriptions and tickets, written in bulk.

The same numbers on the same day give the same rows; another call goes on where the last one ended.
"""

import gc
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import TypeVar

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import connection, reset_queries, transaction
from django.db.models import Model
from django.db.models.base import ModelState
from django.utils.timezone import localtime

from portal_project.accounts.models import User
from portal_project.common import bulk
from portal_project.common.numbers import ALPHABET, LENGTH
from portal_project.demo import people, scale_tickets
from portal_project.demo.scale_kinds import DUE, WEIGHTS, Kind, Life, Lives
from portal_project.demo.scale_tickets import About, Written
from subscriptions.billing import invoicing
from subscriptions.models import Channel, Subscription, SubscriptionQuerySet
from subscriptions.reports import snapshots
from support.models import Ticket
from support.queue import act_by

SEED = 20240229
AT_ONCE = 5000
"""Rows of one transaction."""
STEP = 663_608_941
"""Odd, so that steps of this length meet every number once before the first one comes again."""
OTHERS = [kind for kind, weight in WEIGHTS.items() for _ in range(weight)]
ADDRESS = r"^customer\d+@example\.net$"

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Amounts:
    """How much to add. `due` of the subscriptions fall due today; when it is the larger number, all of that many."""

    subscriptions: int = 0
    tickets: int = 0
    due: int = 0

    @property
    def lives(self) -> int:
        return max(self.subscriptions, self.due)

    @property
    def rows(self) -> int:
        return self.lives + self.tickets

    def kind(self, n: int, chance: Random) -> Kind:
        """How the n-th subscription stands today: what is due lies evenly among the others."""
        before = n * self.due // self.lives
        if (n + 1) * self.due // self.lives > before:
            return DUE[before % len(DUE)]
        return chance.choice(OTHERS)


class Numbers:
    """Free numbers of a model, in an order that looks like chance and is the same every time."""

    def __init__(self, prefix: str, model: type[Subscription | Ticket | User]) -> None:
        self._prefix, self._model = prefix, model
        self.position = model._default_manager.count()

    def draw(self, count: int) -> list[str]:
        free: list[str] = []
        while len(free) < count:
            first, self.position = self.position, self.position + count - len(free)
            drawn = [self._number(position) for position in range(first, self.position)]
            rows = self._model._default_manager.filter(number__in=drawn)
            taken = set(rows.values_list("number", flat=True))
            free += [number for number in drawn if number not in taken]
        return free

    def _number(self, position: int) -> str:
        value = (position + 1) * STEP
        digits = [ALPHABET[(value >> 5 * place) % 32] for place in range(LENGTH)]
        return f"{self._prefix}-{''.join(digits)}"


def add(amounts: Amounts, now: datetime, on_progress: Callable[[int], object] = lambda rows: None) -> None:
    """Add that much to what is there; dates lie around the day of `now`, the present instant.

    Each batch is a transaction of its own, so whoever stops it keeps what is written. Raises `NoPlans`.
    """
    generator = Generator(now)
    with _uncollected():
        for first in range(0, amounts.lives, AT_ONCE):
            wanted = range(first, min(first + AT_ONCE, amounts.lives))
            generator.add_subscriptions(amounts, wanted)
            on_progress(len(wanted))
            # Where DEBUG is on, Django keeps the text of every query.
            reset_queries()
        for count in generator.add_tickets(amounts.tickets):
            on_progress(count)
            reset_queries()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    if amounts.lives:
        snapshots.rebuild(generator.today, now)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Rows by the thousand set Python's search for cycles off again and again, and there are none among them."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Generator:
    """Writes one batch after the other."""

    def __init__(self, now: datetime) -> None:
        self.today = localtime(now).date()
        self._lives = Lives(self.today, now, str(SEED))
        self._subscriptions, self._tickets = Numbers("S", Subscription), Numbers("T", Ticket)
        self._customer_numbers, self._customers = Numbers("C", User), _last_customer()
        self._staff = list(User.objects.filter(is_staff=True, is_active=True).order_by("pk"))

    def add_subscriptions(self, amounts: Amounts, wanted: range) -> None:
        chance = Random(f"{SEED} subscriptions {self._subscriptions.position}")
        lives = [self._lives.one(amounts.kind(n, chance), chance) for n in wanted]
        with transaction.atomic():
            owners = self._make_owners(lives, chance)
            subscriptions = self._subscribe(lives, owners)
            _write_events(lives, subscriptions)
            self._write_requests(lives, subscriptions, chance)
            _write_invoices(lives, subscriptions)

    def _make_owners(self, lives: list[Life], chance: Random) -> list[User]:
        """A customer for each: one per two subscriptions, each with at least one, and some with more than two."""
        first, count = self._customers + 1, (len(lives) + 1) // 2
        self._customers += count
        names = people.FIRST_NAMES.split(), people.LAST_NAMES.split()
        customers = [
            User(
                number=number,
                email=f"customer{n:06d}@example.net",
                name=" ".join(map(chance.choice, names)),
                password=UNUSABLE_PASSWORD_PREFIX,
            )
            for number, n in zip(self._customer_numbers.draw(count), range(first, first + count), strict=True)
        ]
        owners = customers + [chance.choice(customers) for _ in lives[count:]]
        for owner, life in zip(owners, lives, strict=True):
            owner.date_joined = min(owner.date_joined, life.subscription.new_events[0].recorded_at)
        bulk.insert(customers)
        return owners

    def _subscribe(self, lives: list[Life], owners: list[User]) -> list[Subscription]:
        subscriptions = []
        for number, life, owner in zip(self._subscriptions.draw(len(lives)), lives, owners, strict=True):
            subscription = life.subscription.draft()
            subscription.number, subscription.customer = number, owner
            subscriptions.append(subscription)
        bulk.insert(subscriptions)
        return subscriptions

    def _write_requests(self, lives: list[Life], subscriptions: list[Subscription], chance: Random) -> None:
        requests = []
        for life, subscription in zip(lives, subscriptions, strict=True):
            if life.request:
                request = _twin(life.request)
                request.subscription = subscription
                requests.append(request)
        numbers = self._tickets.draw(len(requests))
        written = [
            scale_tickets.of_request(request, number, self._staff, chance)
            for request, number in zip(requests, numbers, strict=True)
        ]
        _write_tickets(written)
        for request, of_request in zip(requests, written, strict=True):
            request.ticket_id = of_request.ticket.pk
        bulk.insert(requests)
        act_by.refresh([request.ticket_id for request in requests if not request.decided_at], self.today)

    def add_tickets(self, count: int) -> Iterator[int]:
        """Write the tickets, and tell after each batch how many it had."""
        keys = array("q", _ordinary().order_by("pk").values_list("pk", flat=True).iterator()) if count else array("q")
        for first in range(0, count if keys else 0, AT_ONCE):
            size = min(AT_ONCE, count - first)
            chance = Random(f"{SEED} tickets {self._tickets.position}")
            about = _about(chance.choices(keys, k=size))
            with transaction.atomic():
                numbers = self._tickets.draw(size)
                _write_tickets(
                    [
                        scale_tickets.ticket(number, what, self._staff, self.today, chance)
                        for number, what in zip(numbers, about, strict=True)
                    ]
                )
            yield size


def _last_customer() -> int:
    """The highest number that a generated customer has."""
    addresses = User.objects.filter(email__regex=ADDRESS).values_list("email", flat=True)
    return max((int(email[len("customer") : email.index("@")]) for email in addresses.iterator()), default=0)


def _ordinary() -> SubscriptionQuerySet:
    """Alice and Bob have their own tickets."""
    known = User.objects.filter(email__in=[people.ALICE, people.BOB]).values_list("pk", flat=True)
    return Subscription.objects.exclude(customer__in=list(known))


def _about(keys: Sequence[int]) -> list[About]:
    fields = ("pk", "customer_id", "plan__product__name", "started_on")
    found = {row[0]: About(*row) for row in Subscription.objects.filter(pk__in=set(keys)).values_list(*fields)}
    return [found[key] for key in keys]


def _write_events(lives: list[Life], subscriptions: list[Subscription]) -> None:
    events = []
    for life, subscription in zip(lives, subscriptions, strict=True):
        for lived in life.subscription.new_events:
            event = _twin(lived)
            event.subscription_id = subscription.pk
            if event.channel == Channel.PORTAL:
                event.actor_id = subscription.customer_id
            events.append(event)
    bulk.insert(events)


def _write_invoices(lives: list[Life], subscriptions: list[Subscription]) -> None:
    """Last, because the counter's lock is the one that everybody waits for."""
    invoices = []
    for life, subscription in zip(lives, subscriptions, strict=True):
        for lived in life.subscription.new_invoices:
            invoice = _twin(lived)
            invoice.subscription = subscription
            invoices.append(invoice)
    invoicing.issue(invoices)


def _twin(row: Row) -> Row:
    """A new object with the same values, in a third of the time that `copy.copy` takes."""
    twin = row.__class__.__new__(row.__class__)
    twin.__dict__.update(row.__dict__)
    twin._state = ModelState()
    return twin


def _write_tickets(written: list[Written]) -> None:
    bulk.insert([of_one.ticket for of_one in written])
    for ticket, messages, events in written:
        for message in messages:
            message.ticket_id = ticket.pk
        for event in events:
            event.ticket_id = ticket.pk
    bulk.insert([message for of_one in written for message in of_one.messages])
    bulk.insert([event for of_one in written for event in of_one.events])
