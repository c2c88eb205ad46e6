"""The demo's tickets: customers write, staff answer, and each ticket comes to where its script leaves it."""

from datetime import date, time
from uuid import uuid4

from portal_project.accounts.models import User
from portal_project.demo.acts import Subscriptions
from portal_project.demo.conversations import CUSTOMER, NOTE, SAVED_REPLIES, STAFF, Script
from portal_project.demo.other_languages import in_dutch_and_german
from portal_project.demo.timeline import Act, Timeline
from support.models import SavedReply, Ticket
from support.tickets import triage
from support.tickets.opening import open_ticket, reply


class Conversation:
    """One ticket of one customer about the subscription of that name."""

    def __init__(self, script: Script, customer: User, staff: User, subscriptions: Subscriptions, name: str) -> None:
        self.script, self.customer, self.staff = script, customer, staff
        self._subscriptions, self._name = subscriptions, name
        self.ticket: Ticket | None = None

    def plan(self, timeline: Timeline, days_ago: int, minute: int) -> None:
        """A message a day, the last ones of a young ticket all yesterday, and later in the day."""
        for step, (who, text) in enumerate(self.script.messages):
            timeline.at(max(1, days_ago - step), time(8 + 2 * step, minute), self._write(who, text))
        timeline.at(max(1, days_ago - len(self.script.messages) + 1), time(19, minute), self._leave)

    def _write(self, who: str, text: str) -> Act:
        author = self.customer if who == CUSTOMER else self.staff

        def act(day: date) -> None:
            if not self.ticket:
                self.ticket = self._open(text, day)
            else:
                body = text.format(product=self._subscriptions[self._name].product.name)
                reply(self.ticket, author=author, body=body, token=uuid4(), today=day, is_internal=who == NOTE)

        return act

    def _open(self, text: str, day: date) -> Ticket:
        subscription = self._subscriptions[self._name]
        return open_ticket(
            customer=self.customer,
            kind=self.script.type,
            subject=self.script.subject,
            body=text.format(product=subscription.plan.product.name),
            subscription=subscription,
            token=uuid4(),
            today=day,
        )

    def _leave(self, day: date) -> None:
        answered = any(who in (STAFF, NOTE) for who, _text in self.script.messages)
        assignee = self.staff if answered else None
        if self.ticket:
            left = {"status": self.script.status, "priority": self.script.priority, "assignee": assignee}
            triage.change([self.ticket.pk], by=self.staff, today=day, **left)


def answer_request(subscriptions: Subscriptions, name: str, staff: User, text: str) -> Act:
    """Staff take the ticket of an undecided cancellation request, and write to the customer."""

    def act(day: date) -> None:
        ticket = Ticket.objects.get(
            cancellation_request__subscription=subscriptions[name], cancellation_request__decided_at=None
        )
        reply(ticket, author=staff, body=text, token=uuid4(), today=day)
        taken = {"status": Ticket.Status.IN_REVIEW, "priority": Ticket.Priority.HIGH, "assignee": staff}
        triage.change([ticket.pk], by=staff, today=day, **taken)

    return act


def make_saved_replies() -> None:
    SavedReply.objects.bulk_create(
        SavedReply(title=title, body=body, translations=in_dutch_and_german(body=body))
        for title, body in SAVED_REPLIES.items()
    )
