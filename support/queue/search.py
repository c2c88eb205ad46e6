"""Finding tickets by number, subject, customer, or what was written (full text on PostgreSQL, a plain search elsewhere)."""

import re
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connection
from django.db.models import Func, Q, QuerySet, TextField, Value

from portal_project.common import numbers
from subscriptions.models import Subscription
from support.models import Message, Ticket

# Nobody reads further; whoever finds too much types another word.
MOST = 1000
# As in the migrations, whose indexes fit only the very same expression.
SIGNS = "@./:-_+"


def found(term: str, tickets: QuerySet[Ticket]) -> set[int]:
    """The primary keys of those of the tickets that fit every word of the term, at most `MOST` from each place searched.

    The number of a ticket, a subscription or an invoice finds its tickets alone.
    """
    if numbered := _by_number(term, tickets):
        return numbered
    words = re.findall(r"[^\W_]+", term)
    if not words:
        return set()
    places = _by_full_text(words, tickets) if connection.vendor == "postgresql" else _by_parts(words, tickets)
    return {key for place in places for key in place[:MOST]}


def _by_number(term: str, tickets: QuerySet[Ticket]) -> set[int]:
    """The tickets that have one of the numbers in the term, and those of its subscriptions and invoices."""
    typed = numbers.read(term)
    if not typed:
        return set()
    subscriptions = Subscription.objects.filter(number__in=typed.subscriptions)
    if typed.invoices:
        subscriptions |= Subscription.objects.filter(invoices__number__in=typed.invoices)
    of_subscription = tickets.filter(subscription__in=subscriptions.values("pk")).order_by()
    itself = tickets.filter(number__in=typed.tickets).order_by()
    return set(itself.values_list("pk", flat=True).union(of_subscription.values_list("pk", flat=True)))


def _by_full_text(words: list[str], tickets: QuerySet[Ticket]) -> list[QuerySet[Any, int]]:
    """The expressions are those of the indexes in the migrations, so that PostgreSQL uses them; words may be unfinished."""
    query = SearchQuery(" & ".join(f"{word}:*" for word in words), search_type="raw", config="simple")
    person = _vector("name", "email")
    customers = get_user_model().objects.annotate(vector=person).filter(vector=query)[:MOST]
    return [
        _keys(tickets.annotate(vector=_vector("subject")).filter(vector=query)),
        _keys(tickets.filter(customer__in=customers.values("pk"))),
        _tickets_of(Message.objects.annotate(vector=_vector("body")).filter(vector=query), tickets),
    ]


def _vector(*fields: str) -> SearchVector:
    """Their words; those of a domain or an address count one by one, as they do in what people type."""
    signs, blanks = Value(SIGNS), Value(" " * len(SIGNS))
    split = [Func(field, signs, blanks, function="translate", output_field=TextField()) for field in fields]
    return SearchVector(*split, config="simple")


def _by_parts(words: list[str], tickets: QuerySet[Ticket]) -> list[QuerySet[Any, int]]:
    return [
        _keys(tickets.filter(_each(words, "subject"))),
        _keys(tickets.filter(_each(words, "customer__name", "customer__email"))),
        _tickets_of(Message.objects.filter(_each(words, "body")), tickets),
    ]


def _each(words: list[str], *fields: str) -> Q:
    """Every word in one of the fields."""
    condition = Q()
    for word in words:
        anywhere = Q()
        for field in fields:
            anywhere |= Q((f"{field}__icontains", word))
        condition &= anywhere
    return condition


def _keys(tickets: QuerySet[Ticket]) -> QuerySet[Any, int]:
    return tickets.order_by("-pk").values_list("pk", flat=True)


def _tickets_of(messages: QuerySet[Message], tickets: QuerySet[Ticket]) -> QuerySet[Any, int]:
    return messages.filter(ticket__in=tickets.values("pk")).order_by("-pk").values_list("ticket", flat=True)
