from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from support.models.ticket import Ticket

LABELS = {
    "status": {str(value): label for value, label in Ticket.Status.choices},
    "priority": {str(value): label for value, label in Ticket.Priority.choices},
}


class TicketEvent(models.Model):
    """What happened to a ticket besides its messages, mails and decision, which have rows of their own. Never changed."""

    class Kind(models.TextChoices):
        STATUS = "status", _("Status")
        PRIORITY = "priority", _("Priority")
        ASSIGNEE = "assignee", _("Assignee")
        REQUEST = "request", _("Made a cancellation request")
        VIEWED = "viewed", _("Seen by the customer")

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="events", verbose_name="ticket")
    kind = models.CharField("what", max_length=10, choices=Kind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="by"
    )
    """None for what the portal did by itself."""
    at = models.DateTimeField("at", default=timezone.now)
    old = models.CharField("before", max_length=200, blank=True)
    new = models.CharField("after", max_length=200, blank=True)
    """The value of a choice, or the name that somebody had then."""
    is_consequence = models.BooleanField(default=False, db_default=False, editable=False)
    """Whether it came with something else that is told: the decision about a request, or a ticket being made one."""

    class Meta:
        verbose_name = "ticket event"
        verbose_name_plural = "ticket events"
        ordering = ["id"]
        indexes = [
            models.Index(
                "at",
                "id",
                name="ticket_event_by_somebody",
                condition=models.Q(actor__isnull=False, is_consequence=False) & ~models.Q(kind="viewed"),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="ticket_event_kind_known",
                condition=models.Q(kind__in=("status", "priority", "assignee", "request", "viewed")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.get_kind_display()} {self.became}"

    @property
    def was(self) -> str:
        """What was before, for whoever reads it."""
        return self._word(self.old)

    @property
    def became(self) -> str:
        return self._word(self.new)

    def _word(self, value: str) -> str:
        return str(LABELS.get(self.kind, {}).get(value, value))
