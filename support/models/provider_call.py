from django.db import models

from subscriptions.models import LinkedService


class ProviderCall(models.Model):
    """What a provider knows of one service, and when it is to be told next; what is wished is the service's `auto_renew`.

    Whoever changes the wish, claims a call or notes its answer holds this row's lock.
    """

    service = models.OneToOneField(LinkedService, models.CASCADE, related_name="provider_call")
    told = models.BooleanField("auto-renew, as far as the provider has confirmed")
    asked = models.BooleanField("auto-renew, as it was asked for last", null=True)
    """None once the provider has answered. Until then nobody knows which of the two it has."""
    holder = models.UUIDField(null=True)
    """Of the last call: an answer to an earlier one says nothing any more."""
    attempts = models.PositiveSmallIntegerField("attempts", default=0)
    next_attempt_at = models.DateTimeField("next attempt", null=True)
    """None when there is nothing to tell, or when it was given up."""
    error = models.TextField("error", blank=True)

    class Meta:
        verbose_name = "call to a provider"
        verbose_name_plural = "calls to providers"
        indexes = [
            models.Index(
                "next_attempt_at",
                "id",
                name="provider_call_pending",
                condition=models.Q(next_attempt_at__isnull=False),
            ),
            models.Index("service", name="provider_call_failed", condition=models.Q(error__gt="")),
        ]

    def __str__(self) -> str:
        return f"{self.service}: {self.told}"
