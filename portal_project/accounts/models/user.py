from collections.abc import Iterable
from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, Permission, PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from portal_project.accounts import languages
from portal_project.common import fields, normalize, numbers
from portal_project.common.search import Searchable, SearchTextField

NOWHERE = "forgotten.invalid"
"""The domain of those who are forgotten, which no mail reaches (RFC 6761)."""
WRITTEN_BY_FORGETTING = {"id", "forgotten_at", "forgotten_by"}


def new_number() -> str:
    return numbers.random_number(numbers.CUSTOMER)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **more: Any) -> "User":
        """A new user; without a password they sign in with a code sent by e-mail."""
        user = self.model(email=normalize.address(email), **more)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **more: Any) -> "User":
        return self.create_user(email, password, **(more | {"is_staff": True, "is_superuser": True}))

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=email and normalize.address(email))


class User(Searchable, AbstractBaseUser, PermissionsMixin):
    """A person who signs in with an e-mail address: a customer, or staff when `is_staff`."""

    class Appearance(models.TextChoices):
        SYSTEM = "system", _("As your device has it")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    number = models.CharField("customer number", max_length=12, unique=True, default=new_number, editable=False)
    external_id = fields.IdentifierField(
        "external ID", max_length=100, null=True, blank=True, unique=True, help_text="Its name in another system."
    )
    email = fields.AddressField(_("e-mail address"), unique=True)
    name = fields.LineField(_("name"), max_length=150, blank=True)
    phone = fields.NumberField(
        _("phone"),
        max_length=40,
        blank=True,
        validators=[RegexValidator(r"^[+(]*[0-9][0-9+()/. -]*$", _("Write it in digits, such as +31 30 123 4567."))],
    )
    is_staff = models.BooleanField(
        "staff", default=False, help_text="Staff work in the admin. Everybody else is a customer of the portal."
    )
    is_active = models.BooleanField(
        "active", default=True, help_text="Switch off instead of deleting: the person can then no longer sign in."
    )
    wants_status_mails = models.BooleanField(
        _("status mails"),
        default=True,
        help_text=_(
            "Customers: about pauses and what resumes. Staff: about new requests, replies, and what needs action each day. "
            "Confirmations of a cancellation and answers to a support request always arrive."
        ),
    )
    wants_reminders = models.BooleanField(
        _("reminders"),
        default=True,
        help_text=_(
            "Customers: before a trial, a pause or a canceled subscription ends. Before a long period renews they are "
            "always reminded."
        ),
    )
    appearance = models.CharField(_("appearance"), max_length=10, choices=Appearance, default=Appearance.SYSTEM)
    language = models.CharField(_("language"), max_length=20, choices=languages.choices, blank=True, default="")
    last_language = models.CharField(max_length=20, blank=True, default="", editable=False)
    """In which the portal was last read: mails have it where none is chosen."""
    forgotten_at = models.DateTimeField("forgotten", null=True, editable=False)
    forgotten_by = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        editable=False,
        db_index=False,
        related_name="+",
        verbose_name="forgotten by",
    )
    """Written by `forgetting` alone: what the person was is gone, and their rows name who is left, an account of nobody."""
    date_joined = models.DateTimeField("since", default=timezone.now, editable=False)
    address_changed_at = models.DateTimeField("address changed", null=True, blank=True, editable=False)
    search_text = SearchTextField(of=("name", "email", "number", "external_id"))

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = "user"
        verbose_name_plural = "users"
        permissions = [("forget_user", "Can forget customers")]
        indexes = [
            models.Index("id", name="user_staff", condition=models.Q(is_staff=True)),
            models.Index("id", name="user_switched_off", condition=models.Q(is_active=False)),
            models.Index(
                "forgotten_at", "id", name="user_forgotten_by_time", condition=models.Q(forgotten_by__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message=_("There is already a user with this e-mail address."),
            ),
            models.CheckConstraint(
                name="user_appearance_known", condition=models.Q(appearance__in=["system", "light", "dark"])
            ),
            models.CheckConstraint(
                name="user_forgotten_is_nobody",
                # What was read before, and is written back after, comes upon this.
                condition=models.Q(forgotten_at=None, forgotten_by=None)
                | models.Q(
                    forgotten_at__isnull=False,
                    forgotten_by__isnull=False,
                    is_active=False,
                    is_staff=False,
                    is_superuser=False,
                    external_id=None,
                    phone="",
                    name__endswith=models.F("number"),
                    email__endswith=f"@{NOWHERE}",
                    password__startswith=UNUSABLE_PASSWORD_PREFIX,
                ),
            ),
        ]

    def __str__(self) -> str:
        if self.forgotten_at:
            return self.name
        return f"{self.name} <{self.email}>" if self.name else self.email

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """The address here is the one that signs in: what allauth noted of an earlier one goes. Where it is not written it may
        be another one by now.
        """
        if self._state.adding:
            numbers.draw_free(User.objects, [self], numbers.CUSTOMER)
        elif update_fields is None:
            # One that was read before the customer was forgotten must not bring them back.
            update_fields = [each.name for each in self._meta.concrete_fields if each.name not in WRITTEN_BY_FORGETTING]
        super().save(*args, update_fields=update_fields, **kwargs)
        if update_fields is None or "email" in update_fields:
            EmailAddress.objects.filter(user=self).exclude(email__iexact=self.email).delete()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Sessions end with the address that they were begun by, as they do with the password. What is hashed is when it was
        changed, because one that comes back must not bring old sessions back; nobody is signed out before the first change.
        """
        of_password: str = super()._get_session_auth_hash(secret)  # type: ignore[misc]
        if self.address_changed_at is None:
            return of_password
        value = f"{of_password} {self.address_changed_at.timestamp()}"
        return salted_hmac("accounts.session", value, secret=secret, algorithm="sha256").hexdigest()

    @cached_property
    def _perm_cache(self) -> set[str]:
        """All that this person may do, by themselves and by their groups, in one query: `ModelBackend` looks here first, and
        would take a query for each.
        """
        read = Permission.objects.order_by().values_list("content_type__app_label", "codename")
        if not self.is_superuser:
            read = read.filter(user=self).union(read.filter(group__user=self))
        return {f"{app}.{codename}" for app, codename in read}

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        """The whole name, or empty: "Petit, Léa" has no first word to call anybody by."""
        return self.name
