"""The conversations of generated tickets."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID

from django.utils.timezone import get_current_timezone

from portal_project.accounts.models import User
from portal_project.demo.conversations import CUSTOMER, NOTE, SCRIPTS, STAFF, Script
from support.models import CancellationRequest, Message, Ticket, TicketEvent
from support.queue import act_by
from support.tickets import triage

Status, Priority = Ticket.Status, Ticket.Priority

YOUNG, YOUNG_DAYS, OLDEST_DAYS = 0.15, 8, 400
"""The share of tickets that may still be open, how young these are, and how old the others can be."""
KEEPS_PRIORITY = 0.6
PRIORITIES = [Priority.LOW] * 5 + [Priority.MEDIUM] * 10 + [Priority.HIGH] * 4 + [Priority.URGENT]
# What staff write when they finish a ticket that its script leaves open.
LAST_WORDS: list[tuple[Ticket.Status, str]] = [
    (Status.RESOLVED, "This is done now. Please write again if anything is missing."),
    (Status.RESOLVED, "We found the cause and mended it this morning. Thank you for your patience."),
    (Status.RESOLVED, "It is arranged; you need do nothing more."),
    (Status.CLOSED, "We have not heard from you again, so we close this. Your answer opens it at any time."),
    (Status.REJECTED, "We have looked into it, and are sorry that we cannot do this for you."),
]
BETWEEN, SOON = timedelta(hours=2, minutes=10), timedelta(minutes=25)


class Written(NamedTuple):
    """A ticket with what belongs to it, not yet saved."""

    ticket: Ticket
    messages: list[Message]
    events: list[TicketEvent]


class About(NamedTuple):
    """The subscription that a ticket is about."""

    subscription: int
    customer: int
    product: str
    started_on: date


def ticket(number: str, about: About, staff: Sequence[User], today: date, chance: Random) -> Written:
    """A ticket of yesterday or before and what belongs to it."""
    is_young = chance.random() < YOUNG
    days_ago = chance.randint(1, YOUNG_DAYS) if is_young else chance.randint(YOUNG_DAYS + 1, OLDEST_DAYS)
    script = chance.choice(SCRIPTS)
    status, messages = script.status, list(script.messages)
    if status in Ticket.UNFINISHED and not is_young:
        status, last_words = chance.choice(LAST_WORDS)
        messages = [*messages[:3], (STAFF, last_words)]
    opened = datetime.combine(
        today - timedelta(days=min(days_ago, max(1, (today - about.started_on).days))),
        time(chance.randint(7, 14), chance.randint(0, 59)),
        get_current_timezone(),
    )
    agent = chance.choice(staff) if staff else None
    row = Ticket(
        number=number,
        type=script.type,
        subject=script.subject,
        status=status,
        priority=_priority(script, chance),
        assignee=agent if len(messages) > 1 else None,
        customer_id=about.customer,
        subscription_id=about.subscription,
        created_at=opened,
        updated_at=opened + BETWEEN * (len(messages) - 1),
        wrote_at=_last(CUSTOMER, messages, opened) or opened,
        answered_at=_last(STAFF, messages, opened) if agent else None,
        token=token(chance),
    )
    row.act_by = act_by.act_by(row, today)
    written = [
        Message(
            author_id=about.customer if who == CUSTOMER or agent is None else agent.pk,
            body=text.format(product=about.product),
            is_internal=who == NOTE,
            created_at=opened + BETWEEN * n,
            token=token(chance),
        )
        for n, (who, text) in enumerate(messages)
    ]
    return Written(row, written, _events(row, agent))


def of_request(request: CancellationRequest, number: str, staff: Sequence[User], chance: Random) -> Written:
    """The ticket of a request to cancel, whose subscription is saved, and what belongs to it.

    Of one that is undecided `act_by` is not yet known: it depends on the request, which needs the ticket first.
    """
    subscription = request.subscription
    row = Ticket(
        number=number,
        type=Ticket.Type.CANCEL,
        subject=f"Cancel {subscription.plan.product.name}",
        subject_is_ours=True,
        status=Status.RESOLVED if request.decided_at else chance.choice(Ticket.UNFINISHED),
        customer_id=subscription.customer_id,
        subscription_id=subscription.pk,
        created_at=request.requested_at,
        updated_at=request.decided_at or request.requested_at,
        wrote_at=request.requested_at,
        token=token(chance),
    )
    if row.status != Status.OPEN and staff:
        row.assignee = chance.choice(staff)
    message = Message(
        author_id=subscription.customer_id,
        body=request.message,
        created_at=request.requested_at,
        is_request=True,
        token=token(chance),
    )
    return Written(row, [message] if request.message else [], _events(row, row.assignee))


def token(chance: Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)


def _priority(script: Script, chance: Random) -> int:
    return script.priority if chance.random() < KEEPS_PRIORITY else chance.choice(PRIORITIES)


def _last(who: str, messages: Sequence[tuple[str, str]], opened: datetime) -> datetime | None:
    """When that side last wrote."""
    steps = [n for n, (author, _text) in enumerate(messages) if author == who]
    return opened + BETWEEN * steps[-1] if steps else None


def _events(row: Ticket, agent: User | None) -> list[TicketEvent]:
    """How it came to its assignee and its status: the one soon after it was opened, the other last."""
    events = []
    if row.assignee:
        events.append(triage.event(row, "assignee", None, row.assignee, agent))
        events[-1].at = row.created_at + SOON
    if row.status != Status.OPEN:
        events.append(triage.event(row, "status", Status.OPEN, row.status, agent))
        events[-1].at = row.updated_at
    return events
