import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("products", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="InvoiceCounter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last_number", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="invoice_counter_is_one_row")
                ],
            },
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(editable=False, max_length=12, unique=True, verbose_name="number")),
                (
                    "external_id",
                    models.CharField(
                        blank=True,
                        help_text="Its name in another system.",
                        max_length=100,
                        null=True,
                        unique=True,
                        verbose_name="external ID",
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=3, max_digits=14, verbose_name="price")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "interval",
                    models.CharField(
                        choices=[("day", "day"), ("week", "week"), ("month", "month"), ("year", "year")],
                        max_length=5,
                        verbose_name="billed every",
                    ),
                ),
                ("interval_count", models.PositiveSmallIntegerField(default=1, verbose_name="interval count")),
                ("start_token", models.UUIDField(blank=True, editable=False, null=True, unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("trialing", "Trial"),
                            ("active", "Active"),
                            ("paused", "Paused"),
                            ("canceled", "Canceled"),
                        ],
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("started_on", models.DateField(verbose_name="started")),
                (
                    "anchor_on",
                    models.DateField(
                        help_text="The first billed day; every billing date counts from it.", verbose_name="anchor"
                    ),
                ),
                ("period_start", models.DateField(verbose_name="period start")),
                (
                    "period_end",
                    models.DateField(help_text="The first day not yet billed.", verbose_name="billed until"),
                ),
                ("paused_on", models.DateField(blank=True, null=True, verbose_name="paused")),
                ("pauses_on", models.DateField(blank=True, null=True, verbose_name="pauses on")),
                ("resumes_on", models.DateField(blank=True, null=True, verbose_name="resumes on")),
                (
                    "pause_resume_rule",
                    models.CharField(
                        blank=True,
                        choices=[("keep", "Keep the billing day"), ("give_back", "Give unused days back")],
                        default="",
                        max_length=10,
                    ),
                ),
                ("pause_max_days", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("pause_is_own", models.BooleanField(default=False)),
                ("cancels_on", models.DateField(blank=True, null=True, verbose_name="cancels on")),
                ("canceled_on", models.DateField(blank=True, null=True, verbose_name="canceled")),
                ("discount_percent", models.PositiveSmallIntegerField(default=0, verbose_name="discount (%)")),
                (
                    "discount_invoices_left",
                    models.PositiveSmallIntegerField(default=0, verbose_name="discounted invoices left"),
                ),
                ("split_discount_percent", models.PositiveSmallIntegerField(default=0)),
                ("due_on", models.DateField(blank=True, editable=False, null=True, verbose_name="next step")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subscriptions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="customer",
                    ),
                ),
                (
                    "next_plan",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="products.plan",
                        verbose_name="next plan",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subscriptions",
                        to="products.plan",
                        verbose_name="plan",
                    ),
                ),
            ],
            options={
                "verbose_name": "subscription",
                "verbose_name_plural": "subscriptions",
                "ordering": ["-id"],
                "permissions": [("operate_subscription", "Can pause, resume, cancel and keep subscriptions")],
            },
        ),
        migrations.CreateModel(
            name="LinkedService",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("domain", "Domain"), ("mailbox", "Mailbox"), ("host", "Host"), ("other", "Other")],
                        default="domain",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("name", models.CharField(max_length=253, verbose_name="name")),
                ("renews_on", models.DateField(blank=True, null=True, verbose_name="renews")),
                ("auto_renew", models.BooleanField(default=True, verbose_name="renews by itself")),
                ("auto_renew_before", models.BooleanField(editable=False, null=True)),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="linked_services",
                        to="subscriptions.subscription",
                        verbose_name="subscription",
                    ),
                ),
            ],
            options={
                "verbose_name": "linked service",
                "verbose_name_plural": "linked services",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveBigIntegerField(unique=True, verbose_name="number")),
                ("covers_from", models.DateField(verbose_name="covers from")),
                (
                    "covers_to",
                    models.DateField(help_text="The first day that is no longer covered.", verbose_name="covers to"),
                ),
                ("amount", models.DecimalField(decimal_places=3, max_digits=14, verbose_name="amount")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("paid", "Paid"), ("void", "Void")],
                        default="open",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("issued_on", models.DateField(verbose_name="issued")),
                ("due_on", models.DateField(verbose_name="due")),
                ("seller", models.TextField(blank=True, verbose_name="seller")),
                ("buyer", models.TextField(blank=True, verbose_name="buyer")),
                (
                    "tax_rate",
                    models.DecimalField(decimal_places=2, default=0, max_digits=5, verbose_name="tax rate (%)"),
                ),
                ("lines", models.JSONField(default=list, verbose_name="lines")),
                ("payment_instructions", models.TextField(blank=True, verbose_name="payment instructions")),
                ("paid_on", models.DateField(blank=True, null=True, verbose_name="paid on")),
                ("payment_reference", models.CharField(blank=True, max_length=100, verbose_name="payment reference")),
                ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="settled")),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="settled by",
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoices",
                        to="subscriptions.subscription",
                        verbose_name="subscription",
                    ),
                ),
            ],
            options={
                "verbose_name": "invoice",
                "verbose_name_plural": "invoices",
                "ordering": ["-number"],
            },
        ),
        migrations.CreateModel(
            name="SubscriptionEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("started", "Subscription started"),
                            ("imported", "Brought over from another system"),
                            ("paused", "Paused"),
                            ("pause_scheduled", "Pause scheduled"),
                            ("pause_dropped", "Scheduled pause dropped"),
                            ("resume_date_changed", "Resume date changed"),
                            ("resumed", "Resumed"),
                            ("cancellation_scheduled", "Cancellation requested"),
                            ("cancellation_withdrawn", "Cancellation withdrawn"),
                            ("canceled", "Ended"),
                            ("trial_converted", "Trial ended"),
                            ("renewed", "Billed"),
                            ("discount_granted", "Discount granted"),
                            ("plan_chosen", "Other plan chosen"),
                            ("plan_changed", "Plan changed"),
                        ],
                        max_length=30,
                        verbose_name="what",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("portal", "Portal"), ("admin", "Admin"), ("job", "Automatic"), ("import", "Import")],
                        max_length=10,
                        verbose_name="through",
                    ),
                ),
                ("own", models.BooleanField(default=False, verbose_name="the customer's own pause")),
                ("effective_on", models.DateField(verbose_name="effective")),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="recorded")),
                ("changes", models.JSONField(default=dict, verbose_name="changes")),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="subscriptions.subscription",
                    ),
                ),
            ],
            options={
                "verbose_name": "event",
                "verbose_name_plural": "events",
                "ordering": ["-id"],
            },
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                models.F("due_on"),
                models.F("id"),
                condition=models.Q(("due_on__isnull", False)),
                name="subscription_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["trialing", "active", "paused", "canceled"])), name="status_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("interval__in", ["day", "week", "month", "year"]), ("interval_count__gte", 1)),
                name="interval_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="amount_not_negative"),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("paused_on__isnull", False), ("status", "paused")),
                    models.Q(models.Q(("status", "paused"), _negated=True), ("paused_on", None)),
                    _connector="OR",
                ),
                name="paused_exactly_when_paused_on",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("canceled_on__isnull", False), ("status", "canceled")),
                    models.Q(models.Q(("status", "canceled"), _negated=True), ("canceled_on", None)),
                    _connector="OR",
                ),
                name="canceled_exactly_when_canceled_on",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cancels_on", None), models.Q(("status", "canceled"), _negated=True), _connector="OR"
                ),
                name="cancels_on_only_when_not_canceled",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("pauses_on", None), models.Q(("cancels_on", None), ("status", "active")), _connector="OR"
                ),
                name="pauses_on_only_when_active_without_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("resumes_on", None),
                    models.Q(("paused_on__isnull", False), ("paused_on__lt", models.F("resumes_on"))),
                    models.Q(("pauses_on__isnull", False), ("pauses_on__lt", models.F("resumes_on"))),
                    _connector="OR",
                ),
                name="resumes_on_only_after_a_pause",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("discount_invoices_left", 0), ("discount_percent", 0)),
                    models.Q(
                        ("discount_invoices_left__gte", 1), ("discount_percent__gte", 1), ("discount_percent__lte", 100)
                    ),
                    _connector="OR",
                ),
                name="discount_has_a_percentage_and_invoices",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("split_discount_percent__lte", 100)), name="split_discount_is_a_percentage"
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("period_start__lt", models.F("period_end"))), name="period_has_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="linkedservice",
            constraint=models.UniqueConstraint(
                fields=("subscription", "kind", "name"),
                name="linked_service_once",
                violation_error_message="This service is already linked to the subscription.",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("covers_from__lt", models.F("covers_to"))), name="invoice_covers_at_least_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0)), name="invoice_amount_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "void"), _negated=True),
                fields=("subscription", "covers_from"),
                name="live_invoices_start_on_different_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscriptionevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["portal", "admin", "job", "import"])), name="event_channel_known"
            ),
        ),
    ]
