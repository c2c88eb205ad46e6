import copy
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from portal_project.common.facts import Fact
from portal_project.common.numbers import random_number
from products.intervals import HALF_A_YEAR, Interval
from products.models import Plan, price_fact, price_text
from subscriptions.models.billing import MOST_INVOICES, NO_PLAN_CHANGE, NO_PRICE_CHANGE
from subscriptions.models.canceling import Canceling
from subscriptions.models.event import EventKind, SubscriptionEvent
from subscriptions.rules import periods
from subscriptions.rules.actions import ACTIONS
from subscriptions.rules.states import Action, Status

if TYPE_CHECKING:
    from portal_project.accounts.models import User


# Of what renews soon, who is told beforehand; in the words of its index, or PostgreSQL would not use that.
RENEWS_AFTER_LONG = Q(status=Status.ACTIVE, cancels_on=None, pauses_on=None) & reduce(
    or_, (Q(interval=interval, interval_count__gte=count) for interval, count in HALF_A_YEAR.items())
)


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def due(self, today: date) -> Self:
        """Those whose dates ask for something on or before the day."""
        return self.filter(due_on__lte=today)

    def running(self) -> Self:
        """Those that have not ended, as they were last written."""
        return self.exclude(status=Status.CANCELED)

    def ended(self) -> Self:
        return self.filter(status=Status.CANCELED)

    def with_room_for(self, action: Action) -> Self:
        """Those whose status and dates, as they were last written, let their customers do it, if the product offers it."""
        found = self.filter(status__in=ACTIONS[action].sources, cancels_on=None)
        return found.filter(pauses_on=None) if action == Action.PAUSE else found

    def for_policies(self, today: date) -> Self:
        """With what verdicts and dates are made of: plan, product, customer, own pauses of 12 months, plans to change to."""
        return self.select_related("plan__product", "next_plan__product", "customer").with_counts(today)

    def with_counts(self, today: date) -> Self:
        """With the numbers that verdicts are made of: own pauses of 12 months, plans to change to."""
        begun = (
            SubscriptionEvent.objects.own_pauses_in_year(today)
            .filter(subscription=OuterRef("pk"))
            .order_by()
            .values("subscription")
            .annotate(count=Count("*"))
            .values("count")
        )
        return self.annotate(
            own_pauses_in_year=Coalesce(Subquery(begun), 0), open_plans=Coalesce(Subquery(_open_plans()), 0)
        )


def _open_plans() -> models.QuerySet[Any, Any]:
    """How many plans of the product customers may change to in their currency, the present one included."""
    open_to_change = Plan.objects.filter(is_active=True, is_open_to_change=True)
    mine = open_to_change.filter(product=OuterRef("plan__product"), currency=OuterRef("currency"))
    return mine.order_by().values("product").annotate(count=Count("*")).values("count")


