from django.conf import settings
from django.db import models
from django.urls import reverse

from portal_project.common import fields


class PaymentFile(models.Model):
    """A file of payments: checked when it was sent in, and recorded by the worker once somebody has confirmed it."""

    name = fields.LineField("file", max_length=150)
    received_on = models.DateField("received on")
    content = models.BinaryField("content", blank=True)
    """As it was sent, until the last line is recorded; empty from then on."""
    lines = models.PositiveIntegerField("lines")
    refused = models.PositiveIntegerField("refused", default=0)
    """How many lines pay no invoice: as the check found, and since then as recording finds."""
    recorded = models.PositiveIntegerField("recorded", default=0)
    last_line = models.PositiveIntegerField("last line", default=0)
    """Up to this line all is done; written in the transaction that did it, so that nothing is done twice."""
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="sent by")
    sent_at = models.DateTimeField("sent")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="confirmed by",
    )
    confirmed_at = models.DateTimeField("confirmed", null=True, blank=True)
    finished_at = models.DateTimeField("finished", null=True, blank=True)
    error = models.TextField("error", blank=True)
    """Why the worker's last attempt ended early; it tries again."""

    class Meta:
        verbose_name = "payment file"
        verbose_name_plural = "payment files"
        ordering = ["-id"]
        indexes = [
            models.Index(
                "confirmed_at",
                name="payment_file_to_record",
                condition=models.Q(confirmed_at__isnull=False, finished_at=None),
            ),
            models.Index("sent_at", "id", name="payment_file_by_time"),
            models.Index(
                "confirmed_at", "id", name="payment_file_confirmed", condition=models.Q(confirmed_at__isnull=False)
            ),
            # Tabs of their list, newest first.
            models.Index(
                "id", name="payment_file_waiting", condition=models.Q(confirmed_at=None, lines__gt=models.F("refused"))
            ),
            models.Index(
                "id",
                name="payment_file_being_recorded",
                condition=models.Q(confirmed_at__isnull=False, finished_at=None),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="payment_file_counts_each_line_once",
                condition=models.Q(lines__gte=models.F("refused") + models.F("recorded")),
            ),
            models.CheckConstraint(
                name="payment_file_records_what_is_confirmed",
                condition=models.Q(confirmed_at__isnull=False) | models.Q(recorded=0, finished_at=None),
            ),
            models.CheckConstraint(
                name="payment_file_is_finished_with_every_line",
                condition=models.Q(finished_at=None) | models.Q(lines=models.F("refused") + models.F("recorded")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("admin:subscriptions_paymentfile_change", args=[self.pk])

    @property
    def left(self) -> int:
        """How many lines are still to be recorded."""
        return self.lines - self.refused - self.recorded

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None


class RefusedPayment(models.Model):
    """A line of a payment file that pays no invoice, with what stood there and why."""

    file = models.ForeignKey(PaymentFile, models.CASCADE, related_name="refused_payments", verbose_name="payment file")
    line = models.PositiveIntegerField("line")
    reference = models.CharField("reference", max_length=200, blank=True)
    amount = models.CharField("amount", max_length=60, blank=True)
    reason = models.CharField("why", max_length=500)

    class Meta:
        verbose_name = "refused payment"
        verbose_name_plural = "refused payments"
        ordering = ["line"]
        constraints = [models.UniqueConstraint(fields=["file", "line"], name="refused_payment_once_a_line")]

    def __str__(self) -> str:
        return f"{self.file_id}:{self.line}"
