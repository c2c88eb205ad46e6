"""Mails that tell of a day that comes by itself, so many days ahead (`docs/design.md`, Reminders)."""

from datetime import date, timedelta

import structlog
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat

from portal_project.accounts.models import Merchant
from portal_project.mail import outbox
from portal_project.mail.models import OutgoingMail
from subscriptions.lifecycle.reminder_kinds import KINDS, Kind
from subscriptions.lifecycle.unit_of_work import caught_up
from subscriptions.models import Subscription, SubscriptionEvent, SubscriptionQuerySet

log = structlog.get_logger(__name__)

AT_ONCE = 500


def add(today: date) -> None:
    """Write the reminders that are missing. Safe to repeat and to run in parallel: one for each date that there is."""
    merchant = Merchant.load()
    for kind in KINDS:
        if ahead := kind.ahead(merchant):
            missing = _unwritten(kind, ahead, today).order_by("pk")
            keys = list(missing.values_list("pk", flat=True))
            for first in range(0, len(keys), AT_ONCE):
                _write(kind, missing.filter(pk__among=keys[first : first + AT_ONCE]), today)


def _unwritten(kind: Kind, ahead: timedelta, today: date) -> SubscriptionQuerySet:
    """Those whose day comes soon, who were not told of it, and did not bring it about themselves in these days."""
    soon = Subscription.objects.filter(kind.wanted, **{f"{kind.day}__gt": today, f"{kind.day}__lte": today + ahead})
    acts = SubscriptionEvent.objects.filter(kind.known_by, subscription=OuterRef("pk"))
    knows = acts.filter(effective_on__gte=OuterRef(kind.day) - Value(ahead))
    told = OutgoingMail.objects.filter(key=OuterRef("reminder"))
    return soon.annotate(reminder=_key(kind)).exclude(Exists(told)).exclude(Exists(knows))


def _key(kind: Kind) -> Concat:
    """As `Kind.key` makes it."""
    key, day = Cast("pk", CharField()), Cast(kind.day, CharField())
    return Concat(Value(f"reminder:{kind.name}:"), key, Value(":"), day, output_field=CharField())


def _write(kind: Kind, missing: SubscriptionQuerySet, today: date) -> None:
    """Under a lock, so that a date changed at the same moment is not told of; rows that others hold wait for the next run."""
    with transaction.atomic():
        rows = missing.with_counts(today).select_for_update(of=("self",), skip_locked=True)
        mails = [_reminder(kind, subscription, today) for subscription in caught_up(rows, today, _log_failure)]
        outbox.add_all(mail for mail in mails if mail)


def _reminder(kind: Kind, subscription: Subscription, today: date) -> OutgoingMail | None:
    try:
        return outbox.mail_to(
            subscription.customer,
            key=kind.key(subscription),
            thread=subscription.number,
            template=kind.template,
            context=kind.context(subscription, today),
        )
    except Exception as error:  # whatever is wrong with one must not stop the others
        _log_failure(subscription, error)
        return None


def _log_failure(subscription: Subscription, error: Exception) -> None:
    log.error("no reminder", number=subscription.number, exc_info=error)
