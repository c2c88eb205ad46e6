from collections.abc import Iterable

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from portal_project.common import fields


class LinkedServiceQuerySet(models.QuerySet["LinkedService"]):
    def stop_renewing(self, subscriptions: Iterable[int]) -> None:
        """Switch auto-renew off and remember what it was; what is off already by an earlier call stays remembered."""
        self.filter(subscription__in=subscriptions, auto_renew_before=None).update(
            auto_renew_before=F("auto_renew"), auto_renew=False
        )

    def renew_again(self, subscriptions: Iterable[int]) -> None:
        """Put auto-renew back to what it was before `stop_renewing`."""
        self.filter(subscription__in=subscriptions, auto_renew_before__isnull=False).update(
            auto_renew=F("auto_renew_before"), auto_renew_before=None
        )


class LinkedService(models.Model):
    """A domain, mailbox or host that hangs on a subscription."""

    class Kind(models.TextChoices):
        DOMAIN = "domain", _("Domain")
        MAILBOX = "mailbox", _("Mailbox")
        HOST = "host", _("Host")
        OTHER = "other", _("Other")

    subscription = models.ForeignKey(
        "subscriptions.Subscription", models.CASCADE, related_name="linked_services", verbose_name=_("subscription")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.DOMAIN)
    name = fields.IdentifierField(_("name"), max_length=253)
    renews_on = models.DateField(_("renews"), null=True, blank=True)
    auto_renew = models.BooleanField(_("renews by itself"), default=True)
    auto_renew_before = models.BooleanField(null=True, editable=False)
    """What `auto_renew` was before a cancellation switched it off; null when none has."""

    objects = LinkedServiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("linked service")
        verbose_name_plural = _("linked services")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "kind", "name"],
                name="linked_service_once",
                violation_error_message=_("This service is already linked to the subscription."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
