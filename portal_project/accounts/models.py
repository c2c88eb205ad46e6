from pathlib import PurePath
from time import monotonic
from typing import Any, ClassVar
from uuid import uuid4

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, Permission, PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from portal_project.accounts.party import Party
from portal_project.common import fields, normalize, numbers, uploads
from portal_project.common.search import Searchable, SearchTextField

MEGABYTE = 1024 * 1024
MOST_DAYS_AHEAD = 60
KEPT_SECONDS = 5


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

    number = models.CharField(_("customer number"), max_length=12, unique=True, default=new_number, editable=False)
    external_id = fields.IdentifierField(
        _("external ID"), max_length=100, null=True, blank=True, unique=True, help_text=_("Its name in another system.")
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
        _("staff"), default=False, help_text=_("Staff work in the admin. Everybody else is a customer of the portal.")
    )
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Switch off instead of deleting: the person can then no longer sign in.")
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
    date_joined = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    search_text = SearchTextField(of=("name", "email", "number", "external_id"))

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        indexes = [models.Index("id", name="user_staff", condition=models.Q(is_staff=True))]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message=_("There is already a user with this e-mail address."),
            ),
            models.CheckConstraint(
                name="user_appearance_known", condition=models.Q(appearance__in=["system", "light", "dark"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>" if self.name else self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        """The address here is the one that signs in: what allauth noted of an earlier one goes."""
        if self._state.adding:
            numbers.draw_free(User.objects, [self], numbers.CUSTOMER)
        super().save(*args, **kwargs)
        EmailAddress.objects.filter(user=self).exclude(email__iexact=self.email).delete()

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


class InvoicedParty(Party):
    """Who is invoiced for a customer. Invoices copy it when they are made; without one they go to the customer by name."""

    class Kind(models.TextChoices):
        CONSUMER = "consumer", _("A person")
        BUSINESS = "business", _("A business")

    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="invoiced_party", verbose_name=_("customer")
    )
    kind = models.CharField(_("who is invoiced"), max_length=10, choices=Kind, default=Kind.CONSUMER)
    invoice_email = fields.AddressField(
        _("second e-mail address for invoices"),
        blank=True,
        help_text=_("Of whoever pays them. Invoices name it beside the customer’s own."),
    )

    class Meta:
        verbose_name = _("invoiced party")
        verbose_name_plural = _("invoiced party")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["consumer", "business"]), name="invoiced_party_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.company or str(self.user)

    @classmethod
    def of(cls, user: User) -> "InvoicedParty":
        """The saved row, or an empty one."""
        return cls.objects.filter(user=user).first() or cls(user=user)


def buyer(customer: User, party: InvoicedParty | None) -> str:
    """Who buys, a line each, as an invoice copies it."""
    lines = (
        [*party.lines(customer.name), customer.email, party.invoice_email] if party else [customer.name, customer.email]
    )
    return "\n".join(filter(None, lines))


def validate_logo(file: File) -> None:
    try:
        size = file.size
    except FileNotFoundError:
        # A logo that was saved before and is lost since: all else about the business can still be changed.
        return
    if size > MEGABYTE:
        raise ValidationError(_("This file is larger than 1 MB. Choose a smaller one."))
    if uploads.image_type(file) is None:
        raise ValidationError(_("Choose a PNG, JPEG, GIF or WebP image; save another kind as PNG first."))


def logo_path(merchant: "Merchant", filename: str) -> str:
    """A name that no other logo had, so that browsers may keep it."""
    return f"logo/{uuid4().hex}{PurePath(filename).suffix.lower()}"


def days_ahead(default: int, **texts: Any) -> models.PositiveSmallIntegerField:
    """How many days before its day customers are reminded of something; 0 for never."""
    return models.PositiveSmallIntegerField(default=default, validators=[MaxValueValidator(MOST_DAYS_AHEAD)], **texts)


class Merchant(Party):
    """The one row about the business that runs this portal; as a party it sells."""

    name = fields.LineField(_("name"), max_length=100, default="Subscription Portal")
    payment_instructions = fields.ParagraphsField(
        _("payment instructions"), blank=True, help_text=_("How to pay, such as your bank account. Invoices say it.")
    )
    payment_days = models.PositiveSmallIntegerField(
        _("days to pay"), default=14, help_text=_("An invoice is due this many days after it is issued.")
    )
    support_email = fields.AddressField(_("support address"), blank=True)
    comparison_percent = models.PositiveSmallIntegerField(
        _("comparison group (%)"),
        default=10,
        validators=[MaxValueValidator(100)],
        help_text=_(
            "So many of 100 customers are shown no alternative when they cancel. Without them nobody can tell what the "
            "alternatives achieve. 0: none."
        ),
    )
    alternative_rest_months = models.PositiveSmallIntegerField(
        _("no alternative again for (months)"),
        default=12,
        validators=[MaxValueValidator(120)],
        help_text=_("Whoever accepted an alternative is shown none for so long. 0: no such time."),
    )
    trial_reminder_days = days_ahead(
        3,
        verbose_name=_("before a trial ends (days)"),
        help_text=_("With what it costs from then on, and how to cancel. 0: no such mail."),
    )
    renewal_reminder_days = days_ahead(
        14,
        verbose_name=_("before a long period renews (days)"),
        help_text=_(
            "Where a bill comes every six months or less often, with the price and how to change or cancel. 0: no such mail."
        ),
    )
    end_reminder_days = days_ahead(
        7,
        verbose_name=_("before a subscription ends (days)"),
        help_text=_("After a cancellation, with the way to withdraw it. 0: no such mail."),
    )
    resume_reminder_days = days_ahead(
        3,
        verbose_name=_("before a pause ends (days)"),
        help_text=_("Where it ends by itself after a week or more, with what is then billed. 0: no such mail."),
    )
    accent_color = fields.IdentifierField(
        _("accent colour"),
        max_length=7,
        default="#0f766e",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Give the colour as # and six digits, such as #0f766e."))],
        help_text=_("Used for buttons and links in the portal, such as #0f766e."),
    )

    logo = models.ImageField(
        _("logo"),
        upload_to=logo_path,
        blank=True,
        validators=[validate_logo],
        help_text=_("Stands in the portal, on invoices and in mails. PNG, JPEG, GIF or WebP, up to 1 MB."),
    )

    _kept: ClassVar["tuple[float, Merchant] | None"] = None

    class Meta:
        verbose_name = _("business")
        verbose_name_plural = _("business")
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="merchant_is_one_row"),
            models.CheckConstraint(
                condition=models.Q(comparison_percent__gte=0, comparison_percent__lte=100),
                name="merchant_comparison_is_a_percentage",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    trial_reminder_days__range=(0, MOST_DAYS_AHEAD),
                    renewal_reminder_days__range=(0, MOST_DAYS_AHEAD),
                    end_reminder_days__range=(0, MOST_DAYS_AHEAD),
                    resume_reminder_days__range=(0, MOST_DAYS_AHEAD),
                ),
                name="merchant_reminds_within_sixty_days",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        self.forget()

    @property
    def logo_url(self) -> str:
        """Its address within the portal, or empty without a logo."""
        return reverse("logo", args=[PurePath(str(self.logo)).name]) if self.logo else ""

    @property
    def seller(self) -> str:
        """Who sells, a line each, as an invoice copies it."""
        return "\n".join(self.lines(self.name))

    @classmethod
    def load(cls) -> "Merchant":
        """The saved row, or one with the defaults."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)

    @classmethod
    def recent(cls) -> "Merchant":
        """As `load`, but perhaps as it was some seconds ago: for pages, which all show it. Not to be changed."""
        if cls._kept is None or cls._kept[0] < monotonic():
            cls._kept = monotonic() + KEPT_SECONDS, cls.load()
        return cls._kept[1]

    @classmethod
    def forget(cls) -> None:
        cls._kept = None
