from django.db import models


class UnwantedFile(models.Model):
    """A file whose row is gone, until it is off the disk too: a process may end between the two."""

    path = models.CharField("path", max_length=100)
    """In the storage; drawn at random, so it says nothing."""

    class Meta:
        verbose_name = "unwanted file"
        verbose_name_plural = "unwanted files"

    def __str__(self) -> str:
        return self.path
