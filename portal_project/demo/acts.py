"""What people in the demo do; each act takes the way of the portal's own pages, with its verdict and announcement."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from portal_project.accounts.models import User
from portal_project.demo.timeline import Act
from products.models import Plan
from subscriptions.billing.catch_up import as_of
from subscriptions.confirm.confirmation import Confirmation
from subscriptions.lifecycle import unit_of_work
from subscriptions.models import Channel, LinkedService, Subscription, SubscriptionQuerySet
from subscriptions.preview.trial_run import effect_of
from subscriptions.rules import policies
from subscriptions.rules.states import Action
from support.cancellations import requests

Subscriptions = dict[str, Subscription]
"""What has been started so far, each under a name of its own; an act finds its subscription when its day comes."""


def start(subscriptions: Subscriptions, name: str, customer: User, plan: Plan) -> Act:
    """Begin a subscription and keep it under the name."""

    def act(today: date) -> None:
        subscription = Subscription.begin(customer, plan, today)
        unit_of_work.add([subscription], today=today, by=customer, channel=Channel.PORTAL)
        subscriptions[name] = subscription

    return act


def pause(subscriptions: Subscriptions, name: str, *, days: int | None = None) -> Act:
    """The customer pauses; `days` after the day of asking it resumes by itself, or else as the product says."""

    def act(today: date) -> None:
        resumes_on = today + timedelta(days=days) if days else None
        _do(subscriptions[name], Action.PAUSE, today, lambda s: s.pause(today, resumes_on=resumes_on, own=True))

    return act


def resume(subscriptions: Subscriptions, name: str) -> Act:
    return lambda today: _do(subscriptions[name], Action.RESUME, today, lambda s: s.resume(today))


def request(subscriptions: Subscriptions, name: str, reason: str, message: str, by: User | None = None) -> Act:
    """A cancellation request, by the customer, or by staff on their behalf."""

    def act(today: date) -> None:
        mine, who, channel = _door(subscriptions[name], by)
        announced = _announce(mine, Action.SCHEDULE_CANCELLATION, requests.scheduling(today), today)
        confirmation = Confirmation(who, today, channel, announced)
        requests.submit(mine, confirmation, reason=reason, message=message)

    return act


def withdraw(subscriptions: Subscriptions, name: str) -> Act:
    def act(today: date) -> None:
        mine, who, channel = _door(subscriptions[name], None)
        announced = _announce(mine, Action.WITHDRAW_CANCELLATION, requests.withdrawing(today), today)
        requests.withdraw(mine, Confirmation(who, today, channel, announced))

    return act


def cancel_now(subscriptions: Subscriptions, name: str, by: User | None = None) -> Act:
    def act(today: date) -> None:
        mine, who, channel = _door(subscriptions[name], by)
        announced = _announce(mine, Action.CANCEL, requests.canceling(today), today)
        requests.cancel_now(mine, Confirmation(who, today, channel, announced))

    return act


def link(subscriptions: Subscriptions, name: str, services: Iterable[tuple[str, str, int]]) -> Act:
    """Link services, each a kind, a name, and in how many days from now on it renews."""

    def act(today: date) -> None:
        LinkedService.objects.bulk_create(
            LinkedService(
                subscription=subscriptions[name], kind=kind, name=service, renews_on=today + timedelta(days=days)
            )
            for kind, service, days in services
        )

    return act


def _do(subscription: Subscription, action: Action, today: date, verb: Callable[[Subscription], None]) -> None:
    mine, who, channel = _door(subscription, None)
    with unit_of_work.changing_one(mine, today=today, by=who, channel=channel) as locked:
        policies.may(action, locked, by=who, today=today).enforce()
        verb(locked)


def _door(subscription: Subscription, staff: User | None) -> tuple[SubscriptionQuerySet, User, Channel]:
    mine = Subscription.objects.filter(pk=subscription.pk)
    return mine, staff or subscription.customer, Channel.ADMIN if staff else Channel.PORTAL


def _announce(mine: SubscriptionQuerySet, action: Action, act: Callable[[Subscription], None], today: date) -> str:
    """What the page would have announced, signed, as its form carries it."""
    subscription = as_of(mine.for_policies(today).get(), today)
    return effect_of(action, act, subscription, today).signed(subscription)
