"""What the actions area of a subscription's page shows: each action as a button, or why it is not there."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from subscriptions.models import Subscription
from subscriptions.preview.entry import Entry
from subscriptions.rules.policies import may
from subscriptions.rules.refusals import cancel_action
from subscriptions.rules.states import Action, Status

if TYPE_CHECKING:
    from portal_project.accounts.models import User


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
