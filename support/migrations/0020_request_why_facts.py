from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("support", "0019_unwanted_file")]

    operations = [
        migrations.RenameField("cancellationrequest", "why", "why_then"),
        migrations.AlterField(
            "cancellationrequest",
            "why_then",
            models.CharField(blank=True, default="", editable=False, max_length=300),
        ),
        migrations.AddField(
            "cancellationrequest",
            "why_facts",
            models.JSONField(default=dict, editable=False, verbose_name="why this date"),
        ),
    ]
