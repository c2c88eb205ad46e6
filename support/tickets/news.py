"""What others did to a ticket while somebody of the staff had a page of it open: written, decided, offered."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.timezone import localtime

from portal_project.common.keys import key
from portal_project.common.locales import moment
from support.models import Message, Offer, Ticket, TicketEvent

if TYPE_CHECKING:
    from portal_project.accounts.models import User

Kind = TicketEvent.Kind
FINISHED = [status for status in Ticket.Status.values if status not in Ticket.UNFINISHED]


class Seen(NamedTuple):
    """How far somebody has read: the keys of the newest message, event and offer on their page, 0 for none. As text `7.0.2`."""

    message: int
    event: int
    offer: int

    def __str__(self) -> str:
        return f"{self.message}.{self.event}.{self.offer}"

    @classmethod
    def all_of(cls, ticket: Ticket) -> "Seen":
        """Everything that there is by now."""
        offers = Offer.objects.filter(request__ticket=OuterRef("pk"))
        newest = [
            Coalesce(Subquery(rows.order_by("-pk").values("pk")[:1]), 0)
            for rows in (_of_ticket(Message), _of_ticket(TicketEvent), offers)
        ]
        return cls(*Ticket.objects.filter(pk=ticket.pk).values_list(*newest).get())

    @classmethod
    def parsed(cls, text: str) -> "Seen | None":
        keys = [each for part in text.split(".", 3) if (each := key(part)) is not None]
        return cls(*keys) if len(keys) == len(cls._fields) else None


def _of_ticket(model: type[Model]) -> QuerySet[Any]:
    return model._default_manager.filter(ticket=OuterRef("pk"))


class SeenField(forms.Field):
    """Carried by the page; None for what no page carries, which asks for no check."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def to_python(self, value: Any) -> Seen | None:
        return Seen.parsed(str(value or ""))


class Act(NamedTuple):
    at: datetime
    who: str
    what: str


@dataclass(frozen=True)
class News:
    """Falsy where there is none; as text what to say of it, such as "Sam answered at 14:03"."""

    messages: list[Message]
    """With their authors, oldest first."""
    acts: list[Act]
    """These, and all else."""
    today: date

    def __bool__(self) -> bool:
        return bool(self.acts)

    def __str__(self) -> str:
        """What somebody did several times is told once, as of the last time."""
        latest = {(act.who, act.what): act.at for act in self.acts}
        return "; ".join(f"{who} {what} {_time(at, self.today)}" for (who, what), at in latest.items())


class Overtaken(Exception):
    """Others were quicker, so that nothing was done; `news` is what they did."""

    def __init__(self, news: News) -> None:
        super().__init__(str(news))
        self.news = news


def since(seen: Seen, ticket: Ticket, by: "User", today: date) -> News:
    """What others than this person did. Of changes of the status those count that finish the ticket."""
    messages = ticket.messages.filter(pk__gt=seen.message).exclude(author=by).select_related("author")
    read = list(messages)
    acts = [*_written(read, ticket), *_decided(seen, ticket, by), *_offered(seen, ticket, by)]
    return News(read, sorted(acts), today)


def _written(messages: list[Message], ticket: Ticket) -> Iterator[Act]:
    for message in messages:
        what = "wrote a note" if message.is_internal else "answered"
        yield Act(
            message.created_at,
            message.author.get_full_name(),
            "wrote" if message.author_id == ticket.customer_id else what,
        )


def _decided(seen: Seen, ticket: Ticket, by: "User") -> Iterator[Act]:
    newer = ticket.events.filter(pk__gt=seen.event, kind__in=(Kind.STATUS, Kind.REQUEST)).exclude(actor=by)
    for event in newer.select_related("actor"):
        if event.kind == Kind.REQUEST or event.new in FINISHED:
            who = event.actor.get_full_name() if event.actor else "The portal"
            is_made = event.kind == Kind.REQUEST
            yield Act(event.at, who, "made it a cancellation request" if is_made else f"set it to “{event.became}”")


def _offered(seen: Seen, ticket: Ticket, by: "User") -> Iterator[Act]:
    newer = Offer.objects.filter(request__ticket=ticket.pk, pk__gt=seen.offer).exclude(made_by=by)
    for offer in newer.select_related("plan", "made_by"):
        yield Act(offer.made_at, offer.made_by.get_full_name(), f"offered “{offer}”")


def _time(at: datetime, today: date) -> str:
    local = localtime(at)
    return f"at {local:%H:%M}" if local.date() == today else f"on {moment(local)}"
