from pathlib import PurePath
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone

from portal_project.common import fields
from portal_project.common.search import Searchable, SearchTextField
from support.models.ticket import Ticket


class Message(Searchable):
    """One contribution to a ticket's conversation, as plain text; an internal note never reaches the customer."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="messages", verbose_name="ticket")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="author")
    body = fields.ParagraphsField("message")
    language = models.CharField("language", max_length=20, blank=True, default="", editable=False)
    """In which its author, a customer, read the portal; empty where nobody knows, as with staff, whose admin is English."""
    is_internal = models.BooleanField("internal note", default=False)
    is_request = models.BooleanField(default=False, db_default=False, editable=False)
    """Given with a request to cancel, which it is a part of, whoever made it."""
    created_at = models.DateTimeField("written", default=timezone.now)
    token = models.UUIDField(default=uuid4, unique=True, editable=False)
    """From the form that made it: the same form sent twice makes one message."""
    search_text = SearchTextField(of=("body",))

    class Meta:
        verbose_name = "message"
        verbose_name_plural = "messages"
        ordering = ["id"]
        indexes = [models.Index("created_at", "id", name="message_by_time", condition=models.Q(is_request=False))]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.body[:50]}"


def attachment_path(attachment: "Attachment", filename: str) -> str:
    """A name that cannot be guessed and says nothing; the one that the sender gave stays in the row."""
    return f"attachments/{uuid4().hex}{PurePath(filename).suffix.lower()[:10]}"


class Attachment(models.Model):
    """A file of a message, for the ticket's people alone; it is only ever served as a download."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="attachments", verbose_name="message")
    file = models.FileField("file", upload_to=attachment_path)
    name = models.CharField("name", max_length=150)
    size = models.PositiveIntegerField("size")
    """In bytes."""
    content_type = models.CharField("type", max_length=50)
    """By its content, as `uploads.content_type` found it."""

    class Meta:
        verbose_name = "attachment"
        verbose_name_plural = "attachments"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("support:attachment", args=[self.message.ticket.number, self.pk])

    @property
    def readable_size(self) -> str:
        return filesizeformat(self.size)
