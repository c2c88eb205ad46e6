from importlib import import_module

from django.db import migrations

from portal_project.common.migrating import drop_index, fill_search_text, index_search_text

earlier = import_module("support.migrations.0006_search")


def fill(apps, schema_editor):
    fill_search_text(apps.get_model("support", "Ticket"), "subject")
    fill_search_text(apps.get_model("support", "Message"), "body")
    fill_search_text(apps.get_model("support", "SavedReply"), "title", "body")
    index_search_text(schema_editor, "support_ticket", "ticket_search_text")
    index_search_text(schema_editor, "support_message", "message_search_text")


def drop(apps, schema_editor):
    for name in ("ticket_search_text", "message_search_text"):
        drop_index(schema_editor, name)


class Migration(migrations.Migration):
    # Each batch by itself: there may be a million rows.
    atomic = False

    dependencies = [
        ("support", "0009_search_text"),
        # Which makes the extension for trigrams.
        ("accounts", "0007_fill_search_text"),
    ]

    operations = [
        migrations.RunPython(fill, drop),
        migrations.RunPython(earlier.drop, earlier.make),
    ]
