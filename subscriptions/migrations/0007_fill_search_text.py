from django.db import migrations

from portal_project.common.migrating import fill_search_text


def fill(apps, schema_editor):
    fill_search_text(apps.get_model("subscriptions", "Subscription"), "number", "external_id")


class Migration(migrations.Migration):
    # Each batch by itself: there may be a million rows.
    atomic = False

    dependencies = [
        ("subscriptions", "0006_search_text"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
