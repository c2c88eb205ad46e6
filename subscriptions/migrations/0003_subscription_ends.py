from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("products", "0001_initial"),
        ("subscriptions", "0002_subscription_resumes_soon"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                models.F("cancels_on"), condition=models.Q(("cancels_on__isnull", False)), name="subscription_ends"
            ),
        ),
    ]
