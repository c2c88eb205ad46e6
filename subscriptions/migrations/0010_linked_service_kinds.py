from django.db import migrations, models


def rename_hosts(apps, schema_editor):
    apps.get_model("subscriptions", "LinkedService").objects.filter(kind="host").update(kind="hosting")


def rename_back(apps, schema_editor):
    LinkedService = apps.get_model("subscriptions", "LinkedService")
    LinkedService.objects.filter(kind="hosting").update(kind="host")
    LinkedService.objects.filter(kind="certificate").update(kind="other")


class Migration(migrations.Migration):
    dependencies = [
        ("subscriptions", "0009_agreed_plan_and_discount"),
    ]

    operations = [
        migrations.AlterField(
            model_name="linkedservice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("domain", "Domain"),
                    ("hosting", "Hosting"),
                    ("mailbox", "Mailbox"),
                    ("certificate", "Certificate"),
                    ("other", "Other"),
                ],
                default="domain",
                max_length=11,
                verbose_name="kind",
            ),
        ),
        migrations.RunPython(rename_hosts, rename_back),
        migrations.AddField(
            model_name="linkedservice",
            name="reference",
            field=models.CharField(blank=True, default="", max_length=100, verbose_name="provider’s reference"),
            preserve_default=False,
        ),
    ]