class Subscription(Canceling):
    """One customer's contract on one plan. Its dates are written by the unit of work alone."""

    objects = SubscriptionQuerySet.as_manager()

    own_pauses_in_year: int
    """Annotated by `with_counts`, and counted under the lock where the product has a limit."""
    open_plans: int | None = None
    """Annotated by `with_counts`; None under the lock, where the one plan that was chosen is asked about."""

    class Meta:
        verbose_name = "subscription"
        verbose_name_plural = "subscriptions"
        ordering = ["-id"]
        permissions = [
            ("operate_subscription", "Can pause, resume, cancel and keep subscriptions"),
            ("reprice_subscription", "Can change the price of subscriptions"),
        ]
        indexes = [
            models.Index("due_on", "id", name="subscription_due", condition=Q(due_on__isnull=False)),
            models.Index("cancels_on", name="subscription_ends", condition=Q(cancels_on__isnull=False)),
            models.Index("status", "id", name="subscription_by_status"),
            models.Index("id", name="subscription_in_notice", condition=Q(cancels_on__isnull=False)),
            models.Index("canceled_on", name="subscription_ended", condition=Q(canceled_on__isnull=False)),
            models.Index("resumes_on", name="subscription_resumes_soon", condition=Q(status=Status.PAUSED)),
            models.Index("period_end", name="subscription_trial_ends", condition=Q(status=Status.TRIALING)),
            models.Index("period_end", name="subscription_renews", condition=RENEWS_AFTER_LONG),
        ]
        constraints = [
            models.CheckConstraint(name="status_known", condition=Q(status__in=Status.values)),
            models.CheckConstraint(
                name="interval_known", condition=Q(interval__in=Interval.values, interval_count__gte=1)
            ),
            models.CheckConstraint(name="amount_not_negative", condition=Q(amount__gte=0)),
            models.CheckConstraint(
                name="paused_exactly_when_paused_on",
                condition=Q(status=Status.PAUSED, paused_on__isnull=False)
                | (~Q(status=Status.PAUSED) & Q(paused_on=None)),
            ),
            models.CheckConstraint(
                name="canceled_exactly_when_canceled_on",
                condition=Q(status=Status.CANCELED, canceled_on__isnull=False)
                | (~Q(status=Status.CANCELED) & Q(canceled_on=None)),
            ),
            models.CheckConstraint(
                name="cancels_on_only_when_not_canceled",
                condition=Q(cancels_on=None) | ~Q(status=Status.CANCELED),
            ),
            models.CheckConstraint(
                name="pauses_on_only_when_active_without_end",
                condition=Q(pauses_on=None) | Q(status=Status.ACTIVE, cancels_on=None),
            ),
            models.CheckConstraint(
                name="resumes_on_only_after_a_pause",
                # A comparison with NULL is neither true nor false, and such a CHECK passes: so ask for the date as well.
                condition=Q(resumes_on=None)
                | Q(paused_on__isnull=False, paused_on__lt=F("resumes_on"))
                | Q(pauses_on__isnull=False, pauses_on__lt=F("resumes_on")),
            ),
            models.CheckConstraint(
                name="discount_has_a_percentage_and_invoices",
                condition=Q(discount_percent=0, discount_invoices_left=0)
                | Q(
                    discount_percent__gte=1,
                    discount_percent__lte=100,
                    discount_invoices_left__gte=1,
                    discount_invoices_left__lte=MOST_INVOICES,
                ),
            ),
            models.CheckConstraint(
                name="next_plan_with_its_price",
                condition=Q(**NO_PLAN_CHANGE)
                | Q(
                    next_plan__isnull=False,
                    next_amount__isnull=False,
                    next_amount__gte=0,
                    next_interval_count__isnull=False,
                    next_interval__in=Interval.values,
                    next_interval_count__gte=1,
                ),
            ),
            models.CheckConstraint(
                name="discount_and_next_plan_lapse_with_the_end",
                condition=~Q(status=Status.CANCELED) | Q(discount_invoices_left=0, next_plan=None),
            ),
            models.CheckConstraint(
                name="new_amount_with_its_day",
                condition=Q(**NO_PRICE_CHANGE)
                | Q(new_amount__isnull=False, new_amount__gte=0, new_amount_from__isnull=False),
            ),
            models.CheckConstraint(
                name="new_amount_lapses_with_the_end_and_another_plan",
                condition=Q(new_amount=None) | (~Q(status=Status.CANCELED) & Q(next_plan=None)),
            ),
            models.CheckConstraint(name="split_discount_is_a_percentage", condition=Q(split_discount_percent__lte=100)),
            models.CheckConstraint(name="period_has_a_day", condition=Q(period_start__lt=F("period_end"))),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.plan.product.name}"

    @classmethod
    def begin(cls, customer: "User", plan: Plan, today: date) -> "Subscription":
        """A new one in memory, with the plan's trial or its first period from today on; `unit_of_work.add` bills and saves it."""
        billed_from = periods.period_start(today, Interval.DAY, 1, plan.trial_days)
        subscription = cls(
            number=random_number("S"),
            customer=customer,
            plan=plan,
            **{name: getattr(plan, name) for name in Plan.COPIED},
            status=Status.TRIALING if plan.trial_days else Status.ACTIVE,
            started_on=today,
            anchor_on=billed_from,
            period_start=today,
            period_end=billed_from,
        )
        subscription._change(EventKind.STARTED, today)
        return subscription

    def draft(self) -> "Subscription":
        """A copy to try things on; nothing done to it touches this object or the database."""
        draft = copy.copy(self)
        draft._state = copy.copy(self._state)
        draft._state.fields_cache = self._state.fields_cache.copy()
        draft.new_events, draft.new_invoices = [*self.new_events], [*self.new_invoices]
        return draft

    def get_absolute_url(self) -> str:
        return reverse("subscription", args=[self.number])

    @property
    def price_fact(self) -> Fact:
        return price_fact(self.amount, self.currency, self.interval, self.interval_count)

    @property
    def price(self) -> str:
        """Such as "€19.00 / month"."""
        return price_text(self.amount, self.currency, self.interval, self.interval_count)

    @property
    def new_price(self) -> str:
        """The price to come, written as `price`; empty where none is."""
        if self.new_amount is None:
            return ""
        return price_text(self.new_amount, self.currency, self.interval, self.interval_count)

    @property
    def next_billing_on(self) -> date | None:
        """The day of the next invoice that is already certain, or None."""
        billed = self.status in (Status.ACTIVE, Status.TRIALING) and self.pauses_on is None
        ends_first = self.cancels_on is not None and self.cancels_on <= self.period_end
        return self.period_end if billed and not ends_first else None
