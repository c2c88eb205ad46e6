from importlib import import_module

from django.db import migrations

from portal_project.common.migrating import drop_index, fill_search_text, index_search_text

earlier = import_module("portal_project.accounts.migrations.0003_user_search")


def make_extension(apps, schema_editor):
    """It stays when this is undone: something else may use it by then."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")


def fill(apps, schema_editor):
    fill_search_text(apps.get_model("accounts", "User"), "name", "email")
    index_search_text(schema_editor, "accounts_user", "user_search_text")


def drop(apps, schema_editor):
    drop_index(schema_editor, "user_search_text")


class Migration(migrations.Migration):
    # Each batch by itself: there may be a million rows.
    atomic = False

    dependencies = [
        ("accounts", "0006_search_text"),
    ]

    operations = [
        migrations.RunPython(make_extension, migrations.RunPython.noop),
        migrations.RunPython(fill, drop),
        migrations.RunPython(earlier.drop, earlier.make),
    ]
