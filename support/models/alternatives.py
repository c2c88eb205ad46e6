from django.conf import settings
from django.db import models

from portal_project.common.facts import worded
from products.models import Alternative
from subscriptions.models import Subscription
from support.models.offer import cost_field


class AboutAnAlternative(models.Model):
    """A merchant's alternative, and for whom it was there."""

    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="+", verbose_name="subscription")
    alternative = models.ForeignKey(Alternative, models.PROTECT, related_name="+", verbose_name="alternative")
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="customer")

    class Meta:
        abstract = True


class AlternativeShowing(AboutAnAlternative):
    """On which days somebody for whom an alternative fitted opened the cancel page, whatever they did then.

    The first that fitted; it was shown, or withheld from the comparison group (`docs/design.md`, Alternatives).
    """

    day = models.DateField("day")
    shown = models.BooleanField("shown")

    class Meta:
        verbose_name = "showing of an alternative"
        verbose_name_plural = "showings of alternatives"
        ordering = ["-day", "-id"]
        indexes = [models.Index("day", name="alternative_showing_day")]
        constraints = [
            models.UniqueConstraint(fields=["subscription", "day"], name="one_showing_per_subscription_and_day"),
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id}, {self.day}"


class AcceptedAlternative(AboutAnAlternative):
    """A customer took an alternative instead of asking to cancel."""

    accepted_on = models.DateField("accepted")
    offered_facts = models.JSONField("what was offered", default=dict, editable=False)
    offered_then = models.CharField(max_length=300, blank=True, default="", editable=False)
    """As it was worded before facts were kept; empty since."""
    cost = cost_field()

    class Meta:
        verbose_name = "accepted alternative"
        verbose_name_plural = "accepted alternatives"
        ordering = ["-accepted_on", "-id"]
        indexes = [models.Index("customer", "accepted_on", name="accepted_alternative_customer")]

    def __str__(self) -> str:
        return f"{self.subscription_id}: {self.offered}"

    @property
    def offered(self) -> str:
        """What it was, for whoever reads it."""
        return str(worded(self.offered_facts)) if self.offered_facts else self.offered_then
