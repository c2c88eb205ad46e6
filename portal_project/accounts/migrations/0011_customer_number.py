from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_invoiced_party"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="external_id",
            field=models.CharField(
                blank=True,
                help_text="Its name in another system.",
                max_length=100,
                null=True,
                unique=True,
                verbose_name="external ID",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="number",
            field=models.CharField(
                editable=False, max_length=12, null=True, unique=True, verbose_name="customer number"
            ),
        ),
    ]
