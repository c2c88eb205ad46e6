from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from products.models.plan import Plan


class OfferKind(models.TextChoices):
    PAUSE = "pause", _("Pause")
    DISCOUNT = "discount", _("Discount")
    PLAN = "plan", _("Another plan")
    TALK = "talk", _("Talk to us")


class OfferTerms(models.Model):
    """What a customer gets instead of leaving: a pause, a discount, another plan, or a talk (`docs/design.md`, Offers)."""

    kind = models.CharField(_("what is offered"), max_length=10, choices=OfferKind)
    percent = models.PositiveSmallIntegerField(
        _("discount (%)"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    invoices = models.PositiveSmallIntegerField(
        _("on how many invoices"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(120)]
    )
    pause_days = models.PositiveSmallIntegerField(
        _("pause (days)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text=_("Empty: the customer picks the day on which it resumes."),
    )
    plan = models.ForeignKey(
        Plan, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("another plan")
    )

    class Meta:
        abstract = True
