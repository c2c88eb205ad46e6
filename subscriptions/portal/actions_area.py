"""What the actions area of a subscription's page shows: each action as a button, or why it is not there."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from subscriptions.models import Subscription
from subscriptions.rules.policies import cancel_action, may
from subscriptions.rules.states import Action, Code, Status, Verdict

if TYPE_CHECKING:
    from portal_project.accounts.models import User

BUTTONS: dict[Action, tuple[str | Promise, str, str]] = {
    Action.PAUSE: (_("Pause Subscription"), "subscriptions:pause", ""),
    Action.DROP_PAUSE: (_("Drop the scheduled pause"), "subscriptions:drop_pause", ""),
    Action.CHANGE_RESUME_DATE: (_("Change the resume date"), "subscriptions:resume_date", ""),
    Action.RESUME: (_("Resume Subscription"), "subscriptions:resume", "primary"),
    Action.SCHEDULE_CANCELLATION: (_("Cancel Subscription"), "cancel_subscription", "danger"),
    Action.CANCEL: (_("Cancel Subscription"), "cancel_subscription", "danger"),
    Action.WITHDRAW_CANCELLATION: (_("Withdraw cancellation"), "withdraw_cancellation", "primary"),
}
# The support request that stands in for an action that is not offered.
TICKET_TYPES = {Action.PAUSE: "pause", Action.SCHEDULE_CANCELLATION: "cancel", Action.CANCEL: "cancel"}


@dataclass(frozen=True)
class Offer:
    """One action with its verdict; the template shows a button for an OK, else the reason and, where useful, a way to ask."""

    action: Action
    verdict: Verdict
    subscription: Subscription

    @property
    def label(self) -> str | Promise:
        return BUTTONS[self.action][0]

    @property
    def url(self) -> str:
        return reverse(BUTTONS[self.action][1], args=[self.subscription.number])

    @property
    def style(self) -> str:
        return BUTTONS[self.action][2]

    @property
    def contact_url(self) -> str:
        """A support request already filled in, where the product does not offer the action; else empty."""
        if self.verdict.code != Code.NOT_OFFERED:
            return ""
        query = urlencode({"type": TICKET_TYPES[self.action], "subscription": self.subscription.number})
        return f"{reverse('support:new')}?{query}"


def offers(subscription: Subscription, *, by: "User", today: date) -> list[Offer]:
    """The actions that belong on the page of a subscription that is caught up to `today`, in the order they are shown."""
    if subscription.status == Status.CANCELED:
        return []
    if subscription.cancels_on:
        shown = [Action.WITHDRAW_CANCELLATION]
    elif subscription.status == Status.PAUSED:
        shown = [Action.RESUME, Action.CHANGE_RESUME_DATE, cancel_action(subscription)]
    elif subscription.pauses_on:
        shown = [Action.CHANGE_RESUME_DATE, Action.DROP_PAUSE, cancel_action(subscription)]
    else:
        shown = [Action.PAUSE, cancel_action(subscription)]
    return [Offer(action, may(action, subscription, by=by, today=today), subscription) for action in shown]
