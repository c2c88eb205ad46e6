"""Mails that tell of an automatic resume a few days ahead, with what it will charge."""

from datetime import date, timedelta

import structlog
from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, Value
from django.db.models.functions import Cast, Concat

from portal_project.mail import outbox
from portal_project.mail.models import OutgoingMail
from subscriptions.lifecycle.notifications import bill_context, context
from subscriptions.lifecycle.unit_of_work import caught_up
from subscriptions.models import Subscription, SubscriptionQuerySet
from subscriptions.preview.trial_run import Bill, upcoming
from subscriptions.rules.dates_in_words import day
from subscriptions.rules.states import Status

log = structlog.get_logger(__name__)

AHEAD = timedelta(days=3)
# Who pauses for a shorter time remembers it.
LONG = timedelta(days=7)
AT_ONCE = 500


def add(today: date) -> None:
    """Write the reminders that are missing. Safe to repeat and to run in parallel: one for each date of a pause."""
    keys = list(_unwritten(today).order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(keys), AT_ONCE):
        _write(keys[first : first + AT_ONCE], today)


def _unwritten(today: date) -> SubscriptionQuerySet:
    """Those that resume by themselves within the next days, and were not told of this date."""
    key = Concat(Value("reminder:"), _text("pk"), Value(":"), _text("resumes_on"), output_field=CharField())
    soon = Subscription.objects.filter(
        status=Status.PAUSED,
        resumes_on__gt=today,
        resumes_on__lte=today + AHEAD,
        paused_on__lte=F("resumes_on") - LONG,
        cancels_on=None,
        customer__wants_status_mails=True,
    )
    return soon.annotate(reminder=key).exclude(Exists(OutgoingMail.objects.filter(key=OuterRef("reminder"))))


def _text(field: str) -> Cast:
    return Cast(field, CharField())


def _write(keys: list[int], today: date) -> None:
    """Under a lock, so that a date changed at the same moment is not told of; rows that others hold wait for the next run."""
    with transaction.atomic():
        rows = _unwritten(today).filter(pk__among=keys).select_for_update(of=("self",), skip_locked=True)
        mails = [_reminder(subscription, today) for subscription in caught_up(rows, today, _log_failure)]
        outbox.add_all(mail for mail in mails if mail)


def _reminder(subscription: Subscription, today: date) -> OutgoingMail | None:
    try:
        return _mail(subscription, *upcoming(subscription, today, count=1))
    except Exception as error:  # whatever is wrong with one must not stop the others
        _log_failure(subscription, error)
        return None


def _mail(subscription: Subscription, bill: Bill) -> OutgoingMail:
    resumes_on = subscription.resumes_on
    return OutgoingMail(
        key=f"reminder:{subscription.pk}:{resumes_on}",
        thread=subscription.number,
        recipient=subscription.customer.email,
        template="subscriptions/reminder",
        context=context(subscription)
        | {"resumes_on": day(resumes_on), "bill": bill_context(bill), "is_billed_then": bill.on == resumes_on},
    )


def _log_failure(subscription: Subscription, error: Exception) -> None:
    log.error("no reminder", number=subscription.number, exc_info=error)
