from typing import Any, ClassVar

from django.core.exceptions import ValidationError
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

    kind = models.CharField("what is offered", max_length=10, choices=OfferKind)
    percent = models.PositiveSmallIntegerField(
        "discount (%)", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    invoices = models.PositiveSmallIntegerField(
        "on how many invoices", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(120)]
    )
    pause_days = models.PositiveSmallIntegerField(
        "pause (days)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text="Empty: the customer picks the day on which it resumes.",
    )
    plan = models.ForeignKey(
        Plan, models.RESTRICT, null=True, blank=True, related_name="+", verbose_name="another plan"
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_terms_fit_their_kind",
                condition=models.Q(kind="pause", percent=None, invoices=None, plan=None)
                & (models.Q(pause_days=None) | models.Q(pause_days__gte=1, pause_days__lte=3650))
                | models.Q(kind="discount", percent__isnull=False, percent__gte=1, percent__lte=100)
                & models.Q(invoices__isnull=False, invoices__gte=1, invoices__lte=120)
                & models.Q(pause_days=None, plan=None)
                | models.Q(kind="plan", plan__isnull=False, percent=None, invoices=None, pause_days=None)
                | models.Q(kind="talk", percent=None, invoices=None, pause_days=None, plan=None),
                violation_error_message=_("These terms do not fit together."),
            ),
        ]

    # Which fields say more about each kind; all of them are needed but the days of a pause.
    FIELDS: ClassVar[dict[str, tuple[str, ...]]] = {
        OfferKind.PAUSE: ("pause_days",),
        OfferKind.DISCOUNT: ("percent", "invoices"),
        OfferKind.PLAN: ("plan",),
        OfferKind.TALK: (),
    }

    def clean(self) -> None:
        """Raises `ValidationError` where the fields do not fit the kind."""
        if self.kind not in self.FIELDS:
            return
        wanted = self.FIELDS[self.kind]
        errors: dict[str, Any] = {}
        for name in ("pause_days", "percent", "invoices", "plan"):
            is_empty = getattr(self, f"{name}_id" if name == "plan" else name) is None
            if name in wanted and is_empty and name != "pause_days":
                errors[name] = _("“%(kind)s” needs this.") % {"kind": self.get_kind_display()}
            elif name not in wanted and not is_empty:
                errors[name] = _("“%(kind)s” has none of this. Leave it empty.") % {"kind": self.get_kind_display()}
        if errors:
            raise ValidationError(errors)
