from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from products.models import Plan
from subscriptions.models.event import EventKind, SubscriptionEvent
from subscriptions.models.fields import SubscriptionFields

if TYPE_CHECKING:
    from subscriptions.models.invoice import Invoice
    from subscriptions.models.subscription import Subscription


class Changes(SubscriptionFields):
    """What verbs have changed in memory: the events, and the invoices owed. A verb neither bills nor mails nor saves.

    The unit of work hands out subscriptions to use verbs on, and writes what came of it. Whether a verb may be used is asked
    of `policies.may` first; a verb itself only refuses dates that would break what it promises. `on` is the day that a change
    takes effect.
    """

    class Meta:
        abstract = True

    @cached_property
    def new_events(self) -> "list[SubscriptionEvent]":
        """Recorded in memory, oldest first; the unit of work writes them."""
        return []

    @cached_property
    def new_invoices(self) -> "list[Invoice]":
        """Owed since the subscription was read; the unit of work numbers and writes them."""
        return []

    def _change(self, kind: EventKind, on: date, **values: Any) -> None:
        changes = {}
        for name, value in values.items():
            old = getattr(self, name)
            if old != value:
                changes[name] = [plain(old), plain(value)]
                setattr(self, name, value)
        own = kind == EventKind.PAUSED and self.pause_is_own
        if own:
            # A limit counts the pauses that catching up has just begun as well.
            self.own_pauses_in_year = getattr(self, "own_pauses_in_year", 0) + 1
        event = SubscriptionEvent(kind=kind, effective_on=on, changes=changes, own=own, channel="")
        event.subscription = cast("Subscription", self)
        event.dates = {"pauses_on": self.pauses_on, "resumes_on": self.resumes_on, "billed_until": self.period_end}
        self.new_events.append(event)


def plain(value: Any) -> Any:
    """A field's value as the event's JSON holds it."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Plan):
        return value.full_name_fact
    return str(value) if isinstance(value, Decimal) else value
