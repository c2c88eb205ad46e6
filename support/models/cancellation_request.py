from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal_project.common import fields
from portal_project.common.facts import worded
from products.models import CancellationReason
from products.models.cancellation_reason import in_words
from subscriptions.models import Subscription
from support.models.ticket import Ticket


class CancellationRequestQuerySet(models.QuerySet["CancellationRequest"]):
    def undecided(self) -> Self:
        return self.filter(decided_at=None)

    def lock(self, ticket: Ticket) -> None:
        """Lock the request of this ticket, if it holds one."""
        list(self.filter(ticket=ticket.pk).select_for_update(of=("self",)).values_list("pk", flat=True))

    def answered(self, ticket: Ticket, at: datetime) -> None:
        """Note that staff wrote to the customer on this ticket, where they had not before."""
        self.filter(ticket=ticket.pk, answered_at=None).update(answered_at=at)


class CancellationRequest(models.Model):
    """Why and when a customer asked to leave. It binds without anyone's approval; undecided means `decided_at` is null."""

    class Decision(models.TextChoices):
        WITHDRAWN = "withdrawn", _("Withdrawn")
        CANCELED_NOW = "canceled_now", _("Canceled early")
        KEPT = "kept", _("Kept with the customer’s agreement")
        OFFER_ACCEPTED = "offer_accepted", _("Offer accepted")
        ENDED = "ended", _("Ended on its date")

    ticket = models.OneToOneField(Ticket, models.CASCADE, related_name="cancellation_request", verbose_name="ticket")
    subscription = models.ForeignKey(
        Subscription, models.PROTECT, related_name="cancellation_requests", verbose_name="subscription"
    )
    reason = models.ForeignKey(
        CancellationReason,
        models.PROTECT,
        to_field="code",
        db_column="reason",
        related_name="+",
        verbose_name="reason",
    )
    reason_label = fields.LineField("reason as it was worded", max_length=100)
    reason_others = models.JSONField("reason in other languages", default=dict, editable=False)
    """As it was worded in them, by their codes."""
    message = fields.ParagraphsField("message", blank=True)
    requested_on = models.DateField("requested")
    requested_at = models.DateTimeField("received", default=timezone.now)
    answered_at = models.DateTimeField("first answered", null=True, blank=True, editable=False)
    """When staff first wrote to the customer about it; the moment of asking where another system may have answered it."""
    notice_days = models.PositiveSmallIntegerField("notice period (days)")
    promised_on = models.DateField("promised end")
    """The first day without the subscription, as the customer was told; a setting changed later does not move it."""
    why_facts = models.JSONField("why this date", default=dict, editable=False)
    why_then = models.CharField(max_length=300, blank=True, default="", editable=False)
    """Why it was that date, as it was worded before facts were kept; empty since."""
    decision = models.CharField("decision", max_length=20, choices=Decision, blank=True)
    decided_at = models.DateTimeField("decided", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="decided by",
    )
    decided_in_bulk = models.BooleanField(default=False, db_default=False, editable=False)
    """With others, by a bulk act, which is what staff confirmed."""

    agreed_on = models.DateField("agreed", null=True, blank=True)
    agreement = fields.LineField("how the customer agreed", max_length=500, blank=True)
    """To keeping the subscription, and on which day: a request is never dropped on the word of staff alone."""

    objects = CancellationRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "cancellation request"
        verbose_name_plural = "cancellation requests"
        ordering = ["-id"]
        indexes = [
            models.Index("promised_on", name="request_ending", condition=models.Q(decided_at=None)),
            models.Index(
                "decided_at",
                "id",
                name="request_decided_by",
                condition=models.Q(decided_by__isnull=False, decided_in_bulk=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription"],
                condition=models.Q(decided_at=None),
                name="one_undecided_request_per_subscription",
            ),
            models.CheckConstraint(
                name="kept_exactly_with_the_customers_agreement",
                condition=models.Q(decision="kept", agreed_on__isnull=False) & ~models.Q(agreement="")
                | ~models.Q(decision="kept") & models.Q(agreed_on=None, agreement=""),
            ),
            models.CheckConstraint(
                name="decision_exactly_when_decided_at",
                condition=models.Q(decided_at=None, decision="")
                | (models.Q(decided_at__isnull=False) & ~models.Q(decision="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscription} → {self.promised_on}"

    @property
    def shown_reason(self) -> str:
        """In the words of that day, for whoever reads it."""
        return in_words(self.reason_label, self.reason_others)

    @property
    def why(self) -> str:
        """Why the promised end is that day, for whoever reads it."""
        return str(worded(self.why_facts)) if self.why_facts else self.why_then
