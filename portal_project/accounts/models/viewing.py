from django.db import models
from django.db.models import F, Q

from portal_project.accounts.models.user import User


class Viewing(models.Model):
    """Somebody of staff saw the portal as a customer sees it, reading only."""

    staff = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="who of staff")
    customer = models.ForeignKey(User, models.PROTECT, related_name="viewings", verbose_name="customer")
    begun_at = models.DateTimeField("begun")
    ends_at = models.DateTimeField("ended")
    """When they left; until then, when it ends by itself."""

    class Meta:
        verbose_name = "view as customer"
        verbose_name_plural = "views as customer"
        ordering = ["-id"]
        indexes = [models.Index("begun_at", "id", name="viewing_by_time")]
        permissions = [("view_as_customer", "Can see the portal as a customer, reading only")]
        constraints = [
            models.CheckConstraint(name="viewing_ends_after_it_begins", condition=Q(ends_at__gte=F("begun_at"))),
            models.CheckConstraint(name="viewing_is_of_somebody_else", condition=~Q(staff=F("customer"))),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} as {self.customer_id}"
