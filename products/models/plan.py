from decimal import Decimal
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from portal_project.common import facts, fields
from portal_project.common.facts import Fact
from portal_project.common.search import Searchable, SearchTextField
from portal_project.common.translations import Shown, TranslationsField
from products import money
from products.intervals import Interval, per
from products.models.product import Product


def validate_currency(code: str) -> None:
    """Raises `ValidationError` for what is no currency; lower case will do, as `Plan.clean` makes it upper."""
    if not money.is_currency(code.upper()):
        raise ValidationError(
            _("“%(code)s” is not a currency that is in use. Give its three letters, such as EUR or USD."),
            params={"code": code},
        )


def price_text(amount: Decimal, currency: str, interval: str, interval_count: int) -> str:
    """What a period costs, such as "€19.00 / month"."""
    return f"{money.formatted(amount, currency)} / {per(interval, interval_count)}"


def price_fact(amount: Decimal, currency: str, interval: str, interval_count: int) -> Fact:
    """The same, for whoever reads it."""
    return Fact(price=[f"{Decimal(amount).normalize():f}", currency, interval, interval_count])


facts.KINDS["plan"] = lambda product, plan: f"{product} · {plan}"
facts.KINDS["price"] = lambda amount, currency, interval, count: price_text(
    Decimal(amount), currency, interval, int(count)
)


class Plan(Searchable):
    """One price of a product."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="plans", verbose_name="product")
    name = fields.LineField("name", max_length=100)
    translations = TranslationsField(of=("name",))
    shown_name = Shown("name")
    amount = models.DecimalField("price", max_digits=14, decimal_places=3, validators=[MinValueValidator(0)])
    currency = fields.IdentifierField("currency", max_length=3, default="EUR", validators=[validate_currency])
    interval = models.CharField("billed every", max_length=5, choices=Interval, default=Interval.MONTH)
    interval_count = models.PositiveSmallIntegerField(
        "interval count",
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text="3 with “month” bills every 3 months.",
    )
    trial_days = models.PositiveSmallIntegerField(
        "trial (days)", default=0, validators=[MaxValueValidator(365)], help_text="Trial days are not billed."
    )
    is_active = models.BooleanField("active", default=True, help_text="An inactive plan takes no new subscriptions.")
    is_open_to_change = models.BooleanField(
        "open to change",
        default=False,
        help_text="Customers may change to this plan by themselves, where the product allows it.",
    )

    search_text = SearchTextField(of=("name",))

    history = HistoricalRecords(excluded_fields=["search_text"])

    class Meta:
        verbose_name = "plan"
        verbose_name_plural = "plans"
        ordering = ["product__name", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "name"],
                name="plan_name_unique_in_product",
                violation_error_message=_("This product already has a plan with this name."),
            ),
            models.CheckConstraint(name="plan_amount_not_negative", condition=models.Q(amount__gte=0)),
            models.CheckConstraint(
                name="plan_interval_known",
                condition=models.Q(interval__in=Interval.values, interval_count__gte=1, interval_count__lte=365),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product.name} · {self.name}"

    # What a subscription copies at its start, and so keeps when the plan changes later.
    COPIED: ClassVar[tuple[str, ...]] = ("amount", "currency", "interval", "interval_count")

    def clean(self) -> None:
        self.currency = self.currency.upper()
        if (
            self.amount is not None
            and money.is_currency(self.currency)
            and not money.is_exact(self.amount, self.currency)
        ):
            raise ValidationError(
                {
                    "amount": _("%(currency)s has %(digits)s digits after the point.")
                    % {"currency": self.currency, "digits": money.digits(self.currency)}
                }
            )

    @property
    def full_name(self) -> str:
        """With the product's, for whoever reads."""
        return str(self.full_name_fact)

    @property
    def full_name_fact(self) -> Fact:
        return Fact(plan=[facts.kept(self.product.shown_name), facts.kept(self.shown_name)])

    @property
    def price_fact(self) -> Fact:
        return price_fact(self.amount, self.currency, self.interval, self.interval_count)

    @property
    def price(self) -> str:
        """Such as "€19.00 / month"."""
        return price_text(self.amount, self.currency, self.interval, self.interval_count)
