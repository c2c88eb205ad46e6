import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import support.models.ticket


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("subscriptions", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Ticket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "number",
                    models.CharField(
                        default=support.models.ticket.new_number,
                        editable=False,
                        max_length=12,
                        unique=True,
                        verbose_name="number",
                    ),
                ),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("general", "General"),
                            ("billing", "Billing question"),
                            ("technical", "Technical issue"),
                            ("refund", "Refund"),
                            ("complaint", "Complaint"),
                            ("pause", "Pause subscription"),
                            ("cancel", "Cancel subscription"),
                            ("invoice", "Invoice correction"),
                            ("feature", "Feature request"),
                            ("quote", "Quote"),
                            ("other", "Other"),
                        ],
                        default="general",
                        max_length=10,
                        verbose_name="type",
                    ),
                ),
                ("subject", models.CharField(max_length=150, verbose_name="subject")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("in_review", "In review"),
                            ("resolved", "Resolved"),
                            ("rejected", "Rejected"),
                            ("closed", "Closed"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "priority",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Low"), (2, "Medium"), (3, "High"), (4, "Urgent")],
                        default=2,
                        verbose_name="priority",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="created")),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="last change")),
                ("token", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "assignee",
                    models.ForeignKey(
                        blank=True,
                        limit_choices_to={"is_staff": True},
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="assigned_tickets",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="assignee",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="customer",
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="subscriptions.subscription",
                        verbose_name="subscription",
                    ),
                ),
            ],
            options={
                "verbose_name": "ticket",
                "verbose_name_plural": "tickets",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("body", models.TextField(verbose_name="message")),
                ("is_internal", models.BooleanField(default=False, verbose_name="internal note")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="written")),
                ("token", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="support.ticket",
                        verbose_name="ticket",
                    ),
                ),
            ],
            options={
                "verbose_name": "message",
                "verbose_name_plural": "messages",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="CancellationRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("too_expensive", "Too expensive"),
                            ("switching", "Switching provider"),
                            ("not_needed", "No longer needed"),
                            ("other", "Other"),
                            ("not_said", "I’d rather not say"),
                        ],
                        max_length=20,
                        verbose_name="reason",
                    ),
                ),
                ("message", models.TextField(blank=True, verbose_name="message")),
                ("requested_on", models.DateField(verbose_name="requested")),
                ("requested_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="received")),
                ("notice_days", models.PositiveSmallIntegerField(verbose_name="notice period (days)")),
                ("promised_on", models.DateField(verbose_name="promised end")),
                ("why", models.CharField(max_length=300, verbose_name="why this date")),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("withdrawn", "Withdrawn"),
                            ("canceled_now", "Canceled early"),
                            ("kept", "Kept with the customer’s agreement"),
                            ("offer_accepted", "Offer accepted"),
                            ("ended", "Ended on its date"),
                        ],
                        max_length=20,
                        verbose_name="decision",
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cancellation_requests",
                        to="subscriptions.subscription",
                        verbose_name="subscription",
                    ),
                ),
                (
                    "ticket",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cancellation_request",
                        to="support.ticket",
                        verbose_name="ticket",
                    ),
                ),
            ],
            options={
                "verbose_name": "cancellation request",
                "verbose_name_plural": "cancellation requests",
                "ordering": ["-id"],
            },
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("type__in", ("pause", "cancel")), _negated=True),
                    ("subscription__isnull", False),
                    _connector="OR",
                ),
                name="ticket_pause_and_cancel_name_a_subscription",
                violation_error_message="Choose the subscription that this is about.",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("priority__in", (1, 2, 3, 4)),
                    ("status__in", ("open", "in_review", "resolved", "rejected", "closed")),
                    (
                        "type__in",
                        (
                            "general",
                            "billing",
                            "technical",
                            "refund",
                            "complaint",
                            "pause",
                            "cancel",
                            "invoice",
                            "feature",
                            "quote",
                            "other",
                        ),
                    ),
                ),
                name="ticket_choices_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="cancellationrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("decided_at", None)),
                fields=("subscription",),
                name="one_undecided_request_per_subscription",
            ),
        ),
        migrations.AddConstraint(
            model_name="cancellationrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("decision", "")),
                    models.Q(("decided_at__isnull", False), models.Q(("decision", ""), _negated=True)),
                    _connector="OR",
                ),
                name="decision_exactly_when_decided_at",
            ),
        ),
    ]
