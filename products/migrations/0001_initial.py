import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import products.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalProduct",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("name", models.CharField(db_index=True, max_length=100, verbose_name="name")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="An inactive product takes no new subscriptions. The existing ones live on.",
                        verbose_name="active",
                    ),
                ),
                (
                    "tax_rate",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        help_text="Prices include this tax.",
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="tax rate (%)",
                    ),
                ),
                (
                    "allow_pause",
                    models.BooleanField(
                        default=True,
                        help_text="Shows or hides the Pause button in the customer portal.",
                        verbose_name="Allow Subscription Pause",
                    ),
                ),
                (
                    "allow_cancel",
                    models.BooleanField(
                        default=True,
                        help_text="Shows or hides the Cancel button in the customer portal.",
                        verbose_name="Allow Subscription Cancel",
                    ),
                ),
                (
                    "cancellation_mode",
                    models.CharField(
                        choices=[("request", "Request"), ("immediate", "Immediate")],
                        default="request",
                        help_text="Request: the customer gives a reason, a support ticket is opened, and the subscription stays active through the notice period. Immediate: the customer confirms, and the subscription ends at once, without a ticket.",
                        max_length=10,
                        verbose_name="Cancellation mode",
                    ),
                ),
                (
                    "notice_days",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="From the request to the earliest end, 0 to 365. The subscription ends on the later of this day and the day it is billed until; 0 means with the billed period. The notice also runs during a pause, so whoever pauses first pays nothing for it.",
                        validators=[django.core.validators.MaxValueValidator(365)],
                        verbose_name="Notice period (days)",
                    ),
                ),
                (
                    "pause_starts",
                    models.CharField(
                        choices=[("at_once", "At once"), ("period_end", "At the end of the billed period")],
                        default="at_once",
                        help_text="At once, or when the days that are already billed have been used.",
                        max_length=10,
                        verbose_name="Pause takes effect",
                    ),
                ),
                (
                    "resume_rule",
                    models.CharField(
                        choices=[("keep", "Keep the billing day"), ("give_back", "Give unused days back")],
                        default="keep",
                        help_text="Keep the billing day: the billing day stays, and a part of a period is billed by days. Give unused days back: the next billing day moves later by the whole days of the pause. A pause keeps the rule it began with.",
                        max_length=10,
                        verbose_name="When a paused subscription resumes",
                    ),
                ),
                (
                    "max_pause_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="The subscription then resumes by itself. Empty: no limit. This does not limit how often a customer pauses.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="Longest pause (days)",
                    ),
                ),
                (
                    "max_pauses_per_year",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="How many pauses a customer may begin within 12 months. Empty: no limit.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="Pauses per 12 months",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical product",
                "verbose_name_plural": "historical products",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Product",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True, verbose_name="name")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="An inactive product takes no new subscriptions. The existing ones live on.",
                        verbose_name="active",
                    ),
                ),
                (
                    "tax_rate",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        help_text="Prices include this tax.",
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="tax rate (%)",
                    ),
                ),
                (
                    "allow_pause",
                    models.BooleanField(
                        default=True,
                        help_text="Shows or hides the Pause button in the customer portal.",
                        verbose_name="Allow Subscription Pause",
                    ),
                ),
                (
                    "allow_cancel",
                    models.BooleanField(
                        default=True,
                        help_text="Shows or hides the Cancel button in the customer portal.",
                        verbose_name="Allow Subscription Cancel",
                    ),
                ),
                (
                    "cancellation_mode",
                    models.CharField(
                        choices=[("request", "Request"), ("immediate", "Immediate")],
                        default="request",
                        help_text="Request: the customer gives a reason, a support ticket is opened, and the subscription stays active through the notice period. Immediate: the customer confirms, and the subscription ends at once, without a ticket.",
                        max_length=10,
                        verbose_name="Cancellation mode",
                    ),
                ),
                (
                    "notice_days",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="From the request to the earliest end, 0 to 365. The subscription ends on the later of this day and the day it is billed until; 0 means with the billed period. The notice also runs during a pause, so whoever pauses first pays nothing for it.",
                        validators=[django.core.validators.MaxValueValidator(365)],
                        verbose_name="Notice period (days)",
                    ),
                ),
                (
                    "pause_starts",
                    models.CharField(
                        choices=[("at_once", "At once"), ("period_end", "At the end of the billed period")],
                        default="at_once",
                        help_text="At once, or when the days that are already billed have been used.",
                        max_length=10,
                        verbose_name="Pause takes effect",
                    ),
                ),
                (
                    "resume_rule",
                    models.CharField(
                        choices=[("keep", "Keep the billing day"), ("give_back", "Give unused days back")],
                        default="keep",
                        help_text="Keep the billing day: the billing day stays, and a part of a period is billed by days. Give unused days back: the next billing day moves later by the whole days of the pause. A pause keeps the rule it began with.",
                        max_length=10,
                        verbose_name="When a paused subscription resumes",
                    ),
                ),
                (
                    "max_pause_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="The subscription then resumes by itself. Empty: no limit. This does not limit how often a customer pauses.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="Longest pause (days)",
                    ),
                ),
                (
                    "max_pauses_per_year",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="How many pauses a customer may begin within 12 months. Empty: no limit.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="Pauses per 12 months",
                    ),
                ),
            ],
            options={
                "verbose_name": "product",
                "verbose_name_plural": "products",
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("notice_days__gte", 0), ("notice_days__lte", 365)),
                        name="product_notice_days_up_to_365",
                        violation_error_message="The notice period is 0 to 365 days.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cancellation_mode__in", ["request", "immediate"])),
                        name="product_cancellation_mode_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("pause_starts__in", ["at_once", "period_end"])),
                        name="product_pause_starts_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("resume_rule__in", ["keep", "give_back"])), name="product_resume_rule_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("max_pause_days", None), ("max_pause_days__gte", 1), _connector="OR"),
                            models.Q(("max_pauses_per_year", None), ("max_pauses_per_year__gte", 1), _connector="OR"),
                        ),
                        name="product_pause_limits_at_least_one",
                        violation_error_message="A limit on pauses is at least 1, or empty for none.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tax_rate__gte", 0), ("tax_rate__lte", 100)),
                        name="product_tax_rate_is_a_percentage",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalPlan",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=3,
                        max_digits=14,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="price",
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        default="EUR",
                        max_length=3,
                        validators=[products.models.validate_currency],
                        verbose_name="currency",
                    ),
                ),
                (
                    "interval",
                    models.CharField(
                        choices=[("day", "day"), ("week", "week"), ("month", "month"), ("year", "year")],
                        default="month",
                        max_length=5,
                        verbose_name="billed every",
                    ),
                ),
                (
                    "interval_count",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="3 with “month” bills every 3 months.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(365),
                        ],
                        verbose_name="interval count",
                    ),
                ),
                (
                    "trial_days",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="Trial days are not billed.",
                        validators=[django.core.validators.MaxValueValidator(365)],
                        verbose_name="trial (days)",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True, help_text="An inactive plan takes no new subscriptions.", verbose_name="active"
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="products.product",
                        verbose_name="product",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical plan",
                "verbose_name_plural": "historical plans",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=3,
                        max_digits=14,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="price",
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        default="EUR",
                        max_length=3,
                        validators=[products.models.validate_currency],
                        verbose_name="currency",
                    ),
                ),
                (
                    "interval",
                    models.CharField(
                        choices=[("day", "day"), ("week", "week"), ("month", "month"), ("year", "year")],
                        default="month",
                        max_length=5,
                        verbose_name="billed every",
                    ),
                ),
                (
                    "interval_count",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="3 with “month” bills every 3 months.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(365),
                        ],
                        verbose_name="interval count",
                    ),
                ),
                (
                    "trial_days",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="Trial days are not billed.",
                        validators=[django.core.validators.MaxValueValidator(365)],
                        verbose_name="trial (days)",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True, help_text="An inactive plan takes no new subscriptions.", verbose_name="active"
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="plans",
                        to="products.product",
                        verbose_name="product",
                    ),
                ),
            ],
            options={
                "verbose_name": "plan",
                "verbose_name_plural": "plans",
                "ordering": ["product__name", "name"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("product", "name"),
                        name="plan_name_unique_in_product",
                        violation_error_message="This product already has a plan with this name.",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="plan_amount_not_negative"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("interval__in", ["day", "week", "month", "year"]),
                            ("interval_count__gte", 1),
                            ("interval_count__lte", 365),
                        ),
                        name="plan_interval_known",
                    ),
                ],
            },
        ),
    ]
