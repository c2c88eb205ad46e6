from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mail", "0004_mail_server"),
    ]

    operations = [
        migrations.AddField(
            model_name="outgoingmail",
            name="expires_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="expires"),
        ),
        migrations.AlterField(
            model_name="outgoingmail",
            name="state",
            field=models.CharField(
                choices=[
                    ("pending", "Pending"),
                    ("sent", "Sent"),
                    ("failed", "Not delivered"),
                    ("expired", "Expired"),
                ],
                default="pending",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddIndex(
            model_name="outgoingmail",
            index=models.Index(
                models.F("next_attempt_at"),
                condition=models.Q(("expires_at__isnull", False), ("state", "pending")),
                name="mail_pending_and_expires",
            ),
        ),
    ]
