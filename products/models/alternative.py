from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from portal_project.common import fields
from portal_project.common.translations import Shown, TranslationsField
from products.models.cancellation_reason import CancellationReason
from products.models.offer_terms import OfferKind, OfferTerms
from products.models.plan import Plan
from products.models.product import Product


class Alternative(OfferTerms):
    """What a merchant offers on the cancel page of a product, to whom; the first one that fits is shown."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="alternatives", verbose_name="product")
    position = models.PositiveSmallIntegerField(
        "order", default=0, help_text="The first that fits is shown, and no other."
    )
    reasons = models.ManyToManyField(
        CancellationReason,
        blank=True,
        related_name="alternatives",
        verbose_name="for which reasons",
        help_text="None chosen: for any, and also before one is chosen.",
    )
    plans = models.ManyToManyField(
        Plan, blank=True, related_name="+", verbose_name="for which plans", help_text="None chosen: for all."
    )
    from_months = models.PositiveSmallIntegerField(
        "from how many months on",
        default=0,
        validators=[MaxValueValidator(240)],
        help_text="Since the subscription’s start; 0 from the first day on.",
    )
    text = fields.ParagraphsField(
        "text", blank=True, max_length=1000, help_text="For “Talk to us”: what the customer reads."
    )
    translations = TranslationsField(of=("text",))
    shown_text = Shown("text")
    is_active = models.BooleanField(
        "active", default=True, help_text="Switch off instead of deleting: what it led to is still counted."
    )

    history = HistoricalRecords(m2m_fields=[reasons, plans])

    class Meta(OfferTerms.Meta):
        verbose_name = "alternative"
        verbose_name_plural = "alternatives"
        ordering = ["product__name", "position", "pk"]
        constraints = [
            *OfferTerms.Meta.constraints,
            models.CheckConstraint(
                name="alternative_has_a_text_exactly_to_talk",
                condition=models.Q(kind="talk") & ~models.Q(text="") | ~models.Q(kind="talk") & models.Q(text=""),
                violation_error_message=_("“Talk to us” needs a text, and nothing else has one."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product.name} · {self.get_kind_display()}"

    def clean(self) -> None:
        super().clean()
        if self.pk and Alternative.objects.filter(pk=self.pk).exclude(kind=self.kind).exists():
            text = _("What it has led to is counted under its kind. Switch this one off, and add another.")
            raise ValidationError({"kind": text})
        if self.kind == OfferKind.PLAN and self.plan and self.plan.product_id != self.product_id:
            raise ValidationError({"plan": _("Choose a plan of this product.")})
        if (self.kind == OfferKind.TALK) != bool(self.text):
            raise ValidationError({"text": _("“Talk to us” needs a text, and nothing else has one.")})


def _named(row: Any) -> str:
    return gettext("“%(kind)s” of %(product)s, which is for this plan; take the plan off it first") % {
        "kind": row.alternative.get_kind_display(),
        "product": row.alternative.product.name,
    }


# Without the only plan that it names an alternative would be for all. So a plan that one names stays, unless both go.
FOR_PLANS = Alternative.plans.through
FOR_PLANS._meta.get_field("plan").remote_field.on_delete = models.RESTRICT
FOR_PLANS._meta.verbose_name = _("alternative")
FOR_PLANS.__str__ = _named  # type: ignore[method-assign]
