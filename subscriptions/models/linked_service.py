from collections.abc import Collection
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal_project.common import fields


class LinkedServiceQuerySet(models.QuerySet["LinkedService"]):
    def of(self, subscriptions: Collection[int]) -> Self:
        return self.filter(subscription__pk__among=subscriptions)

    def stop_renewing(self) -> None:
        """Switch auto-renew off and remember what it was; what is off already by an earlier call stays remembered."""
        self.filter(auto_renew_before=None).update(auto_renew_before=F("auto_renew"), auto_renew=False)

    def renew_again(self) -> None:
        """Put auto-renew back to what it was before `stop_renewing`."""
        self.filter(auto_renew_before__isnull=False).update(auto_renew=F("auto_renew_before"), auto_renew_before=None)


class LinkedService(models.Model):
    """A domain, mailbox or the like that hangs on a subscription. It may renew by itself, in a rhythm of its own."""

    class Kind(models.TextChoices):
        DOMAIN = "domain", _("Domain")
        HOSTING = "hosting", _("Hosting")
        MAILBOX = "mailbox", _("Mailbox")
        CERTIFICATE = "certificate", _("Certificate")
        OTHER = "other", _("Other")

    subscription = models.ForeignKey(
        "subscriptions.Subscription", models.CASCADE, related_name="linked_services", verbose_name="subscription"
    )
    kind = models.CharField("kind", max_length=11, choices=Kind, default=Kind.DOMAIN)
    name = fields.IdentifierField("name", max_length=253)
    reference = fields.IdentifierField("provider’s reference", max_length=100, blank=True)
    """What the provider calls it, such as the number of a contract."""
    renews_on = models.DateField("renews", null=True, blank=True)
    auto_renew = models.BooleanField("renews by itself", default=True)
    auto_renew_before = models.BooleanField(null=True, editable=False)
    """What `auto_renew` was before an end switched it off; null when none has."""

    objects = LinkedServiceQuerySet.as_manager()

    class Meta:
        verbose_name = "linked service"
        verbose_name_plural = "linked services"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "kind", "name"],
                name="linked_service_once",
                violation_error_message=_("This service is already linked to the subscription."),
            ),
            models.CheckConstraint(
                name="linked_service_kind_known",
                condition=Q(kind__in=("domain", "hosting", "mailbox", "certificate", "other")),
            ),
            models.CheckConstraint(name="linked_service_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="linked_service_does_not_renew_where_an_end_stopped_it",
                condition=Q(auto_renew_before=None) | Q(auto_renew=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name
