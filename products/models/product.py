from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from portal_project.common import fields
from portal_project.common.search import Searchable, SearchTextField
from portal_project.common.translations import Shown, TranslationsField


class CancellationMode(models.TextChoices):
    REQUEST = "request", _("Request")
    IMMEDIATE = "immediate", _("Immediate")


class PauseStarts(models.TextChoices):
    AT_ONCE = "at_once", _("At once")
    PERIOD_END = "period_end", _("At the end of the billed period")


class ResumeRule(models.TextChoices):
    KEEP = "keep", _("Keep the billing day")
    GIVE_BACK = "give_back", _("Give unused days back")


class Product(Searchable):
    """What is sold, and what its customers may do by themselves (the Customer Portal Actions)."""

    name = fields.LineField("name", max_length=100, unique=True)
    description = fields.ParagraphsField(
        "description", blank=True, max_length=1000, help_text="Customers read it on the page of their subscription."
    )
    translations = TranslationsField(of=("name", "description"))
    shown_name, shown_description = Shown("name"), Shown("description")
    is_active = models.BooleanField(
        "active",
        default=True,
        help_text="An inactive product takes no new subscriptions. The existing ones live on.",
    )
    tax_rate = models.DecimalField(
        "tax rate (%)",
        max_digits=5,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="Prices include this tax.",
    )

    allow_pause = models.BooleanField(
        "Allow Subscription Pause",
        default=True,
        help_text="Shows or hides the Pause button in the customer portal.",
    )
    allow_cancel = models.BooleanField(
        "Allow Subscription Cancel",
        default=True,
        help_text="Shows or hides the Cancel button in the customer portal.",
    )
    allow_plan_change = models.BooleanField(
        "Allow plan change",
        default=False,
        help_text=(
            "Shows or hides the Change plan button in the customer portal. Customers choose among the plans that are marked "
            "as open to change, and the new one begins with the next full period."
        ),
    )
    cancellation_mode = models.CharField(
        "Cancellation mode",
        max_length=10,
        choices=CancellationMode,
        default=CancellationMode.REQUEST,
        help_text=(
            "Request: the customer gives a reason, a support ticket is opened, and the subscription stays active "
            "through the notice period. Immediate: the customer confirms, and the subscription ends at once, without a ticket."
        ),
    )
    notice_days = models.PositiveSmallIntegerField(
        "Notice period (days)",
        default=30,
        validators=[MaxValueValidator(365)],
        help_text=(
            "From the request to the earliest end, 0 to 365. The subscription ends on the later of this day and the "
            "day it is billed until; 0 means with the billed period. The notice also runs during a pause, so whoever "
            "pauses first pays nothing for it."
        ),
    )
    pause_starts = models.CharField(
        "Pause takes effect",
        max_length=10,
        choices=PauseStarts,
        default=PauseStarts.AT_ONCE,
        help_text="At once, or when the days that are already billed have been used.",
    )
    resume_rule = models.CharField(
        "When a paused subscription resumes",
        max_length=10,
        choices=ResumeRule,
        default=ResumeRule.KEEP,
        help_text=(
            "Keep the billing day: the billing day stays, and a part of a period is billed by days. Give unused days "
            "back: the next billing day moves later by the whole days of the pause. A pause keeps the rule it began with."
        ),
    )
    max_pause_days = models.PositiveSmallIntegerField(
        "Longest pause (days)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="The subscription then resumes by itself. Empty: no limit. This does not limit how often a customer pauses.",
    )
    max_pauses_per_year = models.PositiveSmallIntegerField(
        "Pauses per 12 months",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="How many pauses a customer may begin within 12 months. Empty: no limit.",
    )
    ask_before_alternatives = models.BooleanField(
        "Ask before showing an alternative",
        default=False,
        help_text=(
            "Folds the alternative behind “Is there something we could offer?”. Some places, such as Minnesota, ask for "
            "the customer’s consent before an offer to stay is made."
        ),
    )

    support_max_percent = models.PositiveSmallIntegerField(
        "Highest discount (%)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="That Support may offer or grant. Empty: as high as they like.",
    )
    support_max_invoices = models.PositiveSmallIntegerField(
        "On how many invoices at most",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
        help_text="That Support may discount. Empty: up to 120.",
    )
    support_max_pause_days = models.PositiveSmallIntegerField(
        "Longest pause offered (days)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text="That Support may offer. Empty: as long as they like, and until a day that the customer picks.",
    )

    search_text = SearchTextField(of=("name",))

    history = HistoricalRecords(excluded_fields=["search_text"])

    class Meta:
        verbose_name = "product"
        verbose_name_plural = "products"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="product_notice_days_up_to_365",
                condition=models.Q(notice_days__gte=0, notice_days__lte=365),
                violation_error_message=_("The notice period is 0 to 365 days."),
            ),
            models.CheckConstraint(
                name="product_cancellation_mode_known",
                condition=models.Q(cancellation_mode__in=CancellationMode.values),
            ),
            models.CheckConstraint(
                name="product_pause_starts_known", condition=models.Q(pause_starts__in=PauseStarts.values)
            ),
            models.CheckConstraint(
                name="product_resume_rule_known", condition=models.Q(resume_rule__in=ResumeRule.values)
            ),
            models.CheckConstraint(
                name="product_pause_limits_at_least_one",
                condition=(models.Q(max_pause_days=None) | models.Q(max_pause_days__gte=1))
                & (models.Q(max_pauses_per_year=None) | models.Q(max_pauses_per_year__gte=1)),
                violation_error_message=_("A limit on pauses is at least 1, or empty for none."),
            ),
            models.CheckConstraint(
                name="product_support_caps_in_range",
                condition=(
                    models.Q(support_max_percent=None)
                    | models.Q(support_max_percent__gte=1, support_max_percent__lte=100)
                )
                & (
                    models.Q(support_max_invoices=None)
                    | models.Q(support_max_invoices__gte=1, support_max_invoices__lte=120)
                )
                & (
                    models.Q(support_max_pause_days=None)
                    | models.Q(support_max_pause_days__gte=1, support_max_pause_days__lte=3650)
                ),
                violation_error_message=_("What Support may offer is at least 1, or empty for no limit."),
            ),
            models.CheckConstraint(
                name="product_tax_rate_is_a_percentage",
                condition=models.Q(tax_rate__gte=0, tax_rate__lte=100),
            ),
        ]

    def __str__(self) -> str:
        return self.name
