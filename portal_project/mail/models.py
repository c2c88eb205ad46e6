from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def due(self, now: datetime) -> "OutgoingMailQuerySet":
        """What is to be sent now, the next attempt of a mail that failed included."""
        pending = self.filter(state=OutgoingMail.State.PENDING, next_attempt_at__lte=now)
        return pending.exclude(expires_at__lte=now)

    def expired(self, now: datetime) -> "OutgoingMailQuerySet":
        """What was not sent in time, so that its code or link no longer works."""
        return self.filter(state=OutgoingMail.State.PENDING, expires_at__lte=now)

    def to_send_again(self) -> "OutgoingMailQuerySet":
        """What was given up and still says what it said."""
        return self.filter(state=OutgoingMail.State.FAILED, expires_at=None)


class OutgoingMail(models.Model):
    """A mail to send, written in the transaction that it tells of (`docs/design.md`, Mail).

    The key says what it is about (`event:17:paused`) and is unique, so that nothing is told twice.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Not delivered")
        EXPIRED = "expired", _("Expired")

    READY_MADE = "ready_made"
    """The template of mails about signing in, which arrive with their text."""

    key = models.CharField("key", max_length=100, unique=True)
    thread = models.CharField("thread", max_length=20, blank=True, default="")
    """The number of the ticket or subscription that it belongs to: mail programs show such mails as one conversation."""
    recipient = models.EmailField("recipient")
    template = models.CharField("template", max_length=100)
    context = models.JSONField("context", default=dict)
    language = models.CharField("language", max_length=20, blank=True, default="")
    """In which it is worded: the one of its recipient when it was written."""
    state = models.CharField("state", max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField("attempts", default=0)
    error = models.TextField("error", blank=True)
    created_at = models.DateTimeField("created", default=timezone.now)
    # Also the claim: whoever takes a row moves this ahead, so a worker that dies leaves it to the next one.
    next_attempt_at = models.DateTimeField("next attempt", default=timezone.now)
    sent_at = models.DateTimeField("sent", null=True, blank=True)
    expires_at = models.DateTimeField("expires", null=True, blank=True)
    """Until when the code or link to sign in with works that the mail holds; None for a mail that holds none."""
    leaves_no_trace = models.BooleanField(default=False, editable=False)
    """Whether the row goes once it is sent, expired or given up, as that of a last mail to somebody who is forgotten."""

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = "mail"
        verbose_name_plural = "outgoing mail"
        ordering = ["-id"]
        indexes = [
            models.Index("next_attempt_at", name="mail_pending", condition=models.Q(state="pending")),
            models.Index(
                "next_attempt_at",
                name="mail_pending_and_expires",
                condition=models.Q(state="pending", expires_at__isnull=False),
            ),
            models.Index("thread", name="mail_of_thread", condition=~models.Q(thread="")),
            models.Index("recipient", "id", name="mail_of_recipient"),
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
        """Whether it holds, or held, a code or a link to sign in with, which is nobody's but the recipient's."""
        return self.expires_at is not None

    @property
    def can_be_sent_again(self) -> bool:
        """As `to_send_again` chooses."""
        return self.state == self.State.FAILED and not self.is_secret


class MailServer(models.Model):
    """The one row about the mail server: how it fared of late, so that every worker keeps the same pause."""

    failures = models.PositiveIntegerField("failures in a row", default=0)
    error = models.TextField("error", blank=True)
    paused_until = models.DateTimeField("paused until", null=True, blank=True)
    tested_at = models.DateTimeField("last test mail", null=True, blank=True)
    test_error = models.TextField("what failed in it", blank=True)
    test_passed_at = models.DateTimeField("last test mail that was taken", null=True, blank=True)
    test_passed_with = models.CharField("settings of that one", max_length=64, blank=True)
    """What tells these settings from others, without saying them (`trying.fingerprint`)."""

    class Meta:
        verbose_name = "mail server"
        verbose_name_plural = "mail server"
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="mail_server_is_one_row")]

    def __str__(self) -> str:
        return "Mail server"
