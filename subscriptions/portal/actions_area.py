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
    def contact(self) -> Contact | None:
        """The support request that stands in for what the product does not offer; None where no request does."""
        return ACTIONS[self.action].contact if self.verdict.code == Code.NOT_OFFERED else None

    @property
    def contact_url(self) -> str:
        """That request, already filled in; empty where no request stands in."""
        if self.contact is None:
            return ""
        query = urlencode({"type": self.contact.ticket_type, "subscription": self.subscription.number})
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
    if subscription.cancels_on:
        actions = [Action.WITHDRAW_CANCELLATION]
    elif subscription.status == Status.PAUSED:
        actions = [Action.RESUME, Action.CHANGE_RESUME_DATE, cancel_action(subscription)]
    elif subscription.pauses_on:
        actions = [Action.CHANGE_RESUME_DATE, Action.DROP_PAUSE, cancel_action(subscription)]
    else:
        actions = [Action.PAUSE, cancel_action(subscription)]
    return ActionsArea(
        [Entry(action, may(action, subscription, by=by, today=today), subscription) for action in actions]
    )
