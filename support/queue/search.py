"""Finding tickets by number, subject, customer, or what was written; by one rule on any database (`common.search`)."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from portal_project.common import numbers
from portal_project.common.folding import words
from subscriptions.models import Subscription
from support.models import Message, Ticket, TicketQuerySet

# Nobody reads further on pages; whoever finds too much types another word.
MOST = 1000


def found(term: str, tickets: QuerySet[Ticket]) -> set[int]:
    """The primary keys of those of the tickets that fit every word of the term, at most `MOST` from each place searched.

    The number of a ticket, a subscription, an invoice or a customer finds its tickets alone.
    """
    if numbered := _by_number(term, tickets):
        return numbered
    if not words(term):
        return set()
    customers = get_user_model().objects.filter(search_text__matches=term)[:MOST]
    places = [
        _keys(tickets.filter(search_text__matches=term)),
        _keys(tickets.filter(customer__in=customers.values("pk"))),
        _tickets_of(Message.objects.filter(search_text__matches=term), tickets),
    ]
    return {key for place in places for key in place[:MOST]}


def all_found(term: str, tickets: TicketQuerySet) -> TicketQuerySet:
    """The same without an end, for who goes through all of them."""
    if numbered := _by_number(term, tickets):
        return tickets.filter(pk__in=numbered)
    if not words(term):
        return tickets.none()
    customers = get_user_model().objects.filter(search_text__matches=term)
    messages = Message.objects.filter(search_text__matches=term)
    return tickets.filter(
        Q(search_text__matches=term) | Q(customer__in=customers.values("pk")) | Q(pk__in=messages.values("ticket"))
    )


def _by_number(term: str, tickets: QuerySet[Ticket]) -> set[int]:
    """The tickets that have one of the numbers in the term, and those of its subscriptions, invoices and customers."""
    typed = numbers.read(term)
    if not typed:
        return set()
    subscriptions = Subscription.objects.filter(number__in=typed.subscriptions)
    if typed.invoices:
        subscriptions |= Subscription.objects.filter(invoices__number__in=typed.invoices)
    of_subscription = tickets.filter(subscription__in=subscriptions.values("pk")).order_by()
    customers = get_user_model().objects.filter(number__in=typed.customers)
    of_customer = tickets.filter(customer__in=customers.values("pk")).order_by()
    itself = tickets.filter(number__in=typed.tickets).order_by()
    keys = (rows.values_list("pk", flat=True) for rows in (itself, of_subscription, of_customer))
    return set(next(keys).union(*keys))


def _keys(tickets: QuerySet[Ticket]) -> QuerySet[Any, int]:
    return tickets.order_by("-pk").values_list("pk", flat=True)


def _tickets_of(messages: QuerySet[Message], tickets: QuerySet[Ticket]) -> QuerySet[Any, int]:
    return messages.filter(ticket__in=tickets.values("pk")).order_by("-pk").values_list("ticket", flat=True)
