from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mail", "0003_mail_not_delivered"),
    ]

    operations = [
        migrations.CreateModel(
            name="MailServer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("failures", models.PositiveIntegerField(default=0, verbose_name="failures in a row")),
                ("error", models.TextField(blank=True, verbose_name="error")),
                ("paused_until", models.DateTimeField(blank=True, null=True, verbose_name="paused until")),
            ],
            options={
                "verbose_name": "mail server",
                "verbose_name_plural": "mail server",
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="mail_server_is_one_row")],
            },
        ),
    ]
