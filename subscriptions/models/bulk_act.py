from typing import Self

from django.conf import settings
from django.db import models
from django.urls import reverse

from subscriptions.models.subscription import Subscription


class BulkAct(models.Model):
    """One act on many subscriptions: counted first, and done by the worker once somebody has confirmed it."""

    kind = models.CharField("act", max_length=30)
    """The name of a `bulk.kinds.Kind`."""
    values = models.JSONField("what was chosen", default=dict)
    """By field, as a form sends it; the same for every row."""
    chosen = models.JSONField("chosen rows", null=True, blank=True)
    """Primary keys of subscriptions; None where it is about all that `query` finds."""
    query = models.TextField("list", blank=True)
    """The query of the list's address."""
    token = models.UUIDField(unique=True, editable=False)
    """From the form that began it: the same form sent twice begins one act."""
    began_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="begun by")
    began_at = models.DateTimeField("begun")
    counted_to = models.BigIntegerField("counted up to", default=0)
    """Up to this primary key all subscriptions are counted; written with their rows, so that none is counted twice."""
    counting_on = models.DateField("being counted as of", null=True, blank=True)
    """The day that the effects counted so far are of; on another day all is counted anew."""
    counted_on = models.DateField("counted on", null=True, blank=True)
    """The day that the effects are of, once all is counted."""
    groups = models.JSONField("groups", default=dict)
    """What would happen to how many, as `bulk.groups` adds it up."""
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="confirmed by"
    )
    confirmed_at = models.DateTimeField("confirmed", null=True, blank=True)
    stopped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="stopped by"
    )
    stopped_at = models.DateTimeField("stopped", null=True, blank=True)
    finished_at = models.DateTimeField("finished", null=True, blank=True)
    to_do = models.PositiveIntegerField("to do as counted", default=0)
    ready = models.PositiveIntegerField("still to do", default=0)
    done = models.PositiveIntegerField("done", default=0)
    already = models.PositiveIntegerField("already so", default=0)
    refused = models.PositiveIntegerField("not possible", default=0)
    changed = models.PositiveIntegerField("changed meanwhile", default=0)
    failed = models.PositiveIntegerField("failed", default=0)
    error = models.TextField("error", blank=True)
    """Why the worker's last attempt ended early; it tries again."""

    class Meta:
        verbose_name = "bulk act"
        verbose_name_plural = "bulk acts"
        ordering = ["-id"]
        indexes = [
            models.Index(
                "began_at", name="bulk_act_to_go_on_with", condition=models.Q(finished_at=None, stopped_at=None)
            ),
            models.Index("began_at", "id", name="bulk_act_by_time"),
            models.Index(
                "confirmed_at", "id", name="bulk_act_confirmed", condition=models.Q(confirmed_at__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="bulk_act_does_what_is_confirmed",
                condition=models.Q(confirmed_at__isnull=False) | models.Q(done=0, finished_at=None, stopped_at=None),
            ),
            models.CheckConstraint(
                name="bulk_act_is_counted_before_it_is_confirmed",
                condition=models.Q(counted_on__isnull=False) | models.Q(confirmed_at=None),
            ),
            models.CheckConstraint(
                name="bulk_act_is_finished_with_every_row",
                condition=models.Q(finished_at=None) | models.Q(ready=0, stopped_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"Bulk act {self.pk} ({self.kind.replace('_', ' ')})"

    def get_absolute_url(self) -> str:
        return reverse("admin:subscriptions_bulkact_change", args=[self.pk])

    @property
    def is_counted(self) -> bool:
        return self.counted_on is not None

    @property
    def is_running(self) -> bool:
        """Whether the worker is to do it, or is at it."""
        return bool(self.confirmed_at) and not self.stopped_at and not self.finished_at

    @property
    def left_alone(self) -> int:
        """How many of the rows to do were not done after all."""
        return self.to_do - self.done

    @property
    def tried(self) -> int:
        """How many of the rows to do are done with, in whatever way."""
        return self.to_do - self.ready


class BulkRowQuerySet(models.QuerySet["BulkRow"]):
    def ready(self) -> Self:
        return self.filter(state=BulkRow.State.READY)


class BulkRow(models.Model):
    """What became of one subscription in a bulk act."""

    class State(models.TextChoices):
        READY = "ready", "To do"
        DONE = "done", "Done"
        ALREADY = "already", "Already so"
        REFUSED = "refused", "Not possible"
        CHANGED = "changed", "Changed meanwhile"
        FAILED = "failed", "Failed"

    act = models.ForeignKey(BulkAct, models.CASCADE, related_name="rows", verbose_name="bulk act")
    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="+", verbose_name="subscription")
    state = models.CharField("result", max_length=8, choices=State)
    reason = models.CharField("why", max_length=500, blank=True)
    effect = models.CharField("counted effect", max_length=32, blank=True)
    """The fingerprint of the effect that was counted."""

    objects = BulkRowQuerySet.as_manager()

    class Meta:
        verbose_name = "row of a bulk act"
        verbose_name_plural = "rows of bulk acts"
        ordering = ["id"]
        indexes = [
            models.Index("act", "state", "id", name="bulk_row_by_result"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["act", "subscription"], name="bulk_row_once_a_subscription"),
            models.CheckConstraint(
                name="bulk_row_state_known",
                condition=models.Q(
                    state__in=["ready", "done", "already", "refused", "changed", "failed"],
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act_id}: {self.subscription_id}"
