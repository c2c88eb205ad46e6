from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class OutgoingMail(models.Model):
    """A mail to send, written in the transaction that it tells of (`design.md`, section 4).

    The key says what it is about (`event:17:paused`) and is unique, so that nothing is told twice.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Not delivered")

    READY_MADE = "ready_made"
    """The template of mails about signing in, which arrive with their text."""

    key = models.CharField(_("key"), max_length=100, unique=True)
    thread = models.CharField(_("thread"), max_length=20, blank=True, default="")
    """The number of the ticket or subscription that it belongs to: mail programs show such mails as one conversation."""
    recipient = models.EmailField(_("recipient"))
    template = models.CharField(_("template"), max_length=100)
    context = models.JSONField(_("context"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    # Also the claim: whoever takes a row moves this ahead, so a worker that dies leaves it to the next one.
    next_attempt_at = models.DateTimeField(_("next attempt"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("outgoing mail")
        ordering = ["-id"]
        indexes = [
            models.Index("next_attempt_at", name="mail_pending", condition=models.Q(state="pending")),
            models.Index("thread", name="mail_of_thread", condition=~models.Q(thread="")),
            models.Index("id", name="mail_not_delivered", condition=models.Q(state="failed")),
        ]
        constraints = [
            models.CheckConstraint(
                name="mail_sent_at_iff_sent",
                condition=models.Q(state="sent", sent_at__isnull=False)
                | (~models.Q(state="sent") & models.Q(sent_at=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} → {self.recipient}"

    @property
    def is_secret(self) -> bool:
        """Whether it may hold a code or a link to sign in with, which is nobody's but the recipient's."""
        return self.template == self.READY_MADE
