"""What staff see on the page of a ticket, gathered in a fixed number of queries."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from django.db.models import OuterRef, Subquery, Sum
from django.utils.timezone import localtime

from portal_project.accounts.models import User
from portal_project.common.locales import moment
from products import money
from subscriptions.billing.catch_up import as_of
from subscriptions.models import Invoice, Subscription
from subscriptions.preview.trial_run import upcoming
from support.admin import step_rows
from support.cancellations.end_date import why_promised
from support.models import Offer, Ticket, TicketEvent, TicketQuerySet
from support.tickets import timeline
from support.tickets.conversation import conversation
from support.tickets.news import Seen

# How many of the customer's subscriptions and other tickets the page lists.
LISTED = 8


@cache
def tickets() -> TicketQuerySet:
    """Tickets with all that their page needs of single rows; `billed`, the sum of the subscription's live invoices;
    `last_event`, a key; and `assigned_at` with `assigned_by`, when and by whom it was last given to somebody.

    Never read as they are, only narrowed: the query is put together once, and kept.
    """
    live = Invoice.objects.exclude(status=Invoice.Status.VOID).filter(subscription=OuterRef("subscription")).order_by()
    billed = live.values("subscription").annotate(billed=Sum("amount")).values("billed")
    events = TicketEvent.objects.filter(ticket=OuterRef("pk")).order_by("-id")
    given = events.filter(kind=TicketEvent.Kind.ASSIGNEE)
    return Ticket.objects.select_related(
        "customer",
        "assignee",
        "invoice",
        "subscription__plan__product",
        "subscription__next_plan",
        "cancellation_request__decided_by",
    ).annotate(
        billed=Subquery(billed),
        last_event=Subquery(events.values("pk")[:1]),
        assigned_at=Subquery(given.values("at")[:1]),
        assigned_by=Subquery(given.values("actor")[:1]),
        assigned_by_name=Subquery(given.values("actor__name")[:1]),
    )


def context(ticket: Ticket, today: date, before: str) -> dict[str, Any]:
    """For the template; `ticket` comes from `tickets()`, `before` from the address, as `conversation` takes it."""
    shown = conversation(ticket.messages.all(), before)
    offers = _offers(ticket)
    others = Ticket.objects.filter(customer=ticket.customer_id).exclude(pk=ticket.pk).order_by("-pk")
    return {
        "ticket": ticket,
        "today": today,
        "conversation": shown,
        "timeline": timeline.for_staff(ticket, shown.messages, offers),
        "offer": next((offer for offer in offers if offer.is_open), None),
        "cancellation": getattr(ticket, "cancellation_request", None),
        "subscriptions": [as_of(subscription, today) for subscription in _subscriptions(ticket.customer)],
        "tickets": others.only("subject", "status", "created_at")[:LISTED],
        "listed": LISTED,
        "steps": _steps(ticket, today),
        "taken": taken(ticket),
        "seen": Seen(
            shown.last, getattr(ticket, "last_event", None) or 0, max((offer.pk for offer in offers), default=0)
        ),
        **_about(ticket, getattr(ticket, "billed", None), today),
    }


def taken(ticket: Ticket) -> str:
    """Who took the ticket, or got it from whom, and when; `ticket` comes from `tickets()`. Empty for nobody."""
    if ticket.assignee is None:
        return ""
    name, at = ticket.assignee.get_full_name(), ticket.assigned_at  # type: ignore[attr-defined]
    if at is None:
        return f"{name} has it."
    on = moment(localtime(at))
    if ticket.assigned_by == ticket.assignee_id:  # type: ignore[attr-defined]
        return f"{name} took it on {on}."
    return f"{name} got it on {on} from {ticket.assigned_by_name or 'a colleague'}."  # type: ignore[attr-defined]


def _steps(ticket: Ticket, today: date) -> list[step_rows.Row]:
    """What is to be done about linked services, on the ticket of the request that asks for it."""
    if ticket.subscription_id is None or not hasattr(ticket, "cancellation_request"):
        return []
    return step_rows.of_subscription(ticket.subscription_id, today)


def _offers(ticket: Ticket) -> list[Offer]:
    """Of its request, the oldest first."""
    if not hasattr(ticket, "cancellation_request"):
        return []
    offers = Offer.objects.filter(request=ticket.cancellation_request)
    return list(offers.select_related("plan", "made_by", "closed_by")[: timeline.MOST])[::-1]


def _subscriptions(customer: User) -> Iterator[Subscription]:
    theirs = Subscription.objects.filter(customer=customer).select_related("plan__product", "next_plan")
    for subscription in theirs[:LISTED]:
        subscription.customer = customer
        yield subscription


def _about(ticket: Ticket, billed: Decimal | None, today: date) -> dict[str, Any]:
    """The ticket's subscription as of today, its next bill, what it has brought so far, and why it ends where it does."""
    if ticket.subscription is None:
        return {}
    shown = as_of(ticket.subscription, today)
    is_told_above = hasattr(ticket, "cancellation_request")
    value = (billed or Decimal(0)) + sum(invoice.amount for invoice in shown.new_invoices)
    return {
        "subscription": shown,
        "next_bill": next(iter(upcoming(shown, today)), None),
        "value": money.formatted(value, shown.currency),
        "why_it_ends": why_promised(shown) if shown.cancels_on and not is_told_above else "",
    }
