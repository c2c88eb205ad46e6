from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal_project.common import fields
from products.models import OfferKind, OfferTerms
from subscriptions.rules.offers import in_words
from support.models.cancellation_request import CancellationRequest

NO_DISCOUNT = {"percent": None, "invoices": None}
DISCOUNT = {
    "percent__isnull": False,
    "percent__range": (1, 100),
    "invoices__isnull": False,
    "invoices__range": (1, 120),
}


def cost_field() -> models.DecimalField:
    """How much less is billed within twelve months because it was accepted, as things stood then; negative for more."""
    return models.DecimalField("cost within twelve months", max_digits=14, decimal_places=3, null=True, blank=True)


class OfferQuerySet(models.QuerySet["Offer"]):
    def open(self) -> Self:
        return self.filter(state=Offer.State.OPEN)


class Offer(OfferTerms):
    """What staff offer to a customer whose request to cancel is undecided. At most one of a request is open."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        LAPSED = "lapsed", _("Lapsed")
        WITHDRAWN = "withdrawn", _("Taken back")
        REPLACED = "replaced", _("Replaced")

    request = models.ForeignKey(
        CancellationRequest, models.CASCADE, related_name="offers", verbose_name="cancellation request"
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="made by")
    made_at = models.DateTimeField("made", default=timezone.now)
    message = fields.ParagraphsField("message", blank=True)
    token = models.UUIDField(default=uuid4, unique=True, editable=False)
    """From the form that made it: the same form sent twice makes one offer."""
    state = models.CharField("outcome", max_length=10, choices=State, default=State.OPEN)
    closed_at = models.DateTimeField("closed", null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="closed by"
    )
    """None for what the calendar closed."""
    cost = cost_field()

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = "offer"
        verbose_name_plural = "offers"
        ordering = ["-id"]
        indexes = [
            models.Index("made_at", "id", name="offer_by_time"),
            models.Index("closed_at", "id", name="offer_taken_back", condition=Q(state="withdrawn")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["request"], condition=Q(state="open"), name="one_open_offer_per_request"),
            models.CheckConstraint(
                name="offer_has_what_its_kind_needs",
                condition=Q(kind="pause", plan=None, **NO_DISCOUNT)
                & (Q(pause_days=None) | Q(pause_days__range=(1, 3650)))
                | Q(kind="discount", plan=None, pause_days=None, **DISCOUNT)
                | Q(kind="plan", plan__isnull=False, pause_days=None, **NO_DISCOUNT),
            ),
            models.CheckConstraint(
                name="offer_closed_exactly_when_closed_at",
                condition=Q(state="open", closed_at=None)
                | Q(state__in=("accepted", "lapsed", "withdrawn", "replaced"), closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return in_words(self)

    def get_absolute_url(self) -> str:
        return reverse("accept_offer", args=[self.request.subscription.number, self.pk])

    @property
    def is_open_pause(self) -> bool:
        """Whether it is a pause whose end the customer picks."""
        return self.kind == OfferKind.PAUSE and self.pause_days is None

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def terms(self) -> tuple[object, ...]:
        """What makes two offers the same."""
        return self.kind, self.percent, self.invoices, self.pause_days, self.plan_id
