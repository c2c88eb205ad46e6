from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Self

from django.utils.translation import gettext as _

from subscriptions.models import EventKind, Subscription, SubscriptionEvent
from subscriptions.rules.dates_in_words import day

if TYPE_CHECKING:
    from portal_project.accounts.models import User

EVENTS_READ = 200


@dataclass(frozen=True)
class History:
    """What changed a subscription, newest first and without its bills, for the person who reads about it."""

    events: Sequence[SubscriptionEvent]
    reader: "User"

    @classmethod
    def of(cls, subscription: Subscription, reader: "User") -> Self:
        """Read in one query; what catching up has just done in memory comes first."""
        written = subscription.events.exclude(kind=EventKind.RENEWED).select_related("actor", "receipt")[:EVENTS_READ]
        return cls(list(written), reader).followed_by(subscription.new_events)

    def followed_by(self, events: Sequence[SubscriptionEvent]) -> Self:
        """With what was done since, oldest first, and is not written yet."""
        coming = [event for event in reversed(events) if event.kind != EventKind.RENEWED]
        return type(self)([*coming, *self.events], self.reader)

    def that_set(self, field: str, value: date) -> SubscriptionEvent | None:
        """The newest change that made the field this day."""
        return next((event for event in self.events if event.new(field) == value.isoformat()), None)

    def on(self, day: date, kind: EventKind) -> SubscriptionEvent | None:
        """The newest change of this kind that took effect on the day."""
        return next((event for event in self.events if event.kind == kind and event.effective_on == day), None)

    @property
    def is_brought_over(self) -> bool:
        """Whether the subscription came from another system, with dates that nobody set here."""
        return any(event.kind == EventKind.IMPORTED for event in self.events)

    def told(self, event: SubscriptionEvent | None, sentence: str, **values: str) -> str:
        """The sentence with who made the change and when; empty where nobody did it yet, or another system."""
        if event is None or event.actor is None:
            return ""
        return sentence % (values | {"who": self._who(event.actor), "day": day(event.effective_on)})

    def _who(self, actor: "User") -> str:
        if actor == self.reader:
            return _("you")
        return actor.get_full_name() if self.reader.is_staff else _("our staff")
