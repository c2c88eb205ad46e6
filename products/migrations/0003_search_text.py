from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("products", "0002_normalize_text"),
    ]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="search_text",
            field=models.TextField(blank=True, default="", editable=False),
        ),
        migrations.AddField(
            model_name="product",
            name="search_text",
            field=models.TextField(blank=True, default="", editable=False),
        ),
    ]
