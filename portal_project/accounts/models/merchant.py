from pathlib import PurePath
from time import monotonic
from typing import Any, ClassVar
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal_project.accounts.party import Party
from portal_project.common import fields, uploads
from portal_project.common.translations import Shown, TranslationsField

MEGABYTE = 1024 * 1024
MOST_DAYS_AHEAD = 60
MOST_DAYS_OF_NOTICE = 180
KEPT_SECONDS = 5


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

    name = fields.LineField("name", max_length=100, default="Subscription Portal")
    payment_instructions = fields.ParagraphsField(
        "payment instructions", blank=True, help_text="How to pay, such as your bank account. Invoices say it."
    )
    translations = TranslationsField(of=("payment_instructions",))
    shown_payment_instructions = Shown("payment_instructions")
    payment_days = models.PositiveSmallIntegerField(
        "days to pay", default=14, help_text="An invoice is due this many days after it is issued."
    )
    support_email = fields.AddressField("support address", blank=True)
    comparison_percent = models.PositiveSmallIntegerField(
        "comparison group (%)",
        default=10,
        validators=[MaxValueValidator(100)],
        help_text=(
            "So many of 100 customers are shown no alternative when they cancel. Without them nobody can tell what the "
            "alternatives achieve. 0: none."
        ),
    )
    alternative_rest_months = models.PositiveSmallIntegerField(
        "no alternative again for (months)",
        default=12,
        validators=[MaxValueValidator(120)],
        help_text="Whoever accepted an alternative is shown none for so long. 0: no such time.",
    )
    trial_reminder_days = days_ahead(
        3,
        verbose_name="before a trial ends (days)",
        help_text="With what it costs from then on, and how to cancel. 0: no such mail.",
    )
    renewal_reminder_days = days_ahead(
        14,
        verbose_name="before a long period renews (days)",
        help_text=(
            "Where a bill comes every six months or less often, with the price and how to change or cancel. "
            "0: no such mail."
        ),
    )
    end_reminder_days = days_ahead(
        7,
        verbose_name="before a subscription ends (days)",
        help_text="After a cancellation, with the way to withdraw it. 0: no such mail.",
    )
    resume_reminder_days = days_ahead(
        3,
        verbose_name="before a pause ends (days)",
        help_text="Where it ends by itself after a week or more, with what is then billed. 0: no such mail.",
    )
    price_change_notice_days = models.PositiveSmallIntegerField(
        "before a price changes (days)",
        default=30,
        validators=[MaxValueValidator(MOST_DAYS_OF_NOTICE)],
        help_text=(
            "A new price comes with the first full period that begins so many days after it is announced. A mail says it at "
            "once, with the way to cancel."
        ),
    )
    accent_color = fields.IdentifierField(
        "accent colour",
        max_length=7,
        default="#0f766e",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Give the colour as # and six digits, such as #0f766e."))],
        help_text="Used for buttons and links in the portal, such as #0f766e.",
    )

    logo = models.ImageField(
        "logo",
        upload_to=logo_path,
        blank=True,
        validators=[validate_logo],
        help_text="Stands in the portal, on invoices and in mails. PNG, JPEG, GIF or WebP, up to 1 MB.",
    )

    _kept: ClassVar["tuple[float, Merchant] | None"] = None

    class Meta:
        verbose_name = "business"
        verbose_name_plural = "business"
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
            models.CheckConstraint(
                condition=models.Q(price_change_notice_days__range=(0, MOST_DAYS_OF_NOTICE)),
                name="merchant_announces_prices_within_180_days",
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
