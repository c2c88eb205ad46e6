from django.db import migrations

from portal_project.common import normalize
from portal_project.common.migrating import normalize_column


def write_anew(apps, schema_editor):
    Subscription = apps.get_model("subscriptions", "Subscription")
    normalize_column(Subscription, "external_id", normalize.identifier, unique_in=())
    LinkedService = apps.get_model("subscriptions", "LinkedService")
    normalize_column(LinkedService, "name", normalize.identifier, unique_in=("subscription", "kind"))
    normalize_column(apps.get_model("subscriptions", "Invoice"), "payment_reference", normalize.line)


class Migration(migrations.Migration):
    dependencies = [
        ("subscriptions", "0004_invoice_open"),
    ]

    operations = [
        migrations.RunPython(write_anew, migrations.RunPython.noop),
    ]
