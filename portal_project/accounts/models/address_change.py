from datetime import datetime

from django.core.signing import BadSignature, Signer
from django.db import models

from portal_project.accounts.models.user import User
from portal_project.common import fields

CONFIRM, UNDO = "confirm", "undo"
"""What a link in a mail is for."""


class AddressChangeQuerySet(models.QuerySet["AddressChange"]):
    def pending(self) -> "AddressChangeQuerySet":
        """What is asked for and not confirmed; perhaps too late by now."""
        return self.filter(changed_at=None)

    def may_bring_back(self, email: str, now: datetime) -> bool:
        """Whether somebody may still get this address back."""
        return self.filter(old_email=email, undone_at=None, undo_until__gt=now).exists()


class AddressChange(models.Model):
    """One change of a person's e-mail address: asked for, then made, perhaps undone (`docs/design.md`, The e-mail address).

    What is dropped before it is made is deleted. The links in mails are signed keys of these rows, so no secret is kept.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="address_changes", verbose_name="person")
    new_email = fields.AddressField("new address")
    old_email = fields.AddressField("old address", blank=True, help_text="The one before, once it is changed.")
    asked_at = models.DateTimeField("asked")
    asked_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="asked by"
    )
    confirm_until = models.DateTimeField("to be confirmed until", null=True, blank=True)
    """None where staff made the change, which needs no confirmation."""
    changed_at = models.DateTimeField("changed", null=True, blank=True)
    undo_until = models.DateTimeField("can be undone until", null=True, blank=True)
    undone_at = models.DateTimeField("undone", null=True, blank=True)

    objects = AddressChangeQuerySet.as_manager()

    class Meta:
        verbose_name = "change of the e-mail address"
        verbose_name_plural = "changes of the e-mail address"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], name="address_change_one_pending", condition=models.Q(changed_at=None)
            ),
            models.CheckConstraint(
                name="address_change_pending_or_made",
                condition=models.Q(
                    changed_at=None, old_email="", confirm_until__isnull=False, undo_until=None, undone_at=None
                )
                | (models.Q(changed_at__isnull=False, undo_until__isnull=False) & ~models.Q(old_email="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_email or '…'} → {self.new_email}"

    def secret(self, purpose: str) -> str:
        """What a link for this purpose ends in. Always the same, so that a mail that comes late holds the link that works."""
        return _signer(purpose).sign(str(self.pk))

    @classmethod
    def of(cls, secret: str, purpose: str) -> "AddressChange | None":
        try:
            key = _signer(purpose).unsign(secret)
        except BadSignature:
            return None
        return cls.objects.select_related("user").filter(pk=key).first()

    def can_be_confirmed(self, now: datetime) -> bool:
        return self.changed_at is None and self.confirm_until is not None and now < self.confirm_until

    def can_be_undone(self, now: datetime) -> bool:
        return self.undone_at is None and self.undo_until is not None and now < self.undo_until

    @property
    def is_in_force(self) -> bool:
        """Whether it was made and nothing came after it."""
        return self.changed_at is not None and self.undone_at is None and self.user.email == self.new_email


def _signer(purpose: str) -> Signer:
    return Signer(salt=f"accounts.address.{purpose}")
