from django.db import migrations

from portal_project.common.migrating import drop_index, fill_search_text, index_search_text


def fill(apps, schema_editor):
    fill_search_text(apps.get_model("accounts", "InvoicedParty"), "company")
    index_search_text(schema_editor, "accounts_invoicedparty", "invoicedparty_search_text")


def drop(apps, schema_editor):
    drop_index(schema_editor, "invoicedparty_search_text")


class Migration(migrations.Migration):
    # Each batch by itself: there may be a million rows.
    atomic = False

    dependencies = [
        ("accounts", "0020_customer"),
    ]

    operations = [
        migrations.RunPython(fill, drop),
    ]
