from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mail", "0002_outgoing_mail_thread"),
    ]

    operations = [
        migrations.AlterField(
            model_name="outgoingmail",
            name="state",
            field=models.CharField(
                choices=[("pending", "Pending"), ("sent", "Sent"), ("failed", "Not delivered")],
                default="pending",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddIndex(
            model_name="outgoingmail",
            index=models.Index(models.F("id"), condition=models.Q(("state", "failed")), name="mail_not_delivered"),
        ),
    ]
