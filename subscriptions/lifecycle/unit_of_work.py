"""The unit of work: one mechanism changes one subscription or a million (`docs/design.md`, The unit of work).

Lock, catch up, hand out, and on leaving write everything back in bulk, in one transaction: subscriptions, events, linked
services, mails, and last the invoices with their numbers.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import Http404

from portal_project.common import bulk, numbers
from portal_project.mail import outbox
from products.models import Plan
from subscriptions.billing import invoicing
from subscriptions.billing.catch_up import catch_up
from subscriptions.lifecycle import linked_services, notifications
from subscriptions.models import (
    Channel,
    EventKind,
    Subscription,
    SubscriptionEvent,
    SubscriptionQuerySet,
)
from subscriptions.rules.states import next_step

if TYPE_CHECKING:
    from portal_project.accounts.models import User

# What no verb ever changes. All else is written back where many are, so that a field added later cannot be forgotten.
FIXED = {"id", "number", "external_id", "search_text", "start_token", "customer", "currency", "started_on"}
WRITTEN = [field.name for field in Subscription._meta.concrete_fields if field.name not in FIXED]


@contextmanager
def changing_one(
    queryset: SubscriptionQuerySet, *, today: date, by: "User | None" = None, channel: Channel
) -> Iterator[Subscription]:
    """Lock the one subscription of the queryset, hand it out caught up to today, and write what was done to it.

    Raises `Http404` when there is none. An exception inside the block rolls everything back.
    """
    with transaction.atomic():
        subscription = _locked(queryset)
        if by is not None and by.pk == subscription.customer_id:
            subscription.customer = by
        if subscription.plan.product.max_pauses_per_year is not None:
            # Counted after the lock: while waiting for it, somebody else's pause may have reached the limit.
            subscription.own_pauses_in_year = subscription.events.own_pauses_in_year(today).count()
        catch_up(subscription, today)
        yield subscription
        _finish([subscription], today, by, channel)


def _locked(queryset: SubscriptionQuerySet) -> Subscription:
    rows = queryset.select_related("plan__product").select_for_update(of=("self",))
    # PostgreSQL leaves out a row whose plan was changed while we waited for it; asked again, it is there with the other plan.
    found = list(rows) or list(rows.all())
    if len(found) != 1:
        raise Http404
    return found[0]


@contextmanager
def catching_up(
    queryset: SubscriptionQuerySet,
    *,
    today: date,
    by: "User | None" = None,
    channel: Channel = Channel.JOB,
    skip_locked: bool = False,
    on_failure: Callable[[Subscription, Exception], object],
) -> Iterator[list[Subscription]]:
    """As `changing_one`, for many: the job's, or those of a bulk act, where what only customers' verdicts need is not read.

    A subscription whose steps fail is left out and told to `on_failure`; a failed write rolls everything back. What is taken
    out of the list is not written. `skip_locked` leaves out rows that somebody else holds.
    """
    with transaction.atomic():
        locked = queryset.order_by("pk").select_for_update(of=("self",), skip_locked=skip_locked)
        subscriptions = caught_up(locked, today, on_failure)
        yield subscriptions
        _finish(subscriptions, today, by, channel)


def caught_up(
    queryset: SubscriptionQuerySet, today: date, on_failure: Callable[[Subscription, Exception], object]
) -> list[Subscription]:
    """The queryset's subscriptions with everything due done in memory, but for those that failed."""
    subscriptions = list(queryset)
    _attach(subscriptions)
    done = []
    for subscription in subscriptions:
        try:
            catch_up(subscription, today)
        except Exception as error:  # whatever is wrong with one must not stop the others
            on_failure(subscription, error)
        else:
            done.append(subscription)
    return done


def _attach(subscriptions: list[Subscription]) -> None:
    """What steps and mails read beside the row. A few plans serve them all, so that they are read once, not joined to each."""
    plans = Plan.objects.select_related("product").in_bulk(
        {key for subscription in subscriptions for key in (subscription.plan_id, subscription.next_plan_id) if key}
    )
    keys = {subscription.customer_id for subscription in subscriptions}
    customers = {customer.pk: customer for customer in get_user_model().objects.filter(pk__among=keys)}
    for subscription in subscriptions:
        subscription.plan = plans[subscription.plan_id]
        if subscription.next_plan_id:
            subscription.next_plan = plans[subscription.next_plan_id]
        subscription.customer = customers[subscription.customer_id]


def add(subscriptions: list[Subscription], *, today: date, by: "User | None" = None, channel: Channel) -> None:
    """Save new subscriptions, with what is due and owed of them up to today, in one transaction."""
    with transaction.atomic():
        _finish(subscriptions, today, by, channel)


def _finish(subscriptions: list[Subscription], today: date, by: "User | None", channel: Channel) -> None:
    """Do what the changes made due at once, then write what has changed."""
    changed = []
    for subscription in subscriptions:
        step = next_step(subscription)
        if step and step[0] <= today:
            catch_up(subscription, today)
            step = next_step(subscription)
        due_on = step[0] if step else None
        if subscription.new_events or subscription.due_on != due_on:
            subscription.due_on = due_on
            changed.append(subscription)
    if changed:
        _write(changed, today, by, channel)


def _write(subscriptions: list[Subscription], today: date, by: "User | None", channel: Channel) -> None:
    new = [subscription for subscription in subscriptions if subscription._state.adding]
    old = [subscription for subscription in subscriptions if not subscription._state.adding]
    numbers.draw_free(Subscription.objects, new, numbers.SUBSCRIPTION)
    bulk.insert(new)
    events = [event for subscription in subscriptions for event in subscription.new_events]
    bulk.update(old, _written(events) if len(old) == 1 else WRITTEN)
    _write_events(events, by, channel)
    linked_services.follow(events, today)
    outbox.add_new([mail for event in events if (mail := notifications.mail_about(event))])
    if invoices := [invoice for subscription in subscriptions for invoice in subscription.new_invoices]:
        invoicing.issue(invoices)
    if ended := [event for event in events if event.kind == EventKind.CANCELED]:
        invoicing.correct(ended, today)
    for subscription in subscriptions:
        subscription.new_events.clear()
        subscription.new_invoices.clear()


def _written(events: list[SubscriptionEvent]) -> list[str]:
    """What the events of one subscription have changed; many are written alike, whatever each has changed."""
    changed = {name for event in events for name in event.changes}
    return ["due_on", *(name for name in WRITTEN if name in changed and name != "due_on")]


def _write_events(events: list[SubscriptionEvent], by: "User | None", channel: Channel) -> None:
    for event in events:
        # Once more, because a new subscription has its key only now; the key alone would forget the object.
        event.subscription = event.subscription
        if not event.channel:
            event.channel, event.actor = channel, by
    bulk.insert(events)
