from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedReply(models.Model):
    """A text that staff put into replies; its placeholders are those of `support.tickets.saved_replies`."""

    title = models.CharField(_("title"), max_length=80, unique=True)
    body = models.TextField(_("text"), max_length=10000)

    class Meta:
        verbose_name = _("saved reply")
        verbose_name_plural = _("saved replies")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title
