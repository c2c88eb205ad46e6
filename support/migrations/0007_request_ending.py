from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("subscriptions", "0003_subscription_ends"),
        ("support", "0006_search"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="cancellationrequest",
            index=models.Index(
                models.F("promised_on"), condition=models.Q(("decided_at", None)), name="request_ending"
            ),
        ),
    ]
