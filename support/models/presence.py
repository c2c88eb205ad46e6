from django.conf import settings
from django.db import models

from support.models.ticket import Ticket


class TicketPresence(models.Model):
    """That somebody of the staff has the page of a ticket open. It counts for two minutes; the next run of the job forgets it."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="presences")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()
    """When their page was last known to be open."""
    wrote_at = models.DateTimeField(null=True)
    """When they last typed there, since they opened it."""

    class Meta:
        verbose_name = "open page of a ticket"
        verbose_name_plural = "open pages of tickets"
        default_permissions = ()
        indexes = [models.Index("seen_at", name="ticket_presence_seen")]
        constraints = [models.UniqueConstraint(fields=["ticket", "person"], name="ticket_presence_once")]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.person_id}"
