"""An action as a person confirmed it: decided once, under the lock, and done there if it still has the announced effect."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404

from subscriptions.billing.catch_up import as_of
from subscriptions.confirm import receipts
from subscriptions.confirm.forms import ActionForm
from subscriptions.lifecycle.unit_of_work import changing_one
from subscriptions.models import Channel, SubscriptionQuerySet

if TYPE_CHECKING:
    from portal_project.accounts.models import User


class Unconfirmed(Exception):
    """Nothing was done: the form is not valid, or what would happen now is not what it had announced."""


def shown(
    form_class: Callable[..., ActionForm], data: Any, subscriptions: SubscriptionQuerySet, *, by: "User", today: date
) -> ActionForm:
    """The form of the one subscription of the queryset as its page shows it, tried on a copy; `data` is None or what was sent.

    Raises `NotAllowed`, or `Http404` when there is no such subscription.
    """
    subscription = as_of(get_object_or_404(subscriptions.for_policies(today)), today)
    form = form_class(data, subscription=subscription, by=by, today=today)
    form.verdict().enforce()
    form.full_clean()
    return form


def confirm(
    form_class: Callable[..., ActionForm],
    data: Any,
    subscriptions: SubscriptionQuerySet,
    *,
    by: "User",
    today: date,
    channel: Channel,
) -> ActionForm:
    """Do what the form's data confirm to the one subscription of the queryset, and return the form it was done by.

    Raises `NotAllowed`, `Unconfirmed`, or `Http404` when there is no such subscription; then nothing is written.
    """
    with changing_one(subscriptions, today=today, by=by, channel=channel) as subscription:
        form = form_class(data, subscription=subscription, by=by, today=today)
        form.verdict().enforce()
        if not form.is_valid():
            raise Unconfirmed
        form.carry_out()
        if not form.has_its_announced_effect():
            raise Unconfirmed
        form.conclude(channel)
        if channel == Channel.PORTAL:
            receipts.give_for(form)
    return form
