from django.conf import settings
from django.db import models

from portal_project.common import fields


class SavedView(models.Model):
    """A list of the admin as somebody of staff wants to find it again: its tab, filters and search, under a name."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="of")
    list = models.CharField("list", max_length=100)
    """Its model, such as "subscriptions.invoice"."""
    name = fields.LineField("name", max_length=60)
    query = models.TextField("filters", blank=True)
    """As the address of the list holds them."""

    class Meta:
        verbose_name = "saved view"
        verbose_name_plural = "saved views"
        default_permissions = ()
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["owner", "list", "name"], name="saved_view_name_once_a_list")]

    def __str__(self) -> str:
        return self.name
