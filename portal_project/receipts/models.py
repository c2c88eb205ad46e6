from functools import partial

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from portal_project.common import numbers


def present_zone() -> str:
    """Such as "Europe/Berlin". What Django calls its name is "+03" for one with a fixed offset, and no zone is found by that."""
    return str(timezone.get_current_timezone())


class Receipt(models.Model):
    """What somebody did by themselves, in the sentences that they read. Never changed, and never made again from other rows."""

    number = models.CharField(
        "number", max_length=8, unique=True, default=partial(numbers.random_number, numbers.RECEIPT), editable=False
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="receipts", verbose_name="person")
    kind = models.CharField("kind", max_length=30)
    """Such as "paused", for programs."""
    subscription = models.CharField("subscription", max_length=8, blank=True, default="")
    """The number of the one that it is about; empty where it is about the account."""
    ticket = models.CharField("ticket", max_length=8, blank=True, default="")
    """The number of the one that it opened or closed, if any."""
    given_at = models.DateTimeField("given", default=timezone.now)
    zone = models.CharField("time zone", max_length=50, default=present_zone)
    language = models.CharField("language", max_length=10, default=get_language)
    effective_on = models.DateField("takes effect", null=True, blank=True)
    title = models.CharField("title", max_length=300)
    summary = models.TextField("summary")
    facts = models.JSONField("facts", default=list)
    """Pairs of a label and a text."""
    points = models.JSONField("what happens", default=list)
    """Sentences."""
    bills_heading = models.CharField("heading of the bills", max_length=100, blank=True, default="")
    bills = models.JSONField("bills", default=list)
    """Per bill `on`, `days` and `total`, in words."""
    bills_note = models.TextField("note on the bills", blank=True, default="")

    class Meta:
        verbose_name = "receipt"
        verbose_name_plural = "receipts"
        ordering = ["-id"]
        indexes = [models.Index("subscription", name="receipt_of_subscription", condition=~models.Q(subscription=""))]

    def __str__(self) -> str:
        return f"{self.number}, {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("receipts:detail", args=[self.number])
