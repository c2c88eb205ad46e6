"""An action as a person confirmed it: under the lock it must still be allowed, and still have the effect that was announced."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from subscriptions.lifecycle.unit_of_work import changing_one
from subscriptions.models import Channel, Subscription, SubscriptionQuerySet
from subscriptions.preview import trial_run
from subscriptions.rules.policies import may
from subscriptions.rules.states import Action

if TYPE_CHECKING:
    from portal_project.accounts.models import User


@dataclass(frozen=True)
class Confirmation:
    """Who confirmed, when, through which door, and the signed effect that the form carried."""

    by: "User"
    today: date
    channel: Channel
    announced: str


@contextmanager
def confirmed(
    subscriptions: SubscriptionQuerySet, action: Action, act: trial_run.Act, confirmation: Confirmation
) -> Iterator[Subscription]:
    """The one subscription of the queryset, locked and caught up, on which `act` may be done now; leaving writes it.

    Raises `NotAllowed`, `preview.EffectChanged`, or `Http404` when there is no such subscription.
    """
    by, today = confirmation.by, confirmation.today
    with changing_one(subscriptions, today=today, by=by, channel=confirmation.channel) as subscription:
        may(action, subscription, by=by, today=today).enforce()
        trial_run.enforce(confirmation.announced, action, act, subscription, today)
        yield subscription
