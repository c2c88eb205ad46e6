"""The demo's acts on many: one that is done, with rows to which it was not possible, and one that somebody stopped."""

from datetime import date, timedelta
from uuid import UUID

from portal_project.accounts.models import User
from portal_project.demo import people
from products.models import Plan
from subscriptions.bulk import running, steering
from subscriptions.models import BulkAct, Subscription
from subscriptions.rules.states import Status

PAUSED, ENDED, CHANGED, DONE = 5, 2, 6, 2


def add(today: date, merchant: User) -> None:
    others = Subscription.objects.exclude(customer__email__in=[people.ALICE, people.BOB]).order_by("pk")
    run_on = others.filter(status=Status.ACTIVE, cancels_on=None, pauses_on=None, next_plan=None)
    paused = [*run_on[:PAUSED], *others.filter(status=Status.CANCELED)[:ENDED]]
    until = (today + timedelta(days=60)).isoformat()
    act = _confirmed("pause", {"resumes_on": until}, paused, today, merchant)
    running.work(act.pk, today, PAUSED)
    # The plan that most could change to.
    siblings = {
        plan: run_on.filter(plan__product=plan.product, currency=plan.currency)
        for plan in Plan.objects.filter(is_active=True).select_related("product")
    }
    plan, changed = max(siblings.items(), key=lambda each: each[1].exclude(plan=each[0]).count())
    act = _confirmed("change_plan", {"plan": str(plan.pk)}, [*changed.exclude(plan=plan)[:CHANGED]], today, merchant)
    running.work(act.pk, today, DONE)
    steering.stop(act, by=merchant)


def _confirmed(kind: str, values: dict[str, str], rows: list[Subscription], today: date, merchant: User) -> BulkAct:
    keys = sorted(row.pk for row in rows)
    act = steering.begin(kind, values, chosen=keys, token=UUID(int=len(rows)), by=merchant, today=today)
    steering.confirm(BulkAct.objects.get(pk=act.pk), by=merchant, today=today)
    return act
