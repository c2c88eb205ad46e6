from django.db import models
from django.utils.translation import gettext_lazy as _


class UnwantedFile(models.Model):
    """A file whose row is gone, until it is off the disk too: a process may end between the two."""

    path = models.CharField(_("path"), max_length=100)
    """In the storage; drawn at random, so it says nothing."""

    class Meta:
        verbose_name = _("unwanted file")
        verbose_name_plural = _("unwanted files")

    def __str__(self) -> str:
        return self.path
