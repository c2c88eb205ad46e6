"""The messages of a ticket, a page at a time."""

from dataclasses import dataclass

from django.db.models import QuerySet

from portal_project.common.keys import key
from support.models import Message

SHOWN = 200


@dataclass(frozen=True)
class Conversation:
    messages: list[Message]
    """Oldest first, with their authors and attachments."""
    earlier: int | None
    """The `before` of the page with what came earlier, or None on the first one."""
    is_latest: bool

    @property
    def last(self) -> int:
        """The key of the newest message, 0 for none."""
        return self.messages[-1].pk if self.messages else 0


def conversation(messages: QuerySet[Message], before: str = "") -> Conversation:
    """The latest `SHOWN` of the messages, or those before the message with that key. An odd value shows the latest."""
    first_shown = key(before)
    if first_shown is not None:
        messages = messages.filter(pk__lt=first_shown)
    read = messages.only("ticket", "body", "language", "is_internal", "created_at", "author__name", "author__email")
    wanted = read.select_related("author").prefetch_related("attachments").order_by("-pk")
    newest = list(wanted[: SHOWN + 1])
    shown = newest[:SHOWN][::-1]
    return Conversation(shown, shown[0].pk if len(newest) > SHOWN else None, is_latest=first_shown is None)
