"""What the actions area of a subscription's page shows: each action as a button, or why it is not there."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse

from subscriptions.models import Subscription
from subscriptions.rules.actions import ACTIONS, Button, Contact
from subscriptions.rules.policies import may
from subscriptions.rules.refusals import cancel_action
from subscriptions.rules.states import Action, Code, Status, Verdict

if TYPE_CHECKING:
    from portal_project.accounts.models import User


@dataclass(frozen=True)
class Entry:
    """One action with its verdict; the template shows a button for an OK, else the reason and, where useful, a way to ask."""

    action: Action
    verdict: Verdict
    subscription: Subscription

    @property
    def button(self) -> Button | None:
        return ACTIONS[self.action].button

    @property
    def url(self) -> str:
        return reverse(self.button.page, args=[self.subscription.number]) if self.button else ""

    @property
    def belongs(self) -> bool:
        """Dropping a plan change is shown only where it can be done: about another plan the entry of the plans says it all."""
        return bool(self.verdict) or self.action != Action.DROP_PLAN_CHANGE

    @property
    def contact(self) -> Contact | None:
        """The support request that stands in for what the product does not offer; None where no request does."""
        return ACTIONS[self.action].contact if self.verdict.code == Code.NOT_OFFERED else None

    @property
    def contact_url(self) -> str:
        """That request, already filled in; empty where no request stands in."""
        if self.contact is None:
            return ""
        filled_in = {"type": self.contact.ticket_type, "subscription": self.subscription.number}
        query = urlencode({name: value for name, value in filled_in.items() if value})
        return f"{reverse('support:new')}?{query}"


@dataclass(frozen=True)
class ActionsArea:
    entries: list[Entry]

    @property
    def is_contact_only(self) -> bool:
        """Whether all that belongs on the page is left to support."""
        return bool(self.entries) and all(entry.contact for entry in self.entries)


def actions_area(subscription: Subscription, *, by: "User", today: date) -> ActionsArea:
    """The actions that belong on the page of a subscription that is caught up to `today`, in the order they are shown."""
    if subscription.status == Status.CANCELED:
        return ActionsArea([])
    entries = [
        Entry(action, may(action, subscription, by=by, today=today), subscription) for action in _actions(subscription)
    ]
    return ActionsArea([entry for entry in entries if entry.belongs])


def _actions(subscription: Subscription) -> list[Action]:
    """Of one that has not ended."""
    if subscription.cancels_on:
        return [Action.WITHDRAW_CANCELLATION]
    if subscription.status == Status.PAUSED:
        pausing = [Action.RESUME, Action.CHANGE_RESUME_DATE]
    elif subscription.pauses_on:
        pausing = [Action.CHANGE_RESUME_DATE, Action.DROP_PAUSE]
    else:
        pausing = [Action.PAUSE]
    return [*pausing, Action.CHANGE_PLAN, Action.DROP_PLAN_CHANGE, cancel_action(subscription)]
