"""The demo's past, lived through day by day, so that every date, number and mail is one that the portal itself made."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Model
from django.utils.timezone import get_current_timezone, localtime

from portal_project.mail.models import OutgoingMail
from portal_project.receipts.models import Receipt
from products.models import Plan, Product
from subscriptions.lifecycle import due, reminders
from subscriptions.models import SubscriptionEvent
from support.jobs import follow_up
from support.models import CancellationRequest, Message, Offer, Ticket, TicketEvent, WindDownStep

Act = Callable[[date], None]

# What the portal stamps with the clock of the computer, and the demo with the time of its own past.
STAMPS: list[tuple[type[Model], tuple[str, ...]]] = [
    (get_user_model(), ("date_joined", "forgotten_at")),
    (Product.history.model, ("history_date",)),
    (Plan.history.model, ("history_date",)),
    (SubscriptionEvent, ("recorded_at",)),
    (Ticket, ("created_at", "updated_at", "wrote_at", "answered_at")),
    (Message, ("created_at",)),
    (TicketEvent, ("at",)),
    (CancellationRequest, ("requested_at", "decided_at", "answered_at")),
    (WindDownStep, ("done_at",)),
    (Offer, ("made_at", "closed_at")),
    (OutgoingMail, ("created_at", "next_attempt_at")),
    (Receipt, ("given_at",)),
]
NIGHT = time(0, 30)
# Older ones would take their time and stand on no page.
REMINDED = timedelta(days=90)


class Timeline:
    """Acts of past days, and the nightly job between them. `began` is the instant when the loading began."""

    def __init__(self, began: datetime) -> None:
        self.began = began
        self.today = localtime(began).date()
        self._acts: dict[date, list[tuple[time, Act]]] = defaultdict(list)
        # Written once: there are a thousand moments, and most leave nothing to stamp.
        self._stamping = [_stamping(model, field) for model, fields in STAMPS for field in fields]

    def day(self, days_ago: int) -> date:
        return self.today - timedelta(days=days_ago)

    def at(self, days_ago: int, clock: time, act: Act) -> None:
        """Plan an act for a past day; on one day and time, what was planned first comes first."""
        if days_ago < 1:
            raise ValueError("The past ends yesterday: an act of today could lie ahead of the clock.")
        self._acts[self.day(days_ago)].append((clock, act))

    def live(self) -> None:
        """Do it all, in order, up to and including what is due today."""
        day = min(self._acts)
        while day <= self.today:
            self._job(day)
            for clock, act in sorted(self._acts[day], key=lambda entry: entry[0]):
                act(day)
                self._stamp(day, clock)
            day += timedelta(days=1)

    def _job(self, day: date) -> None:
        if due.count(day) or day == self.today:
            if due.apply(day).failed:
                raise RuntimeError(f"The sample data broke a rule on {day}; the log says which.")
            follow_up.run(day)
        if day > self.today - REMINDED:
            reminders.add(day)
        self._stamp(day, NIGHT)

    def _stamp(self, day: date, clock: time) -> None:
        """Whatever bears the time of the loading has just been done, so it belongs to this moment."""
        moment = min(datetime.combine(day, clock, get_current_timezone()), self.began - timedelta(seconds=1))
        instants = [connection.ops.adapt_datetimefield_value(instant) for instant in (moment, self.began)]
        with connection.cursor() as cursor:
            for statement in self._stamping:
                cursor.execute(statement, instants)


def _stamping(model: type[Model], field: str) -> str:
    table, column = map(connection.ops.quote_name, (model._meta.db_table, field))
    return f"UPDATE {table} SET {column} = %s WHERE {column} >= %s"
