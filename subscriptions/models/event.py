from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from subscriptions.rules import periods


class EventKind(models.TextChoices):
    STARTED = "started", _("Subscription started")
    IMPORTED = "imported", _("Brought over from another system")
    PAUSED = "paused", _("Paused")
    PAUSE_SCHEDULED = "pause_scheduled", _("Pause scheduled")
    PAUSE_DROPPED = "pause_dropped", _("Scheduled pause dropped")
    RESUME_DATE_CHANGED = "resume_date_changed", _("Resume date changed")
    RESUMED = "resumed", _("Resumed")
    CANCELLATION_SCHEDULED = "cancellation_scheduled", _("Cancellation requested")
    CANCELLATION_WITHDRAWN = "cancellation_withdrawn", _("Cancellation withdrawn")
    CANCELED = "canceled", _("Ended")
    TRIAL_CONVERTED = "trial_converted", _("Trial ended")
    RENEWED = "renewed", _("Billed")
    DISCOUNT_GRANTED = "discount_granted", _("Discount granted")
    PLAN_CHOSEN = "plan_chosen", _("Other plan chosen")
    PLAN_CHANGE_DROPPED = "plan_change_dropped", _("Plan change dropped")
    PLAN_CHANGED = "plan_changed", _("Plan changed")
    PRICE_ANNOUNCED = "price_announced", _("New price announced")
    PRICE_CHANGE_DROPPED = "price_change_dropped", _("Price change dropped")
    PRICE_CHANGED = "price_changed", _("Price changed")


class Channel(models.TextChoices):
    PORTAL = "portal", _("Portal")
    ADMIN = "admin", _("Admin")
    JOB = "job", _("Automatic")
    IMPORT = "import", _("Import")
    BULK = "bulk", _("Bulk act")


class Accepted(models.TextChoices):
    """What a customer accepted instead of leaving."""

    ALTERNATIVE = "alternative", _("Alternative")
    OFFER = "offer", _("Offer")


class SubscriptionEventQuerySet(models.QuerySet["SubscriptionEvent"]):
    def own_pauses_in_year(self, today: date) -> Self:
        """The customers' own pauses that have begun since the same day a year ago."""
        return self.filter(kind=EventKind.PAUSED, own=True, effective_on__gt=periods.year_before(today))


class SubscriptionEvent(models.Model):
    """One change of a subscription: what, by whom, through which door, and the dates before and after. Never changed."""

    subscription = models.ForeignKey("subscriptions.Subscription", models.CASCADE, related_name="events")
    kind = models.CharField("what", max_length=30, choices=EventKind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="by"
    )
    channel = models.CharField("through", max_length=10, choices=Channel)
    own = models.BooleanField("the customer's own pause", default=False)
    """On PAUSED: begun by the customer's wish, so that it counts against the product's limit."""
    accepted = models.CharField("accepted", max_length=11, choices=Accepted, blank=True, default="")
    """As what the customer accepted it: a merchant's alternative, or an offer by staff; empty for all else."""
    effective_on = models.DateField("effective")
    receipt = models.ForeignKey(
        "receipts.Receipt", models.SET_NULL, null=True, blank=True, related_name="events", verbose_name="receipt"
    )
    """What the person got who did it by themselves; all changes of one act have one."""
    recorded_at = models.DateTimeField("recorded", default=timezone.now)
    changes = models.JSONField("changes", default=dict)
    """Per changed field `[old, new]`, dates as ISO texts."""

    objects = SubscriptionEventQuerySet.as_manager()

    dates: "dict[str, date | None]"
    """What the mail about it names, in memory: right after the event, because a late job goes on before mails are written."""
    effect: Any = None
    """Of the last change of an act, in memory: the act's `Effect`, so that mails need not find it out once more."""

    class Meta:
        verbose_name = "event"
        verbose_name_plural = "events"
        ordering = ["-id"]
        indexes = [
            models.Index("recorded_at", "id", name="event_by_staff", condition=models.Q(channel="admin")),
        ]
        constraints = [
            models.CheckConstraint(name="event_channel_known", condition=models.Q(channel__in=Channel.values)),
            models.CheckConstraint(
                name="event_accepted_known", condition=models.Q(accepted__in=["", *Accepted.values])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.effective_on}"

    def new(self, field: str) -> str | None:
        """What the field became, or None when this event did not change it."""
        return self.changes.get(field, [None, None])[1]

    def before(self, field: str) -> date | None:
        """The day that the field held before, or None: it held none, or this event did not change it."""
        old = self.changes.get(field, [None])[0]
        return date.fromisoformat(old) if old else None
