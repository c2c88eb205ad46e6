from datetime import datetime
from typing import Any, Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from portal_project.common import fields
from portal_project.common.facts import Fact, sentences, told
from portal_project.common.numbers import TICKET, draw_free, random_number
from portal_project.common.search import Searchable, SearchTextField
from subscriptions.models import Invoice, Subscription
from subscriptions.rules.actions import CONTACT_TYPES

UNFINISHED_ONLY = models.Q(status__in=("open", "in_review"))


def new_number() -> str:
    return random_number(TICKET)


class TicketQuerySet(models.QuerySet["Ticket"]):
    def unfinished(self) -> Self:
        """Those that want staff: open, or in review."""
        return self.filter(status__in=Ticket.UNFINISHED)


sentences(cancel_product=gettext_lazy("Cancel %(product)s"))


class Ticket(Searchable):
    """A support request and its conversation."""

    class Type(models.TextChoices):
        GENERAL = "general", gettext_lazy("General")
        BILLING = "billing", gettext_lazy("Billing question")
        TECHNICAL = "technical", gettext_lazy("Technical issue")
        REFUND = "refund", gettext_lazy("Refund")
        COMPLAINT = "complaint", gettext_lazy("Complaint")
        PAUSE = "pause", gettext_lazy("Pause subscription")
        CANCEL = "cancel", gettext_lazy("Cancel subscription")
        INVOICE = "invoice", gettext_lazy("Invoice correction")
        FEATURE = "feature", gettext_lazy("Feature request")
        QUOTE = "quote", gettext_lazy("Quote")
        FORGET = "forget", gettext_lazy("Delete my data")
        OTHER = "other", gettext_lazy("Other")

    class Status(models.TextChoices):
        OPEN = "open", gettext_lazy("Open")
        IN_REVIEW = "in_review", gettext_lazy("In review")
        RESOLVED = "resolved", gettext_lazy("Resolved")
        REJECTED = "rejected", gettext_lazy("Rejected")
        CLOSED = "closed", gettext_lazy("Closed")

    class Priority(models.IntegerChoices):
        LOW = 1, gettext_lazy("Low")
        MEDIUM = 2, gettext_lazy("Medium")
        HIGH = 3, gettext_lazy("High")
        URGENT = 4, gettext_lazy("Urgent")

    UNFINISHED = (Status.OPEN, Status.IN_REVIEW)
    ABOUT_ONE_SUBSCRIPTION = CONTACT_TYPES

    number = models.CharField("number", max_length=12, unique=True, default=new_number, editable=False)
    type = models.CharField("type", max_length=10, choices=Type, default=Type.GENERAL)
    subject = fields.LineField("subject", max_length=150)
    subject_is_ours = models.BooleanField(default=False, editable=False)
    """Whether nobody typed the subject: then it stands here in English, as staff read and search it."""
    status = models.CharField("status", max_length=10, choices=Status, default=Status.OPEN)
    priority = models.PositiveSmallIntegerField("priority", choices=Priority, default=Priority.MEDIUM)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="assigned_tickets",
        limit_choices_to={"is_staff": True},
        verbose_name="assignee",
    )
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="tickets", verbose_name="customer"
    )
    subscription = models.ForeignKey(
        Subscription, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name="subscription"
    )
    invoice = models.ForeignKey(
        Invoice, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name="invoice"
    )
    act_by = models.DateField("act by", null=True, blank=True, editable=False)
    """The day by which staff should have acted, as `queue.act_by` says; none once the ticket is finished."""
    wrote_at = models.DateTimeField("customer wrote", default=timezone.now, editable=False)
    """When the customer last wrote, or asked for what the ticket is about."""
    answered_at = models.DateTimeField("answered", null=True, blank=True, editable=False)
    """When staff last answered publicly."""
    created_at = models.DateTimeField("created", default=timezone.now)
    updated_at = models.DateTimeField("last change", default=timezone.now)
    token = models.UUIDField(default=uuid4, unique=True, editable=False)
    """From the form that made it: the same form sent twice makes one ticket."""
    search_text = SearchTextField(of=("subject",))

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = "ticket"
        verbose_name_plural = "tickets"
        ordering = ["-id"]
        indexes = [
            models.Index("act_by", "id", name="ticket_queue", condition=UNFINISHED_ONLY),
            models.Index("assignee", "act_by", "id", name="ticket_queue_of_assignee", condition=UNFINISHED_ONLY),
            models.Index("status", "act_by", "id", name="ticket_queue_by_status", condition=UNFINISHED_ONLY),
        ]
        constraints = [
            models.CheckConstraint(
                name="ticket_act_by_only_while_unfinished", condition=models.Q(act_by=None) | UNFINISHED_ONLY
            ),
            models.CheckConstraint(
                name="ticket_pause_and_cancel_name_a_subscription",
                condition=~models.Q(type__in=("pause", "cancel")) | models.Q(subscription__isnull=False),
                violation_error_message=gettext_lazy("Choose the subscription that this is about."),
            ),
            models.CheckConstraint(
                name="ticket_choices_known",
                condition=models.Q(
                    type__in=(
                        "general",
                        "billing",
                        "technical",
                        "refund",
                        "complaint",
                        "pause",
                        "cancel",
                        "invoice",
                        "feature",
                        "quote",
                        "forget",
                        "other",
                    ),
                    status__in=("open", "in_review", "resolved", "rejected", "closed"),
                    priority__in=(1, 2, 3, 4),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.subject}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            draw_free(Ticket.objects, [self], TICKET)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("support:ticket", args=[self.number])

    @property
    def title(self) -> str:
        """The subject; where it is the portal's own, in the words of whoever reads."""
        return str(self.titled)

    @property
    def titled(self) -> Fact | str:
        """The same as a fact where it is one."""
        if self.subject_is_ours and self.subscription:
            return told("cancel_product", product=self.subscription.plan.product.shown_name)
        return self.subject

    @property
    def is_finished(self) -> bool:
        return self.status not in self.UNFINISHED

    @property
    def is_answered(self) -> bool:
        return is_answered(self.wrote_at, self.answered_at)


def is_answered(wrote_at: datetime, answered_at: datetime | None) -> bool:
    """Whether the customer has the last word of staff and has not written since."""
    return answered_at is not None and answered_at > wrote_at


if unknown := CONTACT_TYPES - set(Ticket.Type.values):
    raise ImportError(f"actions are asked for by tickets of a type that is none: {', '.join(unknown)}")
