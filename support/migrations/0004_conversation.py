import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import support.models.message


class Migration(migrations.Migration):
    dependencies = [
        ("support", "0003_ticket_queue"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file", models.FileField(upload_to=support.models.message.attachment_path, verbose_name="file")),
                ("name", models.CharField(max_length=150, verbose_name="name")),
                ("size", models.PositiveIntegerField(verbose_name="size")),
                ("content_type", models.CharField(max_length=50, verbose_name="type")),
            ],
            options={
                "verbose_name": "attachment",
                "verbose_name_plural": "attachments",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="SavedReply",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=80, unique=True, verbose_name="title")),
                ("body", models.TextField(max_length=10000, verbose_name="text")),
            ],
            options={
                "verbose_name": "saved reply",
                "verbose_name_plural": "saved replies",
                "ordering": ["title"],
            },
        ),
        migrations.CreateModel(
            name="TicketEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("status", "Status"),
                            ("priority", "Priority"),
                            ("assignee", "Assignee"),
                            ("request", "Made a cancellation request"),
                            ("viewed", "Seen by the customer"),
                        ],
                        max_length=10,
                        verbose_name="what",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
                ("old", models.CharField(blank=True, max_length=200, verbose_name="before")),
                ("new", models.CharField(blank=True, max_length=200, verbose_name="after")),
            ],
            options={
                "verbose_name": "ticket event",
                "verbose_name_plural": "ticket events",
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="attachment",
            name="message",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="attachments",
                to="support.message",
                verbose_name="message",
            ),
        ),
        migrations.AddField(
            model_name="ticketevent",
            name="actor",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="ticketevent",
            name="ticket",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="events",
                to="support.ticket",
                verbose_name="ticket",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticketevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ("status", "priority", "assignee", "request", "viewed"))),
                name="ticket_event_kind_known",
            ),
        ),
    ]
