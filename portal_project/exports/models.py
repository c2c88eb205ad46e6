from datetime import datetime
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Export(models.Model):
    """Somebody of staff took a list as a CSV file. Written before the first row leaves, and kept when the file is gone."""

    class State(models.TextChoices):
        AT_ONCE = "at_once", "Downloaded"
        WAITING = "waiting", "Being made"
        READY = "ready", "Ready to download"
        GONE = "gone", "Link expired"
        FAILED = "failed", "Could not be made"

    list = models.CharField("list", max_length=100)
    """Its model, such as "subscriptions.invoice"; or what is called so, where it is no list, such as "refused payments"."""
    query = models.TextField("address", blank=True, default="")
    """The filters, as the address of the list holds them."""
    filters = models.TextField("filters", blank=True, default="", db_default="")
    """The same in words, as they were called when the file was asked for; empty for all of the list. A process of the version
    before it, which still serves while the new one comes, writes rows without it.
    """
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="who")
    taken_at = models.DateTimeField("when", default=timezone.now)
    state = models.CharField("state", max_length=10, choices=State)
    rows = models.PositiveIntegerField("rows", default=0)
    """Of one that is handed over at once: how many had left when it ended, which may have been in the middle."""
    finished_at = models.DateTimeField("finished", null=True, blank=True)

    token = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    """From the form that asked for it: the same form sent twice makes one file."""
    file = models.CharField(max_length=100, blank=True, default="", editable=False)
    """Where the worker writes it, below the folder of files; empty once it is deleted, and of what is handed over at once."""
    last_key = models.BigIntegerField(null=True, blank=True, editable=False)
    size = models.PositiveBigIntegerField(default=0, editable=False)
    """The row that was written last, and how many bytes the file has with it: what follows them is written again."""
    expires_at = models.DateTimeField("link works until", null=True, blank=True)
    fetched_at = models.DateTimeField("last fetched", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("attempts that failed", default=0)
    error = models.TextField("error", blank=True, default="")

    class Meta:
        verbose_name = "download"
        verbose_name_plural = "downloads"
        ordering = ["-id"]
        indexes = [
            models.Index("taken_at", "id", name="export_by_time"),
            models.Index("id", name="export_to_make", condition=Q(state="waiting")),
            models.Index(
                "expires_at", name="export_to_delete", condition=Q(state__in=("ready", "failed")) & ~Q(file="")
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="export_state_known", condition=Q(state__in=("at_once", "waiting", "ready", "gone", "failed"))
            ),
            models.CheckConstraint(
                name="export_ready_has_a_file_that_expires",
                condition=~Q(state="ready") | (~Q(file="") & Q(expires_at__isnull=False, finished_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="export_at_once_or_gone_has_no_file",
                condition=~Q(state__in=("at_once", "gone")) | Q(file=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what.capitalize()}, {timezone.localtime(self.taken_at):%Y-%m-%d %H:%M}"

    @property
    def what(self) -> str:
        """The rows of which it is, such as "invoices"; as the list is named where there is no such list any more."""
        try:
            page: Any = admin.site.get_model_admin(apps.get_model(self.list))
            return str(page.csv_name)
        except (LookupError, ValueError, NotRegistered):
            return self.list

    @property
    def told(self) -> str:
        """With the filters, such as "invoices (Open; search: “ahn”)"."""
        return f"{self.what} ({self.filters})" if self.filters else self.what

    def works(self, now: datetime) -> bool:
        """Whether the link to its file does."""
        return self.state == self.State.READY and self.expires_at is not None and now < self.expires_at
