"""Whether the floor and the job leave the same rows: each does the same day, and is rolled back."""

from collections.abc import Callable
from datetime import date

from django.db import transaction
from django.db.models import F

from portal_project.mail.models import OutgoingMail
from subscriptions.lifecycle import due
from subscriptions.models import Invoice, Subscription, SubscriptionEvent
from tests.benchmarks import floor


def check(today: date, rows: int) -> None:
    """Raises `SystemExit` with the first difference."""
    keys = list(Subscription.objects.due(today).values_list("pk", flat=True))
    by_floor, by_job = _after(floor.run, today, keys), _after(due.apply, today, keys)
    if len(keys) != rows or by_floor != by_job:
        one = next((pair for pair in zip(by_floor, by_job, strict=False) if pair[0] != pair[1]), None)
        raise SystemExit(f"The floor and the job differ over {len(keys)} rows: {one}")


def _after(run: Callable[[date], object], today: date, keys: list[int]) -> list[tuple]:
    try:
        with transaction.atomic():
            known = {model: model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0 for model in MADE}
            run(today)
            facts = _facts(keys, known)
            raise _RollBack
    except _RollBack:
        return facts


class _RollBack(Exception):
    pass


MADE = (SubscriptionEvent, Invoice, OutgoingMail)


def _facts(keys: list[int], known: dict) -> list[tuple]:
    """Everything but ids, numbers and instants."""
    invoice = [field.attname for field in Invoice._meta.concrete_fields if field.attname not in ("id", "number")]
    event = ("subscription", "kind", "channel", "own", "effective_on", "changes")
    mail = ("recipient", "template", "context", "state")
    return [
        *Subscription.objects.filter(pk__in=keys).order_by("pk").values_list(),
        *_new(SubscriptionEvent, known).order_by("subscription", "pk").values_list(*event),
        *_new(Invoice, known).order_by("subscription").values_list(*invoice),
        *_new(OutgoingMail, known).order_by(F("context__number"), "template").values_list(*mail),
    ]


def _new(model: type, known: dict):
    return model.objects.filter(pk__gt=known[model])
