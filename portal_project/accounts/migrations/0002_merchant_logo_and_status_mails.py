from django.db import migrations, models

import portal_project.accounts.models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="merchant",
            name="logo",
            field=models.ImageField(
                blank=True,
                help_text="Stands in the portal, on invoices and in mails. PNG, JPEG, GIF or WebP, up to 1 MB.",
                upload_to=portal_project.accounts.models.logo_path,
                validators=[portal_project.accounts.models.validate_logo],
                verbose_name="logo",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="wants_status_mails",
            field=models.BooleanField(
                default=True,
                help_text="Customers: about pauses and what resumes. Staff: about new requests, replies, and what needs action each day. Confirmations of a cancellation and answers to a support request always arrive.",
                verbose_name="status mails",
            ),
        ),
    ]
