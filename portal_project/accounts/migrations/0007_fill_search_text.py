from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

from portal_project.common.migrating import drop_index, fill_search_text, index_search_text


def fill(apps, schema_editor):
    fill_search_text(apps.get_model("accounts", "User"), "name", "email")
    index_search_text(schema_editor, "accounts_user", "user_search_text")
    drop_index(schema_editor, "user_search")


def drop(apps, schema_editor):
    drop_index(schema_editor, "user_search_text")


class Migration(migrations.Migration):
    # Each batch by itself: there may be a million rows.
    atomic = False

    dependencies = [
        ("accounts", "0006_search_text"),
    ]

    operations = [
        TrigramExtension(),
        migrations.RunPython(fill, drop),
    ]
