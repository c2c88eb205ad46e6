from django.db import migrations

from portal_project.common.migrating import fill_search_text


def fill(apps, schema_editor):
    fill_search_text(apps.get_model("products", "Product"), "name")
    fill_search_text(apps.get_model("products", "Plan"), "name")


class Migration(migrations.Migration):
    # Each batch by itself: there may be a million rows.
    atomic = False

    dependencies = [
        ("products", "0003_search_text"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
